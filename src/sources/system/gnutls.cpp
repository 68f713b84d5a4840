// SPDX-License-Identifier: Apache-2.0
// GnuTLS: the library itself writes its ClientHello under the system's configuration; that file is read again for the lines.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "registry/registry.h"
#include "sources/system/gnutls_config.h"
#include "sources/system/gnutls_library.h"
#include "sources/system/hello.h"
#include "sources/system/policy.h"

namespace whytls::system {
namespace {

// gnutls_sec_param_t, gnutls_pk_algorithm_t
constexpr int very_weak = 15, weak = 20, low = 25, legacy = 30, medium = 35, high = 40, ultra = 45, future = 50;
constexpr int pk_rsa = 1, pk_dh = 3, pk_ec = 4;

struct Named {
  std::string_view name;
  int parameter;
};
constexpr Named profiles[]{{"very_weak", very_weak}, {"very weak", very_weak}, {"low", low},     {"legacy", legacy},
                           {"medium", medium},       {"high", high},           {"ultra", ultra}, {"future", future}};

int profile(std::string_view name) {
  for (const Named& one : profiles) {
    if (base::equals_nocase(one.name, name)) return one.parameter;
  }
  return 0;
}

struct Strictness {
  int certificates = low, handshake = weak;
};
/// The base level of a priority string, and its %PROFILE_X.
Strictness strictness(std::string_view priority) {
  Strictness out;
  for (const std::string& word : base::split(priority, ":,")) {
    const std::string name = base::lower(word);
    if (name == "secure" || name == "secure128") out = {low, low};
    if (name == "secure192" || name == "suiteb128") out = {high, high};
    if (name == "secure256" || name == "suiteb192") out = {ultra, ultra};
    if (name == "legacy") out = {low, very_weak};
    const int named = name.rfind("%profile_", 0) == 0 ? profile(std::string_view(name).substr(9)) : 0;
    if (named != 0) out = {named, named};
  }
  return out;
}

using Lines = std::map<std::string, Line, std::less<>>;

/// Names of the parts of a suite that a configuration may disable: "aes-128-cbc", "sha1", "ecdhe-rsa" …
bool suite_has(const registry::Suite& suite, std::string_view kind, std::string_view value) {
  std::string name = base::lower(suite.name);
  std::replace(name.begin(), name.end(), '_', '-');
  const std::size_t with = name.find("-with-");
  const std::string left = with == std::string::npos ? "" : name.substr(4, with - 4);
  const std::string right = "-" + (with == std::string::npos ? name.substr(4) : name.substr(with + 6)) + "-";
  const std::string wanted = base::lower(value);
  if (kind == "kx") return left == wanted;
  if (kind == "mac") {
    if (wanted == "aead") return suite.mac == registry::Hash::none;
    return suite.mac != registry::Hash::none &&
           right.find("-" + (wanted == "sha1" ? std::string("sha") : wanted) + "-") != std::string::npos;
  }
  return right.rfind("-" + wanted + "-", 0) == 0;
}

/// One line of [overrides]: which parts of the policy it decides, and for which code points.
void note_override(LibraryPolicy& policy, const GnutlsValue& value, const Line& line) {
  const auto item = [&](std::string_view part, const std::string& name) { policy.lines[fmt::format("{}:{}", part, name)] = line; };
  const std::string& key = value.name;
  if (key == "disabled-version") {
    if (const auto code = gnutls_version(value.value)) {
      item(aspect::min_version, registry::version_name(*code));
      item(aspect::max_version, registry::version_name(*code));
    }
  } else if (key == "tls-disabled-group" || key == "disabled-curve") {
    if (const auto code = gnutls_group(value.value)) item(aspect::groups, registry::group_name(*code));
  } else if (key.rfind("tls-disabled-", 0) == 0) {
    for (const std::uint16_t code : policy.capable.suites) {
      const registry::Suite* suite = registry::suite(code);
      if (suite == nullptr || !suite_has(*suite, std::string_view(key).substr(13), value.value)) continue;
      item(aspect::suites, registry::suite_name(code));
      item(aspect::tls13_suites, registry::suite_name(code));
    }
  } else if (key == "insecure-sig" || key == "insecure-hash" || key == "insecure-sig-for-cert") {
    const std::string lower = base::lower(value.value);
    const std::string hash = lower.substr(lower.rfind('-') == std::string::npos ? 0 : lower.rfind('-') + 1);
    if (key != "insecure-sig") {
      item(aspect::hashes, hash);
      if (key == "insecure-hash") policy.forbidden_hashes.push_back(hash);
    }
    for (const std::uint16_t code : policy.capable.signature_algorithms) {
      const registry::SignatureScheme* scheme = registry::signature_scheme(code);
      const bool named = gnutls_signature(value.value) == code || (key == "insecure-hash" && scheme != nullptr && scheme->hash == hash);
      if (named) item(aspect::signature_algorithms, registry::signature_scheme_name(code));
    }
  } else if (key.find("enabled") != std::string::npos || key.rfind("secure-", 0) == 0) {
    // An allow list: what is not named falls by the list as a whole.
    const std::string_view part = key.find("version") != std::string::npos                                           ? aspect::min_version
                                  : key.find("group") != std::string::npos || key.find("curve") != std::string::npos ? aspect::groups
                                  : key.rfind("secure-", 0) == 0 ? aspect::signature_algorithms
                                                                 : aspect::suites;
    policy.lines.try_emplace(std::string(part), line);
  }
}

/// A priority string decides everything that no other line decides.
void note_default(LibraryPolicy& policy, const Line& line) {
  for (const std::string_view part :
       {aspect::min_version, aspect::max_version, aspect::suites, aspect::tls13_suites, aspect::groups, aspect::signature_algorithms,
        aspect::rsa_bits, aspect::dh_bits, aspect::ec_bits, aspect::hashes, aspect::renegotiation}) {
    policy.lines.try_emplace(std::string(part), line);
  }
}

void note_strength(LibraryPolicy& policy, const GnutlsLibrary& library, const GnutlsConfig& config, const std::string& file,
                   const std::string& priority) {
  Strictness strict = strictness(priority);
  if (const GnutlsValue* least = config.last("overrides", "min-verification-profile")) {
    if (profile(least->value) > strict.certificates) {
      strict = {profile(least->value), std::max(strict.handshake, profile(least->value))};
      for (const std::string_view part : {aspect::rsa_bits, aspect::dh_bits, aspect::ec_bits}) {
        policy.lines[std::string(part)] = make_line(file, least->line, least->text);
      }
    }
  }
  policy.min_rsa_bits = library.bits(pk_rsa, strict.certificates);
  policy.min_ec_bits = library.bits(pk_ec, strict.certificates);
  policy.min_dh_bits = library.bits(pk_dh, strict.handshake);
}

}  // namespace

base::Result<LibraryPolicy> gnutls_policy(const Environment& environment) {
  const GnutlsLibrary* library = GnutlsLibrary::load();
  if (library == nullptr) return base::fail(base::Fault::environment, "this machine has no libgnutls.so.30");
  LibraryPolicy policy;
  policy.library = "gnutls";
  policy.version = fmt::format("GnuTLS {}", library->check_version(nullptr));
  policy.capable = library->implemented();
  policy.offers = library->offered();
  // SHA-1 and MD5 in certificates are refused since 3.6 unless a priority string says otherwise.
  policy.forbidden_hashes = {"md2", "md5", "sha1"};

  std::string file = environment.get("GNUTLS_SYSTEM_PRIORITY_FILE");
  const char* compiled_in = library->system_config_file();
  if (file.empty()) file = environment.well_known(compiled_in != nullptr ? compiled_in : "/etc/gnutls/config");
  GnutlsConfig config;
  if (const auto text = read_file(file)) {
    config = parse_gnutls_config(*text, file);
    policy.files.push_back(file);
    policy.problems = config.problems;
  } else if (text.error().system != ENOENT) {
    policy.problems.push_back(text.error().text());
  }
  for (const GnutlsValue& value : config.values) {
    if (value.section == "overrides") note_override(policy, value, make_line(file, value.line, value.text));
  }
  std::string priority = "NORMAL";
  Line line{{}, 0, "GnuTLS's default priority: NORMAL"};
  if (const GnutlsValue* given = config.last("overrides", "default-priority-string")) {
    priority = expand_priority(config, given->value);
    line = make_line(file, given->line, given->text);
  }
  note_strength(policy, *library, config, file, priority);
  const std::string lower = base::lower(priority);
  if (lower.find("%verify_allow_sign_with_sha1") != std::string::npos || lower.find("%verify_allow_broken") != std::string::npos) {
    std::erase(policy.forbidden_hashes, "sha1");
  }
  // Priority strings of the manual: by default a client goes on (%PARTIAL_RENEGOTIATION); %SAFE_RENEGOTIATION insists.
  policy.legacy_renegotiation = lower.find("%safe_renegotiation") == std::string::npos;
  note_default(policy, line);
  return policy;
}

}  // namespace whytls::system
