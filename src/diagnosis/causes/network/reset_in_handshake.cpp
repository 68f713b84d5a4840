// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/rules.h"

namespace whytls::diagnosis {

extern const Cause network_reset_in_handshake;
const Cause network_reset_in_handshake{
    .id = "network.reset-in-handshake",
    .side = Side::network,
    .title = "the connection is reset in the handshake, whatever is offered",
    .spec = "RFC 9293 3.5.2",
    .rank = rank::residual,
    .stages = {Stage::client_hello, Stage::server_hello, Stage::certificate, Stage::key_exchange, Stage::finished},
    .needs = {{Kind::any_offer_works, ""}},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      if (e.text(Kind::failure) != "reset" || !known_no(e.is(Kind::any_offer_works))) return std::nullopt;
      if (!known_yes(e.at_least(Kind::failures_seen, 2))) return std::nullopt;
      const bool all_tried = e.all(Kind::untried).empty();
      Finding f{.confidence = all_tried ? Confidence::certain : Confidence::likely,
                .rests_on = {{Kind::failure, ""}, {Kind::any_offer_works, ""}}};
      f.summary = "the connection is reset after the ClientHello, whatever is offered";
      const auto nearer = e.number(Kind::reset_hops_nearer);
      if (nearer && *nearer > 0) {
        f.summary += "; the reset comes from " + std::to_string(*nearer) + " hops nearer than the server";
        f.rests_on.push_back({Kind::reset_hops_nearer, ""});
        f.detail = {{"hops_nearer", *nearer}};
      }
      if (!all_tried) f.to_be_surer = "some parts of the offer were not tried; allow more connections with --max-connections";
      return f;
    },
    .remedies = {Remedy::read_server_log, Remedy::open_firewall},
};

}  // namespace whytls::diagnosis
