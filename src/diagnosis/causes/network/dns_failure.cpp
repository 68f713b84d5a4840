// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/network/common.h"

namespace whytls::diagnosis {

extern const Cause network_dns_failure;
const Cause network_dns_failure{
    .id = "network.dns-failure",
    .side = Side::client,
    .title = "the name does not resolve",
    .spec = "RFC 1035 4.1.1",
    .stages = {Stage::dns},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const std::string why = e.text(Kind::dns_failure);
      if (why.empty() && !failed_at(e, {Stage::dns})) return std::nullopt;
      Finding f{.confidence = repeated(e) ? Confidence::certain : Confidence::likely, .rests_on = {{Kind::dns_failure, ""}}};
      const std::string host = e.text(Kind::host);
      f.summary = (host.empty() ? std::string("the name") : "the name " + host) + " does not resolve" + (why.empty() ? "" : ": " + why);
      f.detail = {{"name", host}, {"reason", why}};
      if (!repeated(e)) f.to_be_surer = "ask another resolver: dig @1.1.1.1 " + (host.empty() ? "NAME" : host);
      return f;
    },
    .remedies = {Remedy::fix_name},
};

}  // namespace whytls::diagnosis
