// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/certificate/common.h"

namespace whytls::diagnosis {

extern const Cause certificate_wrong_purpose;
const Cause certificate_wrong_purpose{
    .id = "certificate.wrong-purpose",
    .title = "the usages of a certificate forbid server authentication",
    .spec = "RFC 5280 4.2.1.3, 4.2.1.12",
    .rank = certificate::row(11),
    .stages = {Stage::certificate},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const evidence::Fact* link = certificate::nearest_to_leaf(e, Kind::wrong_purpose);
      if (!link) return std::nullopt;
      Finding f = certificate::link_finding(*link);
      const std::string why = e.text(Kind::wrong_purpose, link->subject);
      f.summary = certificate::link_words(e, link->subject) + " is not meant for TLS servers" + (why.empty() ? "" : ": " + why);
      f.detail.emplace_back("reason", why);
      return f;
    },
    .remedies = {Remedy::reissue},
};

}  // namespace whytls::diagnosis
