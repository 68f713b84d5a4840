// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/narrow.h"

#include <algorithm>

#include "diagnosis/rules.h"

namespace whytls::diagnosis {
namespace {

using Names = std::vector<std::string>;

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

template <class Test>
bool all_of(const Names& names, Test test) {
  return !names.empty() && std::all_of(names.begin(), names.end(), test);
}

/// Suites without those that only signal, and without GREASE.
Names real_suites(const Evidence& e) {
  Names out = e.list(Kind::offered_suites);
  std::erase_if(out, [](const std::string& name) { return has(name, "SCSV") || has(name, "grease") || has(name, "GREASE"); });
  return out;
}

bool few_suites(const Evidence& e) {
  constexpr std::size_t few = 2;
  const Names suites = real_suites(e);
  return !suites.empty() && suites.size() <= few;
}

/// Nearly every server of these years has X25519 and P-256, and whoever offers both has offered enough.
bool odd_groups(const Evidence& e) {
  const Names groups = e.list(Kind::offered_groups);
  const auto offers = [&](const char* name) { return std::find(groups.begin(), groups.end(), name) != groups.end(); };
  return !groups.empty() && (!offers("x25519") || !offers("secp256r1") || groups.size() <= 3);
}

bool odd_schemes(const Evidence& e) {
  constexpr std::size_t few = 3;
  const Names schemes = e.list(Kind::offered_signature_algorithms);
  return !schemes.empty() && schemes.size() <= few;
}

/// Only certificates of one type of key will do for these suites, or these schemes.
bool one_key_type(const Evidence& e) {
  const Names suites = real_suites(e), schemes = e.list(Kind::offered_signature_algorithms);
  const auto ecdsa = [](const std::string& name) { return has(name, "_ECDSA_"); };
  const auto rsa = [](const std::string& name) { return has(name, "_RSA_"); };
  const auto scheme = [&](const char* key) { return all_of(schemes, [&](const std::string& name) { return name.starts_with(key); }); };
  return all_of(suites, ecdsa) || all_of(suites, rsa) || scheme("ecdsa_") || scheme("rsa_");
}

/// What every server of these years speaks, so that it is not the suite which is missing.
bool has_common_suite(const Evidence& e) {
  const Names suites = real_suites(e);
  return std::any_of(suites.begin(), suites.end(), [](const std::string& name) {
    return name.starts_with("TLS_AES_") || (name.starts_with("TLS_ECDHE_") && has(name, "AES_128_GCM"));
  });
}

bool old_versions_only(const Evidence& e) {
  return all_of(e.list(Kind::offered_versions), [](const std::string& v) { return v == "tls1.1" || v == "tls1.0" || v == "ssl3"; });
}

}  // namespace

int oddity(const Evidence& e, const Cause& cause) {
  constexpr int striking = 30, unusual = 26, slight = 10;
  if (e.text(Kind::failure) != "alert" || e.text(Kind::alert_from) != "server" || !failed_at(e, {Stage::client_hello})) return 0;
  const std::string_view id = cause.id;
  if (id == "protocol.version-mismatch") return old_versions_only(e) ? striking : 0;
  if (id == "cipher.no-common-suite") return !few_suites(e) ? 0 : has_common_suite(e) ? slight : striking;
  if (id == "cipher.certificate-key-type") return !one_key_type(e) ? 0 : has_common_suite(e) ? striking : slight;
  if (id == "cipher.no-common-group") return odd_groups(e) ? unusual : 0;
  if (id == "cipher.no-common-signature-algorithm") return odd_schemes(e) ? unusual : 0;
  return 0;
}

bool ruled_out(const Evidence& e, const Cause& cause) {
  return !cause.needs.empty() && std::none_of(cause.needs.begin(), cause.needs.end(), [&](const Ref& need) { return can_change(e, need); });
}

}  // namespace whytls::diagnosis
