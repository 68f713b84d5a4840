// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/certificate/common.h"

namespace whytls::diagnosis {

extern const Cause certificate_malformed;
const Cause certificate_malformed{
    .id = "certificate.malformed",
    .title = "a certificate cannot be read, or breaks the profile",
    .spec = "RFC 5280 4.1",
    .rank = certificate::row(0),
    .stages = {Stage::certificate},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const evidence::Fact* link = certificate::nearest_to_leaf(e, Kind::link_malformed);
      if (!link) return std::nullopt;
      Finding f = certificate::link_finding(*link);
      const std::string why = e.text(Kind::link_malformed, link->subject);
      f.summary = certificate::link_words(e, link->subject) + " is malformed" + (why.empty() ? "" : ": " + why);
      f.detail.emplace_back("reason", why);
      return f;
    },
    .remedies = {Remedy::reissue},
};

}  // namespace whytls::diagnosis
