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
    .stages = {Stage::proxy, Stage::starttls, Stage::client_hello, Stage::server_hello, Stage::certificate, Stage::key_exchange,
               Stage::finished},
    .needs = {{Kind::any_offer_works, ""}},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      auto f = residual(e, "reset", "the connection is reset");
      const auto nearer = e.number(Kind::reset_hops_nearer);
      if (f && nearer && *nearer > 0) {
        f->summary += "; the reset comes from " + std::to_string(*nearer) + " hops nearer than the server";
        f->rests_on.push_back({Kind::reset_hops_nearer, ""});
        f->detail = {{"hops_nearer", *nearer}};
      }
      return f;
    },
    .remedies = {Remedy::read_server_log, Remedy::open_firewall},
};

}  // namespace whytls::diagnosis
