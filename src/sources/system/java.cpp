// SPDX-License-Identifier: Apache-2.0
// Java: what JSSE's client would offer, from the lists of a recorded JDK 17 without any restriction and the rules of java.security.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "registry/registry.h"
#include "sources/system/java_constraints.h"
#include "sources/system/java_options.h"
#include "sources/system/policy.h"

namespace whytls::system {
namespace {

using Codes = std::vector<std::uint16_t>;
using Names = std::vector<std::string>;

/// The ClientHello of OpenJDK 17.0.15 with empty lists of disabled and legacy algorithms, recorded 2026-11-21.
const OfferLists& recorded() {
  static const OfferLists lists{
      {0x0304, 0x0303, 0x0302, 0x0301},
      {0x1302, 0x1301, 0x1303, 0xc02c, 0xc02b, 0xcca9, 0xc030, 0xcca8, 0xc02f, 0x009f, 0xccaa, 0x00a3, 0x009e, 0x00a2,
       0xc024, 0xc028, 0xc023, 0xc027, 0x006b, 0x006a, 0x0067, 0x0040, 0xc02e, 0xc032, 0xc02d, 0xc031, 0xc026, 0xc02a,
       0xc025, 0xc029, 0xc00a, 0xc014, 0xc009, 0xc013, 0x0039, 0x0038, 0x0033, 0x0032, 0xc005, 0xc00f, 0xc004, 0xc00e,
       0x009d, 0x009c, 0x003d, 0x003c, 0x0035, 0x002f, 0xc008, 0xc012, 0x0016, 0x0013, 0xc003, 0xc00d, 0x000a},
      {0x001d, 0x0017, 0x0018, 0x0019, 0x001e, 0x0100, 0x0101, 0x0102, 0x0103, 0x0104},
      {0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b,
       0x0401, 0x0501, 0x0601, 0x0402, 0x0303, 0x0301, 0x0302, 0x0203, 0x0201, 0x0202, 0x0101}};
  return lists;
}

/// What older releases lack: ChaCha20-Poly1305 came with 12, X25519 and X448 with 13, EdDSA with 15.
OfferLists of_release(unsigned major) {
  OfferLists out = recorded();
  if (major == 0 || major >= 15) return out;
  std::erase_if(out.signature_algorithms, [](std::uint16_t code) { return code == 0x0807 || code == 0x0808; });
  if (major < 13) std::erase_if(out.groups, [](std::uint16_t code) { return code == 29 || code == 30; });
  if (major < 12) std::erase_if(out.suites, [](std::uint16_t code) { return code == 0x1303 || code >> 8U == 0xcc; });
  return out;
}

std::string java_version_name(std::uint16_t version) {
  switch (version) {
    case 0x0304:
      return "TLSv1.3";
    case 0x0303:
      return "TLSv1.2";
    case 0x0302:
      return "TLSv1.1";
    default:
      return "TLSv1";
  }
}

class Evaluation {
 public:
  Evaluation(LibraryPolicy& policy, const JavaSecurity& security, const Environment& environment)
      : policy_(policy), environment_(environment) {
    if (const JavaProperty* tls = security.properties.find("jdk.tls.disabledAlgorithms")) {
      tls_ = parse_java_constraints(*tls, security.properties);
    }
    if (const JavaProperty* path = security.properties.find("jdk.certpath.disabledAlgorithms")) {
      path_ = parse_java_constraints(*path, security.properties);
    }
    for (const JavaConstraints* list : {&tls_, &path_}) {
      for (const JavaConstraint& one : *list) {
        if (!one.understood) policy_.problems.push_back(one.line.full() + ": not understood, passed over");
      }
    }
    // "Legacy" algorithms are only tried last: they change the order, never the set.
    if (const JavaProperty* legacy = security.properties.find("jdk.tls.legacyAlgorithms")) {
      legacy_ = parse_java_constraints(*legacy, security.properties);
    }
  }

  void run() {
    versions();
    suites();
    groups();
    schemes();
    certificates();
    policy_.legacy_renegotiation =
        base::equals_nocase(java_option(environment_, "sun.security.ssl.allowLegacyHelloMessages").value_or("true"), "true");
  }

