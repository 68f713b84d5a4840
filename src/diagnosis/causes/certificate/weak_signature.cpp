// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/certificate/common.h"

namespace whytls::diagnosis {

extern const Cause certificate_weak_signature;
const Cause certificate_weak_signature{
    .id = "certificate.weak-signature",
    .title = "a certificate of the server's chain is signed with MD5 or SHA-1",
    .spec = "RFC 9155, RFC 8446 4.4.2.4",
    .rank = certificate::row(14),
    .stages = {Stage::certificate},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const evidence::Fact* link = certificate::nearest_to_leaf(e, Kind::link_weak_signature);
      if (!link) return std::nullopt;
      Finding f = certificate::link_finding(*link);
      const std::string algorithm = e.text(Kind::link_weak_signature, link->subject);
      f.summary = certificate::link_words(e, link->subject) + " is signed with " + algorithm + ", where clients ask for SHA-256 or better";
      f.detail.emplace_back("algorithm", algorithm);
      return f;
    },
    .remedies = {Remedy::reissue},
};

}  // namespace whytls::diagnosis
