// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/network/common.h"

namespace whytls::diagnosis {

extern const Cause network_sni_filtered;
const Cause network_sni_filtered{
    .id = "network.sni-filtered",
    .side = Side::network,
    .title = "the connection is cut for this server name only",
    .spec = "RFC 6066 3, RFC 8744 2",
    .rank = rank::server_name,
    .stages = {Stage::client_hello},
    .needs = {{Kind::cures, std::string(change::server_name_other)}, {Kind::cures, std::string(change::server_name_dropped)}},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const std::string name = e.text(Kind::offered_server_name);
      const std::string failure = e.text(Kind::failure);
      if (name.empty() || (failure != "reset" && failure != "timeout")) return std::nullopt;
      const Answer other = decides(e, change::server_name_other);
      const Answer without = decides(e, change::server_name_dropped);
      // Fails with every name and works with none: hello-intolerance.
      if (!known_yes(other) && (!known_yes(without) || known_no(other))) return std::nullopt;
      const auto sign = network::sign_of_the_path(e);
      Finding f{.confidence = !known_yes(other) ? Confidence::possible : sign ? Confidence::certain : Confidence::likely};
      f.rests_on = pair_of(e, known_yes(other) ? change::server_name_other : change::server_name_dropped);
      if (sign) f.rests_on.push_back(*sign);
      f.summary = "the server name " + name + " is answered with " + failure_words(e) + ", the same address answers " +
                  (known_yes(other) ? "another name" : "when none is sent");
      if (sign) f.summary += ": somebody on the path cuts this name";
      f.detail = {{"name", name}};
      if (const auto nearer = e.number(Kind::reset_hops_nearer)) f.detail.emplace_back("hops_nearer", *nearer);
      if (!sign)
        f.to_be_surer = "try it from another network or through a proxy, or run it as root: the hop count of the reset tells who sent it";
      return f;
    },
    .remedies = {Remedy::allow_server_name},
};

}  // namespace whytls::diagnosis
