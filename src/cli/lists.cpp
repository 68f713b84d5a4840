// SPDX-License-Identifier: Apache-2.0
#include "cli/lists.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "registry/registry.h"

namespace whytls::cli {
namespace {

namespace version = registry::version;
using base::Fault;
using Codes = std::vector<std::uint16_t>;

constexpr std::array<std::uint16_t, 6> tls_versions{version::ssl2,  version::ssl3,  version::tls10,
                                                    version::tls11, version::tls12, version::tls13};

auto refuse(std::string what) { return base::fail(Fault::misuse, std::move(what)); }

/// No name is longer than this; a longer word would cost time and help nobody.
constexpr std::size_t longest_name = 64;

std::string suggestion(std::string_view word, const std::vector<std::string>& names) {
  if (word.size() > longest_name) return "";
  const auto near = base::nearest(word, names);
  return near ? ": did you mean " + *near + "?" : "";
}

std::vector<std::string> suite_names() {
  std::vector<std::string> out;
  for (const registry::Suite& suite : registry::suites()) {
    if (!suite.openssl.empty()) out.emplace_back(suite.openssl);
    out.emplace_back(suite.name);
  }
  return out;
}

std::vector<std::string> group_names() {
  std::vector<std::string> out;
  for (const registry::Group& group : registry::groups()) {
    out.emplace_back(group.name);
    if (!group.openssl.empty()) out.emplace_back(group.openssl);
  }
  return out;
}

std::vector<std::string> scheme_names() {
  std::vector<std::string> out;
  for (const registry::SignatureScheme& scheme : registry::signature_schemes()) {
    out.emplace_back(scheme.name);
    if (!scheme.openssl.empty()) out.emplace_back(scheme.openssl);
  }
  return out;
}

base::Result<Codes> parse_list(std::string_view text, std::string_view what, std::optional<std::uint16_t> (*code)(std::string_view),
                               std::vector<std::string> (*names)()) {
  Codes out;
  for (const std::string& word : base::split(text, ":, ")) {
    const auto value = code(word);
    if (!value) return refuse(fmt::format("'{}' is no {}{}", base::printable(word, 80), what, suggestion(word, names())));
    if (std::find(out.begin(), out.end(), *value) == out.end()) out.push_back(*value);
  }
  if (out.empty()) return refuse(fmt::format("the list is empty: expected at least one {}", what));
  return out;
}

}  // namespace

base::Result<Codes> parse_suites(std::string_view text) {
  if (text.find_first_of("!@+") != std::string_view::npos)
    return refuse(
        "expected names of cipher suites joined by ':', no expression of OpenSSL: \"openssl ciphers EXPRESSION\" prints its names");
  return parse_list(text, "cipher suite", registry::suite_code, suite_names);
}
base::Result<Codes> parse_groups(std::string_view text) { return parse_list(text, "group", registry::group_code, group_names); }
base::Result<Codes> parse_signature_schemes(std::string_view text) {
  return parse_list(text, "signature scheme", registry::signature_scheme_code, scheme_names);
}

base::Result<std::uint16_t> parse_version(std::string_view text) {
  // What people type besides the contract's spelling: TLSv1.2, TLS 1.2, tlsv1, 1.2, SSLv3.
  std::string word = base::lower(base::trim(text));
  std::erase_if(word, [](char c) { return c == 'v' || c == ' ' || c == '_'; });
  if (word == "tls1") word = "tls1.0";
  if (word == "dtls1") word = "dtls1.0";
  if (word.size() == 3 && word.starts_with("1.")) word = "tls" + word;
  if (const auto code = registry::version_code(word)) return *code;
  std::vector<std::string> names;
  names.reserve(tls_versions.size());
  for (const std::uint16_t each : tls_versions) names.push_back(registry::version_name(each));
  return refuse(fmt::format("'{}' is no version{}: expected ssl2, ssl3, tls1.0, tls1.1, tls1.2, tls1.3 or 0xNNNN",
                            base::printable(text, 40), suggestion(word, names)));
}

base::Result<std::vector<std::string>> parse_alpn(std::string_view text) {
  std::vector<std::string> out;
  if (text.empty() || text == "none") return out;
  for (std::string& name : base::split(text, ", ")) {
    if (name.size() > 255) return refuse("a protocol name is longer than 255 bytes (RFC 7301 3.1)");
    out.push_back(std::move(name));
  }
  return out;
}

base::Result<Codes> versions_between(std::optional<std::uint16_t> min, std::optional<std::uint16_t> max) {
  if (!min && !max) return Codes{};
  const auto datagram = [](std::optional<std::uint16_t> v) { return v && *v >= 0xfe00; };
  if (datagram(min) || datagram(max)) return refuse("DTLS is not spoken here: expected a version of TLS");
  const std::uint16_t low = min.value_or(std::min(version::tls12, *max));
  const std::uint16_t high = max.value_or(std::max(version::tls13, *min));
  if (low > high)
    return refuse(fmt::format("--min-version {} is above --max-version {}: nothing is left to offer", registry::version_name(low),
                              registry::version_name(high)));
  Codes out;
  for (const std::uint16_t each : tls_versions)
    if (each >= low && each <= high) out.push_back(each);
  for (const auto& bound : {min, max})
    if (bound && std::find(out.begin(), out.end(), *bound) == out.end()) out.push_back(*bound);
  std::sort(out.rbegin(), out.rend());
  return out;
}

bool meet(const Codes& suites, const Codes& versions) {
  return std::any_of(suites.begin(), suites.end(), [&](std::uint16_t code) {
    const registry::Suite* suite = registry::suite(code);
    if (!suite || suite->min_version == 0) return true;
    return std::any_of(versions.begin(), versions.end(), [&](std::uint16_t v) {
      return (v >= suite->min_version && v <= suite->max_version) || v > version::tls13 || v == version::ssl2;
    });
  });
}

}  // namespace whytls::cli
