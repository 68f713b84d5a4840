// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/protocol/common.h"

namespace whytls::diagnosis {

extern const Cause protocol_version_intolerance;
const Cause protocol_version_intolerance{
    .id = "protocol.version-intolerance",
    .title = "the server fails on an offer of a version that it does not know",
    .spec = "RFC 8446 4.2.1, D.4, RFC 5246 E.1",
    .rank = rank::intolerance + 2,
    .stages = {Stage::client_hello},
    .needs = {{Kind::cures, std::string(change::without_tls13)},
              {Kind::cures, std::string(change::without_tls12)},
              {Kind::cures, std::string(change::smaller_512)},
              {Kind::cures, std::string(change::smaller_1400)},
              {Kind::cures, std::string(change::post_quantum_dropped)}},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const bool over_13 = known_yes(decides(e, change::without_tls13)) && known_yes(e.includes(Kind::offered_versions, "tls1.2"));
      const bool has_old = known_yes(e.includes(Kind::offered_versions, "tls1.1") || e.includes(Kind::offered_versions, "tls1.0"));
      const bool over_12 = !over_13 && known_yes(decides(e, change::without_tls12)) && has_old;
      if (!over_13 && !over_12) return std::nullopt;
      const std::string_view pair = over_13 ? change::without_tls13 : change::without_tls12;
      const std::string blamed = over_13 ? "tls1.3" : "tls1.2";
      // What it chooses then must be a version that was offered: else none is common.
      if (known_no(e.includes(Kind::offered_versions, e.text(Kind::selected_version))) && !e.text(Kind::selected_version).empty())
        return std::nullopt;
      const Answer other = protocol::size_explains(e) || protocol::group_explains(e);
      if (known_yes(other) || known_yes(e.is(Kind::accepts_version, blamed))) return std::nullopt;
      Finding f{.confidence = known_no(other) ? pair_confidence(e, pair) : Confidence::likely, .rests_on = pair_of(e, pair)};
      f.summary = "the server answers an offer that includes " + titles({blamed}) + " with " + failure_words(e) + ", and works when " +
                  titles({blamed}) + " is left out";
      f.detail = {{"version", blamed}, {"works_with", e.text(Kind::selected_version)}};
      if (!known_no(other)) f.to_be_surer = "a hello of the same size without that version would tell the version from the size";
      return f;
    },
    .remedies = {Remedy::update_server, Remedy::shrink_hello},
};

}  // namespace whytls::diagnosis
