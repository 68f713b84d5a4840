// SPDX-License-Identifier: Apache-2.0
// Which versions two sides have in common, by what was offered, chosen and cured.
#pragma once

#include <algorithm>
#include <string>

#include "base/text.h"
#include "diagnosis/rules.h"

namespace whytls::diagnosis::protocol {

inline bool versions_below_floor(const Evidence& e) {
  const auto offered = e.list(Kind::offered_versions);
  return !offered.empty() &&
         std::none_of(offered.begin(), offered.end(), [](const std::string& v) { return v == "tls1.2" || v == "tls1.3"; });
}

/// The versions stayed as they were, and something else cured it: a version is common (rule 3). No only where everything else that
/// is negotiated was widened in vain, or these versions spoil an offer that works.
inline Answer version_is_common(const Evidence& e) {
  bool common = known_yes(any_decides(e, {change::server_name_added, change::server_name_dropped, change::server_name_other}));
  for (const std::string_view same_versions :
       {change::algorithms, change::key_type, change::suites, change::groups, change::signature_algorithms})
    common = common || known_yes(e.is(Kind::cures, same_versions));
  for (const std::string& version : e.list(Kind::offered_versions)) common = common || known_yes(e.is(Kind::accepts_version, version));
  if (common) return Answer::yes;
  return known_no(e.is(Kind::cures, change::algorithms)) || known_yes(e.is(Kind::breaks, change::version)) ? Answer::no : Answer::unknown;
}

/// Where the handshake begins to work, in a version that was not offered.
inline bool works_in_another(const Evidence& e) {
  return known_yes(e.is(Kind::any_offer_works)) && !e.text(Kind::selected_version).empty() &&
         known_no(e.includes(Kind::offered_versions, e.text(Kind::selected_version)));
}

/// The alert names the version, or leaving out the highest one already changes the answer.
inline bool refused_for_its_version(const Evidence& e) {
  return server_alert(e, "protocol_version") || known_yes(any_decides(e, {change::without_tls13, change::without_tls12}));
}

/// The server answers an offer of higher versions with an older one, as RFC 5246 E.1 has it; the client gives up.
inline bool answered_with_older(const Evidence& e) {
  const auto offered = e.list(Kind::offered_versions);
  if (offered.empty() || failed_at(e, {Stage::dns, Stage::tcp, Stage::proxy, Stage::starttls, Stage::client_hello})) return false;
  return std::all_of(offered.begin(), offered.end(),
                     [&](const std::string& v) { return known_yes(older(e.text(Kind::selected_version), v)); });
}

/// An offer of new versions alone that a server of older ones refuses, however rudely.
inline std::string_view cured_by_older(const Evidence& e) {
  const auto lacks = [&](const char* version) { return known_no(e.includes(Kind::offered_versions, version)); };
  if (lacks("tls1.2") && known_yes(decides(e, change::without_tls13))) return change::without_tls13;
  if (lacks("tls1.1") && lacks("tls1.0") && known_yes(decides(e, change::without_tls12))) return change::without_tls12;
  return {};
}

/// The transport has versions of its own: a server that knows none of the client's says which it speaks (RFC 9000 6), and TLS never begins.
inline std::optional<Finding> no_common_quic_version(const Evidence& e) {
  const auto client = e.list(Kind::quic_versions, "client"), server = e.list(Kind::quic_versions, "server");
  const auto final_version = [](const std::string& name) { return name == "QUIC v1" || name == "QUIC v2"; };
  const auto known = [&](const std::string& name) { return std::find(client.begin(), client.end(), name) != client.end(); };
  const bool gave_up = e.text(Kind::failure) == "client" && failed_at(e, {Stage::client_hello});
  if (!gave_up || client.empty() || server.empty() || std::any_of(server.begin(), server.end(), known)) return std::nullopt;
  Finding f{.confidence = Confidence::certain};
  f.side = std::none_of(client.begin(), client.end(), final_version) ? Side::client : Side::server;
  f.summary = "the client speaks " + few(client) + ", the server " + few(server) + ": no version of QUIC in common";
  f.detail = {{"client", client}, {"server", base::join(server, ", ")}};
  f.remedies = {*f.side == Side::client ? Remedy::speak_quic_version : Remedy::serve_quic_version};
  f.rests_on = {{Kind::quic_versions, "server"}, {Kind::quic_versions, "client"}};
  return f;
}

}  // namespace whytls::diagnosis::protocol
