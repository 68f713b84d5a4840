// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/rules.h"

namespace whytls::diagnosis {

extern const Cause protocol_starttls_needed;
const Cause protocol_starttls_needed{
    .id = "protocol.starttls-needed",
    .side = Side::client,
    .title = "the port speaks plaintext first and offers an upgrade to TLS",
    .spec = "RFC 3207, RFC 2595, RFC 4511 4.14",
    .rank = rank::server_name,
    .stages = {Stage::client_hello},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      if (!e.text(Kind::starttls).empty()) return std::nullopt;  // it was asked for: what failed then is another matter
      std::string protocol;
      bool works = false;
      for (const Kind kind : {Kind::upgrade_offered, Kind::upgrade_works})
        for (const evidence::Fact* fact : e.all(kind)) {
          if (!known_yes(e.is(kind, fact->subject))) continue;
          protocol = fact->subject;
          works = works || kind == Kind::upgrade_works;
        }
      if (protocol.empty()) return std::nullopt;
      Finding f{.confidence = works ? Confidence::certain : Confidence::likely};
      f.rests_on = {{works ? Kind::upgrade_works : Kind::upgrade_offered, protocol}};
      if (e.find(Kind::plaintext_excerpt)) f.rests_on.push_back({Kind::plaintext_excerpt, ""});
      f.summary = "the server speaks " + protocol + " in plaintext first and offers STARTTLS; this client began TLS at once";
      if (works) f.summary += ", and with STARTTLS the handshake begins";
      f.detail = {{"protocol", protocol}, {"starttls", protocol}};
      if (!works) f.to_be_surer = "run it with --starttls " + protocol;
      return f;
    },
    .remedies = {Remedy::use_starttls, Remedy::use_tls_port},
    .more_general = {"protocol.not-tls", "network.reset-in-handshake", "network.closed-in-handshake", "network.handshake-timeout"},
};

}  // namespace whytls::diagnosis
