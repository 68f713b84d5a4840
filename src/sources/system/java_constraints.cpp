// SPDX-License-Identifier: Apache-2.0
#include "sources/system/java_constraints.h"

#include <algorithm>

#include "base/text.h"
#include "sources/system/hello.h"

namespace whytls::system {
namespace {

/// Conditions are separated by "&", but "keySize" may also follow the name directly.
void read_condition(JavaConstraint& out, const std::vector<std::string>& words) {
  const std::string& kind = words.front();
  if (base::equals_nocase(kind, "keySize") && words.size() == 3) {
    const auto bits = base::number(words[2], 1000000);
    static const std::vector<std::string> comparisons{"<", "<=", "==", "!=", ">", ">="};
    out.understood &= bits && std::find(comparisons.begin(), comparisons.end(), words[1]) != comparisons.end();
    out.comparison = words[1];
    out.bits = static_cast<unsigned>(bits.value_or(0));
  } else if (base::equals_nocase(kind, "jdkCA") && words.size() == 1) {
    out.only_public_roots = true;
  } else if (base::equals_nocase(kind, "denyAfter") && words.size() == 2) {
    out.dated = true;
  } else if (base::equals_nocase(kind, "usage") && words.size() >= 2) {
    out.usages.insert(out.usages.end(), words.begin() + 1, words.end());
  } else {
    out.understood = false;
  }
}

/// The next condition begins at one of these words even without "&".
bool opens_condition(std::string_view word) {
  return base::equals_nocase(word, "keySize") || base::equals_nocase(word, "jdkCA") || base::equals_nocase(word, "denyAfter") ||
         base::equals_nocase(word, "usage");
}

JavaConstraint read_constraint(std::string_view entry) {
  JavaConstraint out;
  std::vector<std::string> condition;
  const auto flush = [&] {
    if (!condition.empty()) read_condition(out, condition);
    condition.clear();
  };
  for (const std::string& word : base::split(entry, " \t\r\n\f")) {
    if (out.algorithm.empty()) {
      out.algorithm = word;
      continue;
    }
    if (word == "&" || opens_condition(word)) flush();
    if (word != "&") condition.push_back(word);
  }
  flush();
  return out;
}

void read_all(JavaConstraints& out, const JavaProperty& property, const JavaProperties& all, int depth) {
  constexpr std::size_t limit = 5000;
  const std::string_view value = property.value;
  for (std::size_t at = 0; at < value.size() && out.size() < limit;) {
    const std::size_t end = std::min(value.find(',', at), value.size());
    const std::string_view entry = base::trim(value.substr(at, end - at));
    const std::size_t where = at + static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, entry.data() - (value.data() + at)));
    at = end + 1;
    if (entry.empty()) continue;
    const JavaProperty* included =
        base::starts_with_nocase(entry, "include ") && depth < 3 ? all.find(base::trim(entry.substr(8))) : nullptr;
    if (included != nullptr) {
      read_all(out, *included, all, depth + 1);
      continue;
    }
    JavaConstraint one = read_constraint(entry);
    one.line = make_line(property.file, property.line_at(where), property.name + ": " + std::string(entry));
    out.push_back(std::move(one));
  }
}

using Names = std::vector<std::string>;
void add(Names& names, std::initializer_list<std::string_view> more) { names.insert(names.end(), more.begin(), more.end()); }

void add_hash(Names& names, registry::Hash hash) {
  using registry::Hash;
  if (hash == Hash::md5) add(names, {"MD5", "HmacMD5"});
  if (hash == Hash::sha1) add(names, {"SHA1", "SHA-1", "HmacSHA1"});
  if (hash == Hash::sha256) add(names, {"SHA256", "SHA-256", "HmacSHA256"});
  if (hash == Hash::sha384) add(names, {"SHA384", "SHA-384", "HmacSHA384"});
}

/// "ECDHE_RSA" and its parts, with the other words for Diffie-Hellman and DSA.
void add_key_exchange(Names& names, std::string_view words) {
  names.emplace_back(words);
  for (const std::string& word : base::split(words, "_")) {
    names.push_back(word);
    if (word == "DHE" || word == "DH") add(names, {"DH", "DiffieHellman"});
    if (word == "DSS") add(names, {"DSA"});
  }
}

/// "AES_128_GCM" with the parts of the transformation "AES/GCM/NoPadding".
void add_cipher(Names& names, std::string_view cipher) {
  names.emplace_back(cipher);
  if (cipher.rfind("3DES", 0) == 0) add(names, {"DESede", "CBC"});
  if (cipher.rfind("NULL", 0) == 0) add(names, {"C_NULL", "NULL"});
  for (const std::string_view part : {"AES", "RC4", "DES", "CBC", "GCM"}) {
    const bool triple = part == "DES" && cipher.rfind("3DES", 0) == 0;
    if (!triple && (cipher.rfind(part, 0) == 0 || (cipher.size() > 3 && cipher.substr(cipher.size() - 3) == part)))
      names.emplace_back(part);
  }
}

