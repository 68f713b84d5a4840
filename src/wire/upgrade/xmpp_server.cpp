// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "wire/upgrade/xmpp_common.h"

namespace whytls::wire {
namespace {

constexpr std::array<std::uint16_t, 1> ports{5269};

class XmppServer : public dialogue::XmppDialogue {
 public:
  explicit XmppServer(const UpgradeOptions& options) : XmppDialogue("XMPP", "jabber:server", options) {}
};

}  // namespace

extern const UpgradeProtocol xmpp_server;
const UpgradeProtocol xmpp_server{
    .name = "xmpp-server",
    .title = "XMPP between servers",
    .ports = ports,
    .implicit_scheme = "xmpps-server",
    .server_speaks_first = false,
    .begin = dialogue::begin<XmppServer>,
};

}  // namespace whytls::wire
