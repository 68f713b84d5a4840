// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/certificate/common.h"

namespace whytls::diagnosis {

extern const Cause certificate_expired;
const Cause certificate_expired{
    .id = "certificate.expired",
    .title = "a certificate of the server's chain has expired",
    .spec = "RFC 5280 4.1.2.5",
    .rank = certificate::row(2),
    .stages = {Stage::certificate},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const evidence::Fact* link = certificate::nearest_to_leaf(e, Kind::link_expired);
      const auto not_after = link ? e.time(Kind::link_expired, link->subject) : std::nullopt;
      if (!not_after) return std::nullopt;
      Finding f = certificate::link_finding(*link);
      f.summary = certificate::link_words(e, link->subject) + " expired on " + base::date(*not_after);
      if (const auto now = e.time(Kind::now)) f.summary += ", " + base::how_long(*now - *not_after) + " ago";
      f.detail.emplace_back("not_after", *not_after);
      if (link->subject != "0") f.remedies = {Remedy::renew_intermediate};
      return f;
    },
    .remedies = {Remedy::renew},
};

}  // namespace whytls::diagnosis
