// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/rules.h"

namespace whytls::diagnosis {

extern const Cause protocol_fallback_rejected;
const Cause protocol_fallback_rejected{
    .id = "protocol.fallback-rejected",
    .side = Side::client,
    .title = "the client marks its offer as a fallback, and the server supports more",
    .spec = "RFC 7507 3",
    .rank = rank::version - 1,
    .stages = {Stage::client_hello},
    .needs = {{Kind::cures, std::string(change::fallback_scsv_dropped)}},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const bool says_so = server_alert(e, "inappropriate_fallback");
      const bool shown = known_yes(decides(e, change::fallback_scsv_dropped));
      if (!says_so && !shown) return std::nullopt;
      const bool marked = known_yes(e.includes(Kind::offered_suites, "TLS_FALLBACK_SCSV"));
      Finding f{.confidence = says_so && marked ? Confidence::certain
                              : shown           ? pair_confidence(e, change::fallback_scsv_dropped)
                                                : Confidence::likely};
      f.rests_on = pair_of(e, change::fallback_scsv_dropped);
      if (says_so) f.rests_on.insert(f.rests_on.begin(), {Kind::alert, ""});
      const std::string offered = titles(e.list(Kind::offered_versions));
      f.summary = "the client offers " + (offered.empty() ? std::string("a lower version") : offered) +
                  " and marks it as a fallback; the server supports a higher version and refuses";
      f.detail = {{"offered", e.list(Kind::offered_versions)}};
      return f;
    },
    .remedies = {Remedy::stop_fallback},
    .more_general = {"protocol.version-mismatch"},
};

}  // namespace whytls::diagnosis
