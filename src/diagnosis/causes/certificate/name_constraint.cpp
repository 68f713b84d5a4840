// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/certificate/common.h"

namespace whytls::diagnosis {

extern const Cause certificate_name_constraint;
const Cause certificate_name_constraint{
    .id = "certificate.name-constraint",
    .title = "a name in the certificate lies outside an issuer's constraints",
    .spec = "RFC 5280 4.2.1.10",
    .rank = certificate::row(10),
    .stages = {Stage::certificate},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const evidence::Fact* link = certificate::nearest_to_leaf(e, Kind::name_constraint);
      if (!link) return std::nullopt;
      Finding f = certificate::link_finding(*link);
      const std::string what = e.text(Kind::name_constraint, link->subject);
      f.summary = certificate::link_words(e, link->subject) + " has a name for which an issuer above it may not issue" +
                  (what.empty() ? "" : ": " + what);
      f.detail.emplace_back("reason", what);
      return f;
    },
    .remedies = {Remedy::reissue},
};

}  // namespace whytls::diagnosis
