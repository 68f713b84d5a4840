// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/certificate/common.h"

namespace whytls::diagnosis {

extern const Cause certificate_revoked;
const Cause certificate_revoked{
    .id = "certificate.revoked",
    .title = "a certificate of the server's chain is revoked",
    .spec = "RFC 6960 2.2, RFC 5280 5",
    .rank = certificate::row(1),
    .stages = {Stage::certificate},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const evidence::Fact* link = certificate::nearest_to_leaf(e, Kind::link_revoked);
      if (!link) return std::nullopt;
      Finding f = certificate::link_finding(*link);
      const std::string how = e.text(Kind::link_revoked, link->subject);
      f.summary = certificate::link_words(e, link->subject) + " is revoked" + (how.empty() ? "" : " (" + how + ")");
      f.detail.emplace_back("source", how);
      return f;
    },
    .remedies = {Remedy::reissue},
};

}  // namespace whytls::diagnosis
