// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/text.h"
#include "diagnosis/rules.h"

namespace whytls::diagnosis {
namespace {

bool versions_below_floor(const Evidence& e) {
  const auto offered = e.list(Kind::offered_versions);
  return !offered.empty() &&
         std::none_of(offered.begin(), offered.end(), [](const std::string& v) { return v == "tls1.2" || v == "tls1.3"; });
}

/// The versions stayed as they were, and something else cured it: a version is common (rule 3).
Answer version_is_common(const Evidence& e) {
  Answer out = any_decides(e, {change::server_name_added, change::server_name_dropped, change::server_name_other});
  for (const std::string_view same_versions :
       {change::algorithms, change::key_type, change::suites, change::groups, change::signature_algorithms})
    out = out || e.is(Kind::cures, same_versions);
  for (const std::string& version : e.list(Kind::offered_versions)) out = out || e.is(Kind::accepts_version, version);
  return out;
}

/// Where the handshake begins to work, in a version that was not offered.
bool works_in_another(const Evidence& e) {
  return known_yes(e.is(Kind::any_offer_works)) && !e.text(Kind::selected_version).empty() &&
         known_no(e.includes(Kind::offered_versions, e.text(Kind::selected_version)));
}

/// The server answers an offer of higher versions with an older one, as RFC 5246 E.1 has it; the client gives up.
bool answered_with_older(const Evidence& e) {
  const auto offered = e.list(Kind::offered_versions);
  if (!failed_at(e, {Stage::server_hello}) || offered.empty()) return false;
  return std::all_of(offered.begin(), offered.end(),
                     [&](const std::string& v) { return known_yes(older(e.text(Kind::selected_version), v)); });
}

/// An offer of new versions alone that a server of older ones refuses, however rudely.
std::string_view cured_by_older(const Evidence& e) {
  const auto lacks = [&](const char* version) { return known_no(e.includes(Kind::offered_versions, version)); };
  if (lacks("tls1.2") && known_yes(decides(e, change::without_tls13))) return change::without_tls13;
  if (lacks("tls1.1") && lacks("tls1.0") && known_yes(decides(e, change::without_tls12))) return change::without_tls12;
  return {};
}

}  // namespace

extern const Cause protocol_version_mismatch;
const Cause protocol_version_mismatch{
    .id = "protocol.version-mismatch",
    .title = "no TLS version in common",
    .spec = "RFC 8446 4.2.1, RFC 5246 E.1",
    .rank = rank::version,
    .stages = {Stage::client_hello, Stage::server_hello},
    .needs = {{Kind::cures, std::string(change::version)},
              {Kind::cures, std::string(change::algorithms)},
              {Kind::cures, std::string(change::without_tls13)},
              {Kind::cures, std::string(change::without_tls12)}},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const bool answered = answered_with_older(e);
      const std::string_view pair = known_yes(decides(e, change::version)) ? change::version : cured_by_older(e);
      const Answer common = version_is_common(e);
      const bool inferred = pair.empty() && works_in_another(e) && known_no(e.is(Kind::cures, change::algorithms));
      if (known_yes(common) || (!answered && pair.empty() && !inferred)) return std::nullopt;
      Finding f{.confidence = answered ? Confidence::certain : pair.empty() ? Confidence::likely : pair_confidence(e, pair)};
      f.rests_on = pair.empty() ? std::vector<Ref>{{Kind::selected_version, ""}, {Kind::offered_versions, ""}} : pair_of(e, pair);
      const std::string accepted = e.text(Kind::selected_version);
      f.side = either(e, versions_below_floor(e));
      f.summary = "the client offers " + titles(e.list(Kind::offered_versions)) + " only, the server " +
                  (accepted.empty() ? "accepts none of these" : "accepts " + titles({accepted}));
      f.detail = {{"client", e.list(Kind::offered_versions)}, {"server", accepted}};
      if (f.side == Side::client) f.remedies = {Remedy::offer_version, Remedy::enable_version};
      return f;
    },
    .remedies = {Remedy::enable_version, Remedy::offer_version},
};

}  // namespace whytls::diagnosis
