// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/network/common.h"

namespace whytls::diagnosis {

extern const Cause network_unreachable;
const Cause network_unreachable{
    .id = "network.unreachable",
    .side = Side::network,
    .title = "there is no way to the server, or somebody forbids it by ICMP",
    .spec = "RFC 792, RFC 4443 3.1",
    .match = [](const Evidence& e) -> std::optional<Finding> {
      auto f = network::failed_step(e, "unreachable");
      if (!f || failed_at(e, {Stage::dns})) return std::nullopt;
      const std::string icmp = e.text(Kind::icmp_error);
      f->summary = icmp.empty() ? "this machine has no route to the server" : "the server cannot be reached: " + icmp;
      f->detail = {{"icmp", icmp}};
      if (!icmp.empty()) f->rests_on.insert(f->rests_on.begin(), {Kind::icmp_error, ""});
      return f;
    },
    .remedies = {Remedy::fix_route, Remedy::open_firewall},
};

}  // namespace whytls::diagnosis
