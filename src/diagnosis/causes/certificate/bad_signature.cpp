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
      const std::string issuer = e.text(Kind::link_bad_signature, link->subject);
      f.summary = "the signature on " + certificate::link_words(e, link->subject) + " does not verify under the key of its issuer" +
                  (issuer.empty() ? "" : " \"" + issuer + "\"");
      f.detail.emplace_back("issuer", issuer);
      return f;
    },
    .remedies = {Remedy::replace_intermediate, Remedy::reissue},
    .more_general = {"certificate.untrusted-root", "certificate.incomplete-chain"},
};

}  // namespace whytls::diagnosis
