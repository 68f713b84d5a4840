// SPDX-License-Identifier: Apache-2.0
// What an offer of suites, groups and signature algorithms amounts to.
#pragma once

#include <algorithm>
#include <string>

#include "diagnosis/rules.h"
#include "registry/registry.h"

namespace whytls::diagnosis::cipher {

inline const registry::Suite* suite_named(const std::string& name) {
  const auto code = registry::suite_code(name);
  return code ? registry::suite(*code) : nullptr;
}

/// Everything that is offered (signalling values aside) exchanges keys by ephemeral Diffie-Hellman over finite fields.
inline bool only_dhe(const Evidence& e) {
  bool any = false;
  for (const std::string& name : e.list(Kind::offered_suites)) {
    const registry::Suite* suite = suite_named(name);
    if (!suite || suite->signalling) continue;
    if (suite->key_exchange != registry::KeyExchange::dhe) return false;
    any = true;
  }
  return any;
}

/// "rsa", "rsa-pss", "ecdsa", "ed25519" … for server_key; as registry::SignatureScheme::key has them.
inline std::string scheme_key(const std::string& server_key) {
  if (server_key.rfind("rsa-pss", 0) == 0) return "rsa-pss";
  if (server_key.rfind("rsa", 0) == 0) return "rsa";
  if (server_key.rfind("ec-", 0) == 0) return "ecdsa";
  if (server_key.rfind("dsa", 0) == 0) return "dsa";
  return server_key;
}

inline bool suite_fits(const registry::Suite& suite, const std::string& key, bool tls13) {
  if (tls13 || suite.authentication == registry::Authentication::any)
    return tls13 == (suite.authentication == registry::Authentication::any);
  if (key == "rsa" || key == "rsa-pss") return suite.authentication == registry::Authentication::rsa;
  if (key == "dsa") return suite.authentication == registry::Authentication::dss;
  return suite.authentication == registry::Authentication::ecdsa;  // EdDSA too, RFC 8422 5.10
}

/// A suite and a scheme for the type of the server's key, and its curve, are all offered: then the type does not separate the two
/// sides. TLS 1.3 binds the curve to the scheme (RFC 8446 4.2.3), older versions to supported_groups (RFC 8422 5.1).
inline Answer key_type_offered(const Evidence& e) {
  const std::string server_key = e.text(Kind::server_key);
  const std::string version = e.text(Kind::selected_version);
  if (server_key.empty() || version.empty() || !e.find(Kind::offered_suites) || !e.find(Kind::offered_signature_algorithms))
    return Answer::unknown;
  const bool tls13 = version == "tls1.3";
  const std::string key = scheme_key(server_key);
  const std::string curve = server_key.rfind("ec-", 0) == 0 ? server_key.substr(3) : "";
  const auto suites = e.list(Kind::offered_suites);
  const bool suite = std::any_of(suites.begin(), suites.end(), [&](const std::string& name) {
    const registry::Suite* known = suite_named(name);
    return known && !known->signalling && suite_fits(*known, key, tls13);
  });
  const auto schemes = e.list(Kind::offered_signature_algorithms);
  const bool scheme = schemes.empty() || std::any_of(schemes.begin(), schemes.end(), [&](const std::string& name) {
                        const auto code = registry::signature_scheme_code(name);
                        const registry::SignatureScheme* known = code ? registry::signature_scheme(*code) : nullptr;
                        if (!known || known->key != key) return false;
                        return !tls13 || curve.empty() || known->curve == 0 || registry::group_name(known->curve) == curve;
                      });
  const bool on_curve = tls13 || curve.empty() || known_yes(e.includes(Kind::offered_groups, curve));
  return answer(suite && scheme && on_curve);
}

/// The client's own list lies below the floor (rule 5): P-256 for groups, SHA-256 for signatures.
inline bool groups_below_floor(const Evidence& e) {
  const auto groups = e.list(Kind::offered_groups);
  return !groups.empty() && std::all_of(groups.begin(), groups.end(), [](const std::string& name) {
    const registry::Group* group = registry::group(registry::group_code(name).value_or(0));
    return group && group->family == registry::GroupFamily::ecdhe && group->security_bits != 0 && group->security_bits < 128;
  });
}

inline bool signatures_below_floor(const Evidence& e) {
  const auto schemes = e.list(Kind::offered_signature_algorithms);
  return !schemes.empty() && std::all_of(schemes.begin(), schemes.end(), [](const std::string& name) {
    const registry::SignatureScheme* scheme = registry::signature_scheme(registry::signature_scheme_code(name).value_or(0));
    return scheme && (scheme->hash == "md5" || scheme->hash == "sha1" || scheme->hash == "sha224");
  });
}

}  // namespace whytls::diagnosis::cipher
