// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "wire/upgrade/xmpp_common.h"

namespace whytls::wire {
namespace {

constexpr std::array<std::uint16_t, 1> ports{5222};

class Xmpp : public dialogue::XmppDialogue {
 public:
  explicit Xmpp(const UpgradeOptions& options) : XmppDialogue("XMPP", "jabber:client", options) {}
};

}  // namespace

extern const UpgradeProtocol xmpp;
const UpgradeProtocol xmpp{
    .name = "xmpp",
    .title = "XMPP",
    .ports = ports,
    .implicit_scheme = "xmpps",
    .server_speaks_first = false,
    .begin = dialogue::begin<Xmpp>,
};

}  // namespace whytls::wire
