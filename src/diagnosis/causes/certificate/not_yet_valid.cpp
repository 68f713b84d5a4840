// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/certificate/common.h"

namespace whytls::diagnosis {

extern const Cause certificate_not_yet_valid;
const Cause certificate_not_yet_valid{
    .id = "certificate.not-yet-valid",
    .title = "a certificate of the server's chain is not valid yet",
    .spec = "RFC 5280 4.1.2.5",
    .rank = certificate::row(3),
    .stages = {Stage::certificate},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const evidence::Fact* link = certificate::nearest_to_leaf(e, Kind::link_not_yet_valid);
      const auto not_before = link ? e.time(Kind::link_not_yet_valid, link->subject) : std::nullopt;
      if (!not_before) return std::nullopt;
      Finding f = certificate::link_finding(*link);
      f.summary = certificate::link_words(e, link->subject) + " is valid from " + base::date(*not_before) + " on";
      if (const auto now = e.time(Kind::now)) f.summary += ", in " + base::how_long(*not_before - *now);
      f.detail.emplace_back("not_before", *not_before);
      return f;
    },
    .remedies = {Remedy::wait_or_reissue},
};

}  // namespace whytls::diagnosis
