// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/certificate/common.h"

namespace whytls::diagnosis {

extern const Cause certificate_invalid_ca;
const Cause certificate_invalid_ca{
    .id = "certificate.invalid-ca",
    .title = "an issuer in the chain may not issue certificates",
    .spec = "RFC 5280 4.2.1.9, 6.1.4",
    .rank = certificate::row(9),
    .stages = {Stage::certificate},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const evidence::Fact* link = certificate::nearest_to_leaf(e, Kind::issuer_not_ca);
      if (!link) return std::nullopt;
      Finding f = certificate::link_finding(*link);
      const std::string why = e.text(Kind::issuer_not_ca, link->subject);
      f.summary = certificate::link_words(e, link->subject) + " may not issue certificates" + (why.empty() ? "" : ": " + why);
      f.detail.emplace_back("reason", why);
      return f;
    },
    .remedies = {Remedy::replace_intermediate, Remedy::reissue},
};

}  // namespace whytls::diagnosis
