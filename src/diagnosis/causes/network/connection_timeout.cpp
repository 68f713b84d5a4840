// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/network/common.h"

namespace whytls::diagnosis {

extern const Cause network_connection_timeout;
const Cause network_connection_timeout{
    .id = "network.connection-timeout",
    .side = Side::network,
    .title = "the connection attempt is never answered",
    .spec = "RFC 9293 3.8.3",
    .stages = {Stage::tcp},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      auto f = network::failed_step(e, "timeout");
      if (!f) return std::nullopt;
      f->summary = "nothing answers the attempt to connect to " + network::port_words(e) + ": it is filtered, or the machine is down";
      if (const auto port = e.number(Kind::port)) f->detail = {{"port", *port}};
      return f;
    },
    .remedies = {Remedy::open_firewall, Remedy::start_service},
};

}  // namespace whytls::diagnosis
