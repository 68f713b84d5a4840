// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/certificate/common.h"

namespace whytls::diagnosis {

extern const Cause certificate_ct_missing;
const Cause certificate_ct_missing{
    .id = "certificate.ct-missing",
    .title = "too few signed certificate timestamps for the client's policy",
    .spec = "RFC 6962 3.3",
    .rank = certificate::row(17),
    .stages = {Stage::certificate},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const auto wanted = e.number(Kind::transparency_required);
      const auto came = e.number(Kind::transparency_count);
      if (!wanted || !came || *came >= *wanted || known_yes(e.is(Kind::completed))) return std::nullopt;
      Finding f{.confidence = Confidence::certain,
                .stage = Stage::certificate,
                .rests_on = {{Kind::transparency_count, ""}, {Kind::transparency_required, ""}}};
      f.summary = "the client wants " + std::to_string(*wanted) + " signed certificate timestamps, the server shows " +
                  (*came == 0 ? std::string("none") : std::to_string(*came));
      f.detail = {{"position", std::int64_t{0}}, {"wanted", *wanted}, {"found", *came}};
      return f;
    },
    .remedies = {Remedy::provide_scts},
};

}  // namespace whytls::diagnosis
