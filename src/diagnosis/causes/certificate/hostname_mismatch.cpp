// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/certificate/common.h"

namespace whytls::diagnosis {

extern const Cause certificate_hostname_mismatch;
const Cause certificate_hostname_mismatch{
    .id = "certificate.hostname-mismatch",
    .title = "the certificate does not cover the name asked for",
    .spec = "RFC 9525 6, RFC 6125",
    .rank = certificate::row(7),
    .stages = {Stage::certificate},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const std::string name = e.text(Kind::name_mismatch);
      if (name.empty()) return std::nullopt;
      Finding f{
          .confidence = Confidence::certain, .stage = Stage::certificate, .rests_on = {{Kind::name_mismatch, ""}, {Kind::leaf_names, ""}}};
      const auto names = e.list(Kind::leaf_names);
      const std::string asked = known_yes(e.is(Kind::asked_by_address)) ? "the address " + name : name;
      f.summary =
          (names.empty() ? "the server's certificate has no subject alternative name" : "the server's certificate covers " + few(names)) +
          ", not " + asked;
      f.detail = {{"position", std::int64_t{0}}, {"name", name}, {"names", names}};
      if (known_yes(e.is(Kind::asked_by_address))) f.remedies = {Remedy::use_covered_name, Remedy::serve_matching_certificate};
      return f;
    },
    .remedies = {Remedy::serve_matching_certificate, Remedy::use_covered_name},
};

}  // namespace whytls::diagnosis
