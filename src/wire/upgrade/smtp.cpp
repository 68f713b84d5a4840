// SPDX-License-Identifier: Apache-2.0
// STARTTLS of SMTP: RFC 3207.
#include <array>

#include "wire/upgrade/smtp_common.h"

namespace whytls::wire {
namespace {

constexpr std::array<std::uint16_t, 3> ports{25, 587, 2525};

class Smtp : public dialogue::MailDialogue {
 public:
  explicit Smtp(const UpgradeOptions& /*options*/) : MailDialogue("SMTP", "EHLO") {}
};

}  // namespace

extern const UpgradeProtocol smtp;
const UpgradeProtocol smtp{
    .name = "smtp",
    .title = "SMTP",
    .ports = ports,
    .implicit_scheme = "smtps",
    .server_speaks_first = true,
    .proxy = false,
    .begin = dialogue::begin<Smtp>,
};

}  // namespace whytls::wire
