// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/protocol/versions.h"

namespace whytls::diagnosis {

extern const Cause protocol_version_mismatch;
const Cause protocol_version_mismatch{
    .id = "protocol.version-mismatch",
    .title = "no TLS version in common",
    .spec = "RFC 8446 4.2.1, RFC 5246 E.1",
    .rank = rank::version,
    .stages = {Stage::client_hello, Stage::server_hello},
    .needs = {{Kind::cures, std::string(change::version)},
              {Kind::cures, std::string(change::without_tls13)},
              {Kind::cures, std::string(change::without_tls12)}},
    // Where it works in a version that was offered, the versions meet.
    .more_needs = [](const Evidence& e) -> std::vector<Ref> {
      if (known_yes(e.includes(Kind::offered_versions, e.text(Kind::selected_version)))) return {};
      return {{Kind::cures, std::string(change::algorithms)}};
    },
    .match = [](const Evidence& e) -> std::optional<Finding> {
      if (auto quic = protocol::no_common_quic_version(e)) return quic;
      const bool answered = protocol::answered_with_older(e);
      const std::string_view pair = known_yes(decides(e, change::version)) ? change::version : protocol::cured_by_older(e);
      const Answer common = protocol::version_is_common(e);
      const bool inferred = pair.empty() && protocol::works_in_another(e) && known_no(e.is(Kind::cures, change::algorithms));
      if (known_yes(common) || (!answered && pair.empty() && !inferred)) return std::nullopt;
      const bool says_so = inferred && repeated(e) && protocol::refused_for_its_version(e);
      const bool shown = !pair.empty() && (known_no(common) || pair != change::version);
      Finding f{.confidence = answered || says_so ? Confidence::certain : shown ? pair_confidence(e, pair) : Confidence::likely};
      if (answered) f.stage = Stage::server_hello;
      f.rests_on = pair.empty() ? std::vector<Ref>{{Kind::selected_version, ""}, {Kind::offered_versions, ""}} : pair_of(e, pair);
      const std::string accepted = e.text(Kind::selected_version);
      f.side = either(e, protocol::versions_below_floor(e));
      f.summary = "the client offers " + titles(e.list(Kind::offered_versions)) + " only, the server " +
                  (accepted.empty() ? "accepts none of these" : "accepts " + titles({accepted}));
      f.detail = {{"client", e.list(Kind::offered_versions)}, {"server", accepted}};
      if (f.confidence != Confidence::certain)
        f.to_be_surer = "all suites, groups and signature algorithms at the same versions would tell it from those";
      if (f.side == Side::client) f.remedies = {Remedy::offer_version, Remedy::enable_version};
      return f;
    },
    .remedies = {Remedy::enable_version, Remedy::offer_version},
};

}  // namespace whytls::diagnosis
