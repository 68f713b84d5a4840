// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/certificate/common.h"

namespace whytls::diagnosis {

extern const Cause certificate_unknown_critical_extension;
const Cause certificate_unknown_critical_extension{
    .id = "certificate.unknown-critical-extension",
    .title = "a certificate has a critical extension that clients do not understand",
    .spec = "RFC 5280 4.2",
    .rank = certificate::row(12),
    .stages = {Stage::certificate},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const evidence::Fact* link = certificate::nearest_to_leaf(e, Kind::unknown_critical_extension);
      if (!link) return std::nullopt;
      Finding f = certificate::link_finding(*link);
      const std::string oid = e.text(Kind::unknown_critical_extension, link->subject);
      f.summary = certificate::link_words(e, link->subject) + " has the critical extension " + oid + ", which clients do not understand";
      f.detail.emplace_back("oid", oid);
      return f;
    },
    .remedies = {Remedy::reissue},
};

}  // namespace whytls::diagnosis
