// SPDX-License-Identifier: Apache-2.0
// STARTTLS of LMTP: RFC 2033 and RFC 3207.
#include <array>

#include "wire/upgrade/smtp_common.h"

namespace whytls::wire {
namespace {

constexpr std::array<std::uint16_t, 1> ports{24};

class Lmtp : public dialogue::MailDialogue {
 public:
  explicit Lmtp(const UpgradeOptions& /*options*/) : MailDialogue("LMTP", "LHLO") {}
};

}  // namespace

extern const UpgradeProtocol lmtp;
const UpgradeProtocol lmtp{
    .name = "lmtp",
    .title = "LMTP",
    .ports = ports,
    .implicit_scheme = "",
    .server_speaks_first = true,
    .proxy = false,
    .begin = dialogue::begin<Lmtp>,
};

}  // namespace whytls::wire
