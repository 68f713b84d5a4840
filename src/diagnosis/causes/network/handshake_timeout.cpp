// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/rules.h"

namespace whytls::diagnosis {

extern const Cause network_handshake_timeout;
const Cause network_handshake_timeout{
    .id = "network.handshake-timeout",
    .side = Side::network,
    .title = "no answer to the ClientHello or a later flight, whatever is offered",
    .spec = "RFC 9293 3.8",
    .rank = rank::residual,
    .stages = {Stage::proxy, Stage::starttls, Stage::client_hello, Stage::server_hello, Stage::certificate, Stage::key_exchange,
               Stage::client_certificate, Stage::finished},
    .needs = {{Kind::any_offer_works, ""}},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      auto f = residual(e, "timeout", "the server accepts the connection and stays silent");
      if (!f) return std::nullopt;
      const auto received = e.number(Kind::received_bytes);
      if (received && *received > 0) f->summary += ", after " + std::to_string(*received) + " bytes";
      if (known_yes(e.is(Kind::sent_acknowledged))) f->summary += "; its TCP did receive what was sent";
      if (known_no(e.is(Kind::sent_acknowledged))) f->summary += "; not even its TCP acknowledges what was sent";
      if (received) f->detail.emplace_back("received_bytes", *received);
      if (e.find(Kind::sent_acknowledged)) {
        f->detail.emplace_back("acknowledged", known_yes(e.is(Kind::sent_acknowledged)));
        f->rests_on.push_back({Kind::sent_acknowledged, ""});
      }
      return f;
    },
    .remedies = {Remedy::read_server_log, Remedy::open_firewall},
};

}  // namespace whytls::diagnosis
