// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/network/common.h"

namespace whytls::diagnosis {

extern const Cause network_connection_refused;
const Cause network_connection_refused{
    .id = "network.connection-refused",
    .title = "nothing listens on this port",
    .spec = "RFC 9293 3.10.7.1",
    .stages = {Stage::tcp},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      auto f = network::failed_step(e, "refused");
      if (!f) return std::nullopt;
      f->summary = "the connection to " + network::port_words(e) + " is refused: nothing listens there";
      if (const auto port = e.number(Kind::port)) f->detail = {{"port", *port}};
      return f;
    },
    .remedies = {Remedy::start_service, Remedy::open_firewall},
};

}  // namespace whytls::diagnosis
