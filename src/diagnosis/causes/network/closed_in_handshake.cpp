// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/rules.h"

namespace whytls::diagnosis {

extern const Cause network_closed_in_handshake;
const Cause network_closed_in_handshake{
    .id = "network.closed-in-handshake",
    .title = "the peer closes the connection without an alert, whatever is offered",
    .spec = "RFC 8446 6.1",
    .rank = rank::residual,
    .stages = {Stage::proxy, Stage::starttls, Stage::client_hello, Stage::server_hello, Stage::certificate, Stage::key_exchange,
               Stage::finished},
    .needs = {{Kind::any_offer_works, ""}},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      return residual(e, "closed", "the server closes the connection without an alert");
    },
    .remedies = {Remedy::read_server_log},
};

}  // namespace whytls::diagnosis
