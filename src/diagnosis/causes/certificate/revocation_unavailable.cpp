// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/certificate/common.h"

namespace whytls::diagnosis {

extern const Cause certificate_revocation_unavailable;
const Cause certificate_revocation_unavailable{
    .id = "certificate.revocation-unavailable",
    .title = "the client insists on an answer about revocation, and nobody gives one",
    .spec = "RFC 6960, RFC 7633 4.2.3",
    .rank = certificate::row(15),
    .stages = {Stage::certificate},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const std::string staple = e.text(Kind::staple);
      const bool unusable = known_yes(e.is(Kind::must_staple)) && (staple == "unusable" || staple == "unknown");
      const bool demanded = known_yes(e.is(Kind::revocation_required)) && e.text(Kind::revocation_answer) == "unknown";
      if (!unusable && !demanded) return std::nullopt;
      Finding f{.confidence = Confidence::certain, .stage = Stage::certificate};
      f.side = unusable ? Side::server : either(e);
      f.rests_on = {{unusable ? Kind::staple : Kind::revocation_answer, ""}};
      const std::string why = e.text(Kind::revocation_why_unknown);
      f.summary = (unusable ? "the certificate demands a stapled OCSP response, and the one that came cannot be used"
                            : "this client insists on an answer about revocation, and none is to be had") +
                  (why.empty() ? "" : ": " + why);
      f.detail = {{"staple", staple}, {"reason", why}};
      return f;
    },
    .remedies = {Remedy::provide_revocation},
};

}  // namespace whytls::diagnosis