bool same_name(std::string_view pattern, std::string_view name) {
  const std::size_t star = pattern.find('*');
  return star == std::string_view::npos ? base::equals_nocase(pattern, name) : base::starts_with_nocase(name, pattern.substr(0, star));
}

}  // namespace

bool JavaConstraint::refuses_size(unsigned size) const {
  if (!understood) return false;
  if (comparison.empty()) return true;
  return comparison == "<"    ? size < bits
         : comparison == "<=" ? size <= bits
         : comparison == "==" ? size == bits
         : comparison == "!=" ? size != bits
         : comparison == ">"  ? size > bits
                              : size >= bits;
}

bool JavaConstraint::applies_to_server_chains() const {
  return understood && (usages.empty() || std::any_of(usages.begin(), usages.end(),
                                                      [](const std::string& one) { return base::equals_nocase(one, "TLSServer"); }));
}

JavaConstraints parse_java_constraints(const JavaProperty& property, const JavaProperties& all) {
  JavaConstraints out;
  read_all(out, property, all, 0);
  return out;
}

std::vector<std::string> java_names(const registry::Suite& suite) {
  Names names{std::string(suite.name)};
  // The names of old suites begin with SSL_ in Java.
  if (suite.name.rfind("TLS_", 0) == 0) names.push_back("SSL_" + std::string(suite.name.substr(4)));
  const std::size_t with = suite.name.find("_WITH_");
  if (with != std::string_view::npos) add_key_exchange(names, suite.name.substr(4, with - 4));
  std::string_view right = suite.name.substr(with == std::string_view::npos ? 4 : with + 6);
  const std::size_t hash = right.rfind("_SHA");
  add_cipher(names, right.substr(0, hash));
  if (suite.mac != registry::Hash::none) add_hash(names, suite.mac);
  add_hash(names, suite.prf);
  return names;
}

std::vector<std::string> java_names_of_scheme(std::uint16_t scheme) {
  // JSSE refuses a scheme by its name, its type of key, its signature algorithm, or a part of that.
  Names names{registry::signature_scheme_name(scheme)};
  const registry::SignatureScheme* known = registry::signature_scheme(scheme);
  if (known == nullptr) return names;
  std::string hash(known->hash);
  std::transform(hash.begin(), hash.end(), hash.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  if (scheme >> 8U == 8 && names[0].rfind("rsa_pss", 0) == 0) {
    add(names, {"RSASSA-PSS"});
    if (names[0].find("rsae") != std::string::npos) add(names, {"RSA"});
  } else if (known->key == "ed25519" || known->key == "ed448") {
    add(names, {"EdDSA"});
  } else {
    const std::string key = known->key == "ecdsa" ? "ECDSA" : known->key == "dsa" ? "DSA" : "RSA";
    names.push_back(hash + "with" + key);
    names.push_back(key);
    names.push_back(hash);
    if (hash.rfind("SHA", 0) == 0) names.push_back("SHA-" + hash.substr(3));
    if (key == "ECDSA") add(names, {"EC"});
  }
  // The scheme's curve, where TLS 1.3 binds one.
  if (known->curve != 0) names.push_back(registry::group_name(known->curve));
  return names;
}

std::vector<std::string> java_names_of_group(std::uint16_t group) {
  Names names{registry::group_name(group)};
  const registry::Group* known = registry::group(group);
  if (known == nullptr) return names;
  if (known->family == registry::GroupFamily::ffdhe) {
    add(names, {"DiffieHellman", "DH"});
  } else if (group == 29 || group == 30) {
    add(names, {"XDH"});
  } else {
    add(names, {"EC"});
  }
  return names;
}

const JavaConstraint* disabled_by(const JavaConstraints& constraints, const std::vector<std::string>& names) {
  for (const JavaConstraint& one : constraints) {
    const auto hit = [&](const std::string& name) { return same_name(one.algorithm, name); };
    if (one.plain() && std::any_of(names.begin(), names.end(), hit)) return &one;
  }
  return nullptr;
}

unsigned smallest_size(const JavaConstraints& constraints, const std::vector<std::string>& names, const JavaConstraint*& why) {
  unsigned least = 0;
  for (const JavaConstraint& one : constraints) {
    if (one.comparison.empty() || one.dated || !one.applies_to_server_chains()) continue;
    if (std::none_of(names.begin(), names.end(), [&](const std::string& name) { return base::equals_nocase(one.algorithm, name); }))
      continue;
    const unsigned wanted = one.comparison == "<" ? one.bits : one.comparison == "<=" ? one.bits + 1 : 0;
    if (wanted <= least) continue;
    least = wanted;
    why = &one;
  }
  return least;
}

}  // namespace whytls::system
