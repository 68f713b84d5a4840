// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/certificate/common.h"

namespace whytls::diagnosis {

extern const Cause certificate_self_signed;
const Cause certificate_self_signed{
    .id = "certificate.self-signed",
    .title = "the server's certificate is its own issuer, and is not trusted",
    .spec = "RFC 5280 6.1",
    .rank = certificate::row(4),
    .stages = {Stage::certificate},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      if (!known_yes(e.is(Kind::leaf_self_signed))) return std::nullopt;
      Finding f{.confidence = Confidence::certain, .stage = Stage::certificate, .rests_on = {{Kind::leaf_self_signed, ""}}};
      const std::string subject = e.text(Kind::leaf_subject);
      f.summary = "the server's certificate is self-signed" + (subject.empty() ? "" : " (" + subject + ")") +
                  ", and this client's trust store does not have it";
      f.detail = {{"position", std::int64_t{0}}, {"subject", subject}};
      return f;
    },
    .remedies = {Remedy::use_public_ca, Remedy::install_root},
    .more_general = {"certificate.untrusted-root", "certificate.incomplete-chain", "configuration.trust-store"},
};

}  // namespace whytls::diagnosis