 private:
  template <class Name>
  void keep(const JavaConstraints& rules, const Codes& from, Codes& to, std::string_view part, Name names,
            std::string (*key)(std::uint16_t)) {
    for (const std::uint16_t code : from) {
      if (const JavaConstraint* why = disabled_by(rules, names(code))) {
        policy_.lines[fmt::format("{}:{}", part, key(code))] = why->line;
      } else {
        to.push_back(code);
      }
    }
  }

  /// A system property that names the list outright.
  void option(std::string_view name, Codes& list, std::string_view part, std::optional<std::uint16_t> (*parse)(std::string_view)) {
    const auto given = java_option(environment_, name);
    if (!given) return;
    Codes chosen;
    for (const std::string& one : base::split(*given, ", ")) {
      const auto code = parse(base::starts_with_nocase(one, "SSL_") ? "TLS_" + one.substr(4) : one);
      if (code && std::find(list.begin(), list.end(), *code) != list.end()) chosen.push_back(*code);
    }
    if (chosen.empty()) return;  // JSSE then keeps its own
    list = chosen;
    policy_.lines[std::string(part)] = Line{{}, 0, fmt::format("environment: -D{}={}", name, base::printable(*given, 200))};
  }

  void versions() {
    keep(
        tls_, policy_.capable.versions, policy_.offers.versions, aspect::min_version,
        [](std::uint16_t code) { return std::vector<std::string>{java_version_name(code)}; }, registry::version_name);
    for (const std::uint16_t code : policy_.capable.versions) {
      const std::string key = registry::version_name(code);
      if (const Line* line = policy_.line(fmt::format("{}:{}", aspect::min_version, key))) {
        policy_.lines[fmt::format("{}:{}", aspect::max_version, key)] = Line(*line);
      }
    }
    const auto parse = [](std::string_view name) -> std::optional<std::uint16_t> {
      return name == "TLSv1" ? std::optional<std::uint16_t>(0x0301)
                             : registry::version_code(base::starts_with_nocase(name, "TLSv") ? "tls" + std::string(name.substr(4)) : "");
    };
    option("jdk.tls.client.protocols", policy_.offers.versions, aspect::min_version, parse);
    if (const Line* line = policy_.line(aspect::min_version)) policy_.lines[std::string(aspect::max_version)] = Line(*line);
  }

  void suites() {
    Codes kept;
    keep(
        tls_, policy_.capable.suites, kept, aspect::suites,
        [](std::uint16_t code) {
          const registry::Suite* suite = registry::suite(code);
          return suite == nullptr ? std::vector<std::string>() : java_names(*suite);
        },
        registry::suite_name);
    for (const std::uint16_t code : policy_.capable.suites) {
      if (const Line* line = policy_.line(fmt::format("{}:{}", aspect::suites, registry::suite_name(code)))) {
        policy_.lines[fmt::format("{}:{}", aspect::tls13_suites, registry::suite_name(code))] = Line(*line);
      }
    }
    option("jdk.tls.client.cipherSuites", kept, aspect::suites, registry::suite_code);
    // Suites that none of the versions can use are left out.
    std::erase_if(kept, [&](std::uint16_t code) {
      const registry::Suite* suite = registry::suite(code);
      const Codes& versions = policy_.offers.versions;
      return suite != nullptr && std::none_of(versions.begin(), versions.end(), [&](std::uint16_t version) {
               return version >= suite->min_version && (suite->max_version == 0 || version <= suite->max_version);
             });
    });
    std::stable_partition(kept.begin(), kept.end(), [&](std::uint16_t code) {
      const registry::Suite* suite = registry::suite(code);
      return suite == nullptr || disabled_by(legacy_, java_names(*suite)) == nullptr;
    });
    policy_.offers.suites = std::move(kept);
  }

