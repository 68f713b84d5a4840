// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/certificate/common.h"

namespace whytls::diagnosis {

extern const Cause certificate_weak_key;
const Cause certificate_weak_key{
    .id = "certificate.weak-key",
    .title = "a key in the server's chain is too weak",
    .spec = "RFC 9325 4.5, NIST SP 800-131A",
    .rank = certificate::row(13),
    .stages = {Stage::certificate},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const evidence::Fact* link = certificate::nearest_to_leaf(e, Kind::link_weak_key);
      if (!link) return std::nullopt;
      Finding f = certificate::link_finding(*link);
      const std::string key = e.text(Kind::link_weak_key, link->subject);
      f.summary =
          "the key of " + certificate::link_words(e, link->subject) + " is too weak: " + key + ", where clients ask for RSA 2048 or P-256";
      f.detail.emplace_back("key", key);
      return f;
    },
    .remedies = {Remedy::use_strong_key},
};

}  // namespace whytls::diagnosis
