// SPDX-License-Identifier: Apache-2.0
// AUTH TLS of FTP: RFC 4217 4 and 16.
#include <fmt/format.h>

#include <array>

#include "wire/upgrade/common.h"

namespace whytls::wire {
namespace {

constexpr std::array<std::uint16_t, 1> ports{21};

class Ftp : public dialogue::ReplyDialogue {
 public:
  explicit Ftp(const UpgradeOptions& /*options*/) : ReplyDialogue("FTP") {}

 private:
  void reply(const dialogue::Reply& reply) override { asked_ ? answered(reply) : greeted(reply); }

  void greeted(const dialogue::Reply& reply) {
    if (reply.code == 120) return;  // RFC 959 5.4: "service ready in nnn minutes", and 220 follows
    if (reply.category() == 4 || reply.category() == 5)
      return refused(fmt::format("the server turns the client away in its greeting: \"{}\"", reply.text()), reply.code);
    if (reply.code != 220) return not_spoken(base::view(reply.text()));
    say("AUTH TLS\r\n");
    asked_ = true;
  }

  void answered(const dialogue::Reply& reply) {
    if (reply.code == 234) return upgraded();
    // RFC 959 4.2.1: 500, 502: no such command; 504: no such parameter.
    if (reply.code == 500 || reply.code == 502 || reply.code == 504)
      return not_offered(fmt::format("the server does not know AUTH TLS: \"{}\"", reply.text()), reply.code);
    refused(fmt::format("the server answers AUTH TLS with \"{}\"", reply.text()), reply.code);
  }

  bool asked_ = false;
};

}  // namespace

extern const UpgradeProtocol ftp;
const UpgradeProtocol ftp{
    .name = "ftp",
    .title = "FTP",
    .ports = ports,
    .implicit_scheme = "ftps",
    .server_speaks_first = true,
    .proxy = false,
    .begin = dialogue::begin<Ftp>,
};

}  // namespace whytls::wire