  void groups() {
    keep(tls_, policy_.capable.groups, policy_.offers.groups, aspect::groups, java_names_of_group, registry::group_name);
    // A minimum size of EC or DH keys also takes away the groups below it.
    std::erase_if(policy_.offers.groups, [&](std::uint16_t code) {
      const registry::Group* group = registry::group(code);
      const bool finite = group != nullptr && group->family == registry::GroupFamily::ffdhe;
      const bool curve = code == 23 || code == 24 || code == 25;
      const unsigned size = finite ? group->client_share * 8U : code == 23 ? 256U : code == 24 ? 384U : 521U;
      const JavaConstraint* why = nullptr;
      if (!(finite || curve) || smallest_size(tls_, finite ? Names{"DH", "DiffieHellman"} : Names{"EC"}, why) <= size) return false;
      policy_.lines[fmt::format("{}:{}", aspect::groups, registry::group_name(code))] = why->line;
      return true;
    });
    // Groups of a kind that no suite offered can use are left out.
    const Codes& offered = policy_.offers.suites;
    const auto usable = [&](std::uint16_t code) {
      const registry::Group* group = registry::group(code);
      const bool finite = group != nullptr && group->family == registry::GroupFamily::ffdhe;
      return std::any_of(offered.begin(), offered.end(), [&](std::uint16_t each) {
        const registry::Suite* suite = registry::suite(each);
        using registry::KeyExchange;
        return suite != nullptr &&
               (suite->key_exchange == KeyExchange::any || suite->key_exchange == (finite ? KeyExchange::dhe : KeyExchange::ecdhe));
      });
    };
    std::erase_if(policy_.offers.groups, [&](std::uint16_t code) { return !usable(code); });
    option("jdk.tls.namedGroups", policy_.offers.groups, aspect::groups, registry::group_code);
  }

  void schemes() {
    // Schemes also fall by a hash that certification paths may not have.
    JavaConstraints both = tls_;
    both.insert(both.end(), path_.begin(), path_.end());
    keep(both, policy_.capable.signature_algorithms, policy_.offers.signature_algorithms, aspect::signature_algorithms,
         java_names_of_scheme, registry::signature_scheme_name);
    option("jdk.tls.client.SignatureSchemes", policy_.offers.signature_algorithms, aspect::signature_algorithms,
           registry::signature_scheme_code);
  }

  unsigned least(const Names& names, std::string_view part) {
    unsigned out = 0;
    for (const JavaConstraints* list : {&tls_, &path_}) {
      const JavaConstraint* why = nullptr;
      const unsigned bits = smallest_size(*list, names, why);
      if (bits <= out) continue;
      out = bits;
      policy_.lines[std::string(part)] = why->line;
    }
    return out;
  }

  void certificates() {
    policy_.min_rsa_bits = least({"RSA"}, aspect::rsa_bits);
    policy_.min_ec_bits = least({"EC"}, aspect::ec_bits);
    const JavaConstraint* why = nullptr;
    policy_.min_dh_bits = smallest_size(tls_, {"DH", "DiffieHellman"}, why);
    if (why != nullptr) policy_.lines[std::string(aspect::dh_bits)] = why->line;
    for (const std::string_view hash : {"md2", "md5", "sha1", "sha224", "sha256", "sha384", "sha512"}) {
      if (const JavaConstraint* ban = hash_ban(std::string(hash))) {
        (ban->only_public_roots ? policy_.forbidden_hashes_of_public_roots : policy_.forbidden_hashes).emplace_back(hash);
        policy_.lines[fmt::format("{}:{}", aspect::hashes, hash)] = ban->line;
      }
    }
  }

  /// By the hash's own name, or with every type of key ("MD5withRSA" stands for MD5: nothing else signs with it).
  const JavaConstraint* hash_ban(const std::string& hash) const {
    const Names names{hash, hash.rfind("sha", 0) == 0 ? "sha-" + hash.substr(3) : hash, hash + "withRSA"};
    for (const JavaConstraints* list : {&tls_, &path_}) {
      for (const JavaConstraint& one : *list) {
        if (!one.comparison.empty() || one.dated || !one.applies_to_server_chains()) continue;
        const auto same = [&](const std::string& name) { return base::equals_nocase(one.algorithm, name); };
        if (std::any_of(names.begin(), names.end(), same)) return &one;
      }
    }
    return nullptr;
  }

  LibraryPolicy& policy_;
  const Environment& environment_;
  JavaConstraints tls_, path_, legacy_;
};

}  // namespace

base::Result<LibraryPolicy> java_policy(const Environment& environment) {
  const auto home = java_home(environment);
  if (!home) return base::fail(base::Fault::environment, "no Java is found by JAVA_HOME or PATH");
  const std::string release = java_release(*home);
  const unsigned major = java_major(release);
  JavaSecurity security = java_security(*home, environment);
  LibraryPolicy policy;
  policy.library = "java";
  policy.version = release.empty() ? "Java" : fmt::format("Java {}", release);
  policy.capable = of_release(major);
  policy.files = security.files;
  policy.problems = security.problems;
  Evaluation(policy, security, environment).run();
  return policy;
}

}  // namespace whytls::system
