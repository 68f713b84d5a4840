// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/certificate/common.h"

namespace whytls::diagnosis {

extern const Cause certificate_bad_signature;
const Cause certificate_bad_signature{
    .id = "certificate.bad-signature",
    .title = "the signature of a certificate does not verify under its issuer's key",
    .spec = "RFC 5280 6.1.3",
    .rank = certificate::row(8),
    .stages = {Stage::certificate},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const evidence::Fact* link = certificate::nearest_to_leaf(e, Kind::link_bad_signature);
      if (!link) return std::nullopt;
      Finding f = certificate::link_finding(*link);
      const std::string why = e.text(Kind::link_bad_signature, link->subject);
      f.summary = certificate::link_words(e, link->subject) + " has a bad signature" + (why.empty() ? "" : ": " + why);
      f.detail.emplace_back("reason", why);
      return f;
    },
    .remedies = {Remedy::replace_intermediate, Remedy::reissue},
};

}  // namespace whytls::diagnosis
