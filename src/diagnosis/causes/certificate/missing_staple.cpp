// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/certificate/common.h"

namespace whytls::diagnosis {

extern const Cause certificate_missing_staple;
const Cause certificate_missing_staple{
    .id = "certificate.missing-staple",
    .title = "the certificate demands a stapled OCSP response, and none is sent",
    .spec = "RFC 7633 4",
    .rank = certificate::row(16),
    .stages = {Stage::certificate},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      if (!known_yes(e.is(Kind::must_staple)) || e.text(Kind::staple) != "absent" || known_yes(e.is(Kind::completed))) return std::nullopt;
      Finding f{.confidence = Confidence::certain, .stage = Stage::certificate, .rests_on = {{Kind::must_staple, ""}, {Kind::staple, ""}}};
      f.summary = "the server's certificate demands a stapled OCSP response (must-staple), and the server sends none";
      f.detail = {{"position", std::int64_t{0}}};
      return f;
    },
    .remedies = {Remedy::enable_stapling, Remedy::reissue},
};

}  // namespace whytls::diagnosis
