// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "registry/registry.h"
#include "sources/probe/probe.h"

namespace whytls::probe {
namespace {

using registry::Authentication;
using registry::Suite;

/// The suite that differs from this one only in the type of the server's key: RSA for ECDSA and the other way round. Static RSA
/// key exchange has no such twin.
std::optional<std::uint16_t> twin(const Suite& suite) {
  if (suite.key_exchange != registry::KeyExchange::ecdhe && suite.key_exchange != registry::KeyExchange::dhe) return std::nullopt;
  for (const Suite& other : registry::suites()) {
    const bool same = other.key_exchange == suite.key_exchange && other.cipher == suite.cipher && other.mode == suite.mode &&
                      other.mac == suite.mac && other.prf == suite.prf && other.export_grade == suite.export_grade;
    const bool usual = other.authentication == Authentication::rsa || other.authentication == Authentication::ecdsa;
    if (same && usual && other.authentication != suite.authentication) return other.code;
  }
  return std::nullopt;
}

std::string_view family(std::string_view key) { return key == "rsa-pss" ? "rsa" : key; }

/// Schemes for types of key for which the client offers none at all.
std::vector<std::uint16_t> schemes_for_other_types(const std::vector<std::uint16_t>& offered) {
  std::vector<std::uint16_t> out;
  for (const registry::SignatureScheme& scheme : registry::signature_schemes()) {
    const bool usual =
        scheme.key == "rsa" || scheme.key == "rsa-pss" || scheme.key == "ecdsa" || scheme.key == "ed25519" || scheme.key == "ed448";
    const bool has_type = std::any_of(offered.begin(), offered.end(), [&](std::uint16_t code) {
      const auto* known = registry::signature_scheme(code);
      return known && family(known->key) == family(scheme.key) && (scheme.curve == 0 || known->curve == 0 || known->curve == scheme.curve);
    });
    if (usual && !has_type) out.push_back(scheme.code);
  }
  return out;
}

std::vector<Variation> propose(const Situation& s) {
  if (s.working && subset(s.working->suites, s.asked.suites) && subset(s.working->signature_algorithms, s.asked.signature_algorithms) &&
      subset(s.working->groups, s.asked.groups))
    return {};
  Offer offer = s.asked;
  for (const std::uint16_t code : s.asked.suites) {
    const Suite* suite = registry::suite(code);
    const auto other = suite ? twin(*suite) : std::nullopt;
    if (other && !subset({*other}, offer.suites)) offer.suites.push_back(*other);
  }
  if (!offer.signature_algorithms.empty())
    for (const std::uint16_t code : schemes_for_other_types(s.asked.signature_algorithms)) offer.signature_algorithms.push_back(code);
  // A curve of the server's own key, where it is known: RFC 8422 5.1 binds the certificate's curve to supported_groups below TLS 1.3.
  const std::string key = s.evidence.text(evidence::Kind::server_key);
  if (key.rfind("ec-", 0) == 0 && !offer.groups.empty())
    if (const auto curve = registry::group_code(key.substr(3)); curve && !subset({*curve}, offer.groups)) offer.groups.push_back(*curve);
  const bool same =
      offer.suites == s.asked.suites && offer.signature_algorithms == s.asked.signature_algorithms && offer.groups == s.asked.groups;
  if (same) return {};
  return {cure(change::key_type, "with the same suites for other types of key", offer)};
}

}  // namespace

extern const Probe key_type;
const Probe key_type{"key-type", "does it depend on the type of key in the server's certificate?", propose};

}  // namespace whytls::probe
