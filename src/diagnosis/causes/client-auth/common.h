// SPDX-License-Identifier: Apache-2.0
// The order of judgement about a client certificate (docs/judgement.md, Neighbours, Client certificates): an empty message
// first; then what can be proved offline; then alerts that name their own cause; then any other refusal.
#pragma once

#include <string>
#include <string_view>

#include "diagnosis/rules.h"

namespace whytls::diagnosis::client_auth {

/// The handshake in question was refused at the client's certificate or behind it, or the HTTP answer refuses it.
inline bool refused(const Evidence& e) {
  if (known_yes(e.is(Kind::completed))) return false;
  if (known_yes(e.is(Kind::http_wants_certificate))) return true;
  const std::string failure = e.text(Kind::failure);
  const bool by_server = (failure == "alert" && e.text(Kind::alert_from) != "client") || failure == "closed" || failure == "reset";
  return by_server && failed_at(e, {Stage::client_certificate, Stage::finished, Stage::established});
}

/// A certificate went out and was refused.
inline bool sent_and_refused(const Evidence& e) { return known_yes(e.is(Kind::client_certificate_sent)) && refused(e); }

enum class Proof : std::uint8_t { none, dates, purpose, issuer, algorithm, key };

/// What of the certificate can be shown to be wrong without the server.
inline Proof proof(const Evidence& e) {
  if (known_no(e.is(Kind::client_certificate_key_matches))) return Proof::key;
  if (known_yes(e.is(Kind::client_certificate_expired))) return Proof::dates;
  if (known_no(e.is(Kind::client_certificate_for_clients))) return Proof::purpose;
  if (known_no(e.is(Kind::client_certificate_issuer_listed))) return Proof::issuer;
  if (known_no(e.is(Kind::client_certificate_algorithm_listed))) return Proof::algorithm;
  return Proof::none;
}

/// The alert names the cause and nothing offline contradicts it.
inline bool named_by(const Evidence& e, std::string_view alert) { return proof(e) == Proof::none && server_alert(e, alert); }

/// " (CN=…)", or nothing.
inline std::string whose(const Evidence& e) {
  const std::string subject = e.text(Kind::client_certificate_subject);
  return subject.empty() ? "" : " (" + subject + ")";
}

/// A finding at the step "client-certificate": certain when proved, or when an alert was repeated. The side is the client's, who
/// holds the certificate (rule 4).
inline Finding finding(const Evidence& e, Kind proved) {
  const bool is_proved = e.find(proved) != nullptr && proved != Kind::alert;
  Finding f{.confidence = is_proved || repeated(e) ? Confidence::certain : Confidence::likely,
            .side = Side::client,
            .stage = Stage::client_certificate};
  f.rests_on = {{is_proved ? proved : Kind::alert, ""}};
  if (is_proved && e.find(Kind::alert)) f.rests_on.push_back({Kind::alert, ""});
  f.detail = {{"subject", e.text(Kind::client_certificate_subject)}, {"alert", e.text(Kind::alert)}};
  return f;
}

}  // namespace whytls::diagnosis::client_auth
