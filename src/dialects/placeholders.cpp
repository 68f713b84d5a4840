// SPDX-License-Identifier: Apache-2.0
#include "dialects/placeholders.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "registry/registry.h"

namespace whytls::dialects {
namespace {

using remedy::Side;
namespace version = registry::version;

constexpr std::uint16_t usual_suite_rsa = 0xc02f, usual_suite_ecdsa = 0xc02b;  // ECDHE with AES_128_GCM_SHA256 (RFC 5289)
constexpr std::uint16_t usual_group = 0x001d;                                  // x25519 (RFC 8446 4.2.7)

bool ec_key(const Evidence& evidence) { return evidence.text(Kind::server_key).rfind("ec-", 0) == 0; }

bool fits_key(const registry::Suite& suite, const Evidence& evidence) {
  using enum registry::Authentication;
  if (suite.signalling || suite.export_grade || suite.key_bits < 128) return false;
  return suite.authentication == any || (ec_key(evidence) ? suite.authentication == ecdsa : suite.authentication == rsa);
}

/// TLS 1.2 needs suites of its own: those of TLS 1.3 help only where 1.3 was chosen or alone is offered.
bool fits_version(const registry::Suite& suite, const Evidence& evidence) {
  const auto offered = evidence.list(Kind::offered_versions);
  const auto selected = registry::version_code(evidence.text(Kind::selected_version));
  const bool only13 = offered.size() == 1 && offered.front() == registry::version_name(version::tls13);
  return (only13 || selected == version::tls13) == (suite.min_version == version::tls13);
}

std::uint16_t usual_suite(const Evidence& evidence) { return ec_key(evidence) ? usual_suite_ecdsa : usual_suite_rsa; }

/// The suite that the server chose, unless it belongs to a version that the client does not offer.
std::uint16_t chosen_suite(const Evidence& evidence) {
  const auto code = registry::suite_code(evidence.text(Kind::selected_suite));
  const registry::Suite* suite = code ? registry::suite(*code) : nullptr;
  const auto offered = evidence.list(Kind::offered_versions);
  const auto fits = [&](const std::string& name) {
    const auto offer = registry::version_code(name);
    return !suite || (offer && *offer >= suite->min_version && *offer <= suite->max_version);
  };
  const bool usable = offered.empty() || std::any_of(offered.begin(), offered.end(), fits);
  return code && usable ? *code : usual_suite(evidence);
}

std::string openssl_version(std::uint16_t code) {
  if (code == version::ssl3) return "SSLv3";
  if (code == version::tls10) return "TLSv1";
  return code > version::tls10 && code <= version::tls13 ? fmt::format("TLSv1.{}", code - version::tls10) : "TLSv1.2";
}

/// The version in question: what the other side can do.
std::uint16_t version_in_question(Side side, const Evidence& evidence) {
  if (side == Side::client) return registry::version_code(evidence.text(Kind::selected_version)).value_or(version::tls12);
  const auto offered = evidence.list(Kind::offered_versions);
  return offered.empty() ? version::tls12 : registry::version_code(offered.front()).value_or(version::tls12);
}

std::string version_words(std::string_view style, std::uint16_t code) {
  const int minor = code > version::tls10 && code <= version::tls13 ? code - version::tls10 : code == version::tls10 ? 0 : 2;
  if (style == "go") return fmt::format("tls.VersionTLS1{}", minor);
  if (style == "gnutls") return fmt::format("VERS-TLS1.{}", minor);
  if (style == "curl") return fmt::format("1.{}", minor);
  if (style == "s_client") return minor == 0 ? "tls1" : fmt::format("tls1_{}", minor);
  return openssl_version(code);
}

std::string gnutls_cipher(const registry::Suite& suite) {
  std::string cipher(suite.cipher);
  std::replace(cipher.begin(), cipher.end(), '_', '-');
  switch (suite.mode) {
    case registry::Mode::gcm:
      return cipher + "-GCM";
    case registry::Mode::ccm:
      return cipher + "-CCM";
    case registry::Mode::ccm8:
      return cipher + "-CCM-8";
    case registry::Mode::cbc:
      return suite.cipher == "3DES_EDE" ? "3DES-CBC" : cipher + "-CBC";
    case registry::Mode::chacha20_poly1305:
      return "CHACHA20-POLY1305";
    default:
      return cipher;
  }
}

/// The pieces of a GnuTLS priority string that switch a suite on: "+ECDHE-RSA:+AES-128-CBC:+SHA1".
std::string gnutls_pieces(std::uint16_t code) {
  const registry::Suite* suite = registry::suite(code);
  if (!suite) return "+ECDHE-RSA:+AES-128-GCM";
  const bool ecdsa = suite->authentication == registry::Authentication::ecdsa;
  std::string out;
  if (suite->key_exchange == registry::KeyExchange::ecdhe) out = ecdsa ? "+ECDHE-ECDSA:" : "+ECDHE-RSA:";
  if (suite->key_exchange == registry::KeyExchange::dhe) out = "+DHE-RSA:";
  if (suite->key_exchange == registry::KeyExchange::rsa) out = "+RSA:";
  out += "+" + gnutls_cipher(*suite);
  if (suite->mac == registry::Hash::sha1) out += ":+SHA1";
  if (suite->mac == registry::Hash::sha256) out += ":+SHA256";
  return out;
}

std::string suite_words(std::string_view style, std::uint16_t code) {
  if (style == "gnutls") return gnutls_pieces(code);
  return style == "iana" ? registry::suite_name(code) : registry::suite_short_name(code);
}

std::string group_words(std::string_view style, std::uint16_t code) {
  const registry::Group* group = registry::group(code);
  if (style == "go") {
    constexpr std::array<std::pair<std::uint16_t, std::string_view>, 4> names{
        {{0x17, "tls.CurveP256"}, {0x18, "tls.CurveP384"}, {0x19, "tls.CurveP521"}, {0x11ec, "tls.X25519MLKEM768"}}};
    for (const auto& [known, name] : names)
      if (known == code) return std::string(name);
    return "tls.X25519";
  }
  if (style == "gnutls") {
    std::string name = registry::group_name(code);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return "GROUP-" + name;
  }
  return style == "iana" || !group || group->openssl.empty() ? registry::group_name(code) : std::string(group->openssl);
}

/// The client's groups that a server without post-quantum support knows too; at most four.
std::vector<std::uint16_t> groups_in_question(Side side, const Evidence& evidence) {
  std::vector<std::uint16_t> out;
  const auto names =
      side == Side::client ? std::vector<std::string>{evidence.text(Kind::selected_group)} : evidence.list(Kind::offered_groups);
  for (const std::string& name : names) {
    const auto code = registry::group_code(name);
    const registry::Group* group = code ? registry::group(*code) : nullptr;
    const bool usual =
        group && (side == Side::client || group->family == registry::GroupFamily::ecdhe || group->family == registry::GroupFamily::ffdhe);
    if (usual && out.size() < 4) out.push_back(*code);
  }
  if (out.empty()) out.push_back(usual_group);
  return out;
}

std::string groups_words(std::string_view style, Side side, const Evidence& evidence) {
  std::vector<std::string> names;
  for (const std::uint16_t code : groups_in_question(side, evidence)) names.push_back(group_words(style, code));
  return base::join(names, style == "iana" ? "," : ":");
}

std::uint16_t scheme_in_question(Side side, const Evidence& evidence) {
  constexpr std::uint16_t rsa_pss_rsae_sha256 = 0x0804, ecdsa_secp256r1_sha256 = 0x0403;
  const std::uint16_t usual = ec_key(evidence) ? ecdsa_secp256r1_sha256 : rsa_pss_rsae_sha256;
  if (side == Side::client) return registry::signature_scheme_code(evidence.text(Kind::selected_signature_algorithm)).value_or(usual);
  for (const std::string& name : evidence.list(Kind::offered_signature_algorithms)) {
    const auto code = registry::signature_scheme_code(name);
    const registry::SignatureScheme* scheme = code ? registry::signature_scheme(*code) : nullptr;
    if (scheme && (scheme->key == "ecdsa") == ec_key(evidence) && scheme->hash != "sha1" && scheme->hash != "md5") return *code;
  }
  return usual;
}

std::string scheme_words(std::string_view style, std::uint16_t code) {
  std::string name = registry::signature_scheme_name(code);
  if (style != "gnutls") return name;
  // GnuTLS: rsa_pss_rsae_sha256 is SIGN-RSA-PSS-RSAE-SHA256, ecdsa_secp256r1_sha256 is SIGN-ECDSA-SECP256R1-SHA256.
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c == '_' ? '-' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  if (const std::size_t padding = name.find("PKCS1-"); padding != std::string::npos) name.erase(padding, 6);
  return "SIGN-" + name;
}

std::string first_or(const std::vector<std::string>& list, std::string_view fallback) {
  return list.empty() ? std::string(fallback) : list.front();
}

std::string server_name(const Evidence& evidence) {
  const std::string sent = evidence.text(Kind::offered_server_name);
  const std::string host = sent.empty() ? evidence.text(Kind::host) : sent;
  return host.empty() ? "www.example.com" : host;
}

/// A name that the certificate covers; a wildcard's first label is filled with one that it matches.
std::string covered_name(const Evidence& evidence) {
  const std::string first = first_or(evidence.list(Kind::leaf_names), "NAME-IN-THE-CERTIFICATE");
  return first.rfind("*.", 0) == 0 ? "www" + first.substr(1) : first;
}

std::string bracketed(const std::string& host) { return host.find(':') == std::string::npos ? host : "[" + host + "]"; }

std::optional<std::string> plain_word(std::string_view word, Side side, const Evidence& evidence) {
  const std::string host = evidence.text(Kind::host);
  if (word == "host") return host.empty() ? "www.example.com" : bracketed(host);
  if (word == "port") return fmt::format("{}", evidence.number(Kind::port).value_or(443));
  if (word == "name") return server_name(evidence);
  if (word == "alpn") {
    const std::string chosen = evidence.text(Kind::selected_alpn);
    return side == Side::client && !chosen.empty() ? chosen : first_or(evidence.list(Kind::offered_alpn), "http/1.1");
  }
  if (word == "starttls") {
    const std::string asked = evidence.text(Kind::starttls);
    for (const evidence::Fact* fact : evidence.all(Kind::upgrade_offered))
      if (asked.empty()) return fact->subject;
    return asked.empty() ? "smtp" : asked;
  }
  if (word == "upgrade" || word == "upgrade:gnutls") {
    const std::string asked = evidence.text(Kind::starttls);
    return asked.empty() ? "" : (word == "upgrade" ? " -starttls " : " --starttls-proto=") + asked;
  }
  // OpenSSL 3 speaks TLS 1.0 and 1.1 only at security level 0.
  if (word == "seclevel" || word == "seclevel:curl") {
    if (version_in_question(side, evidence) >= version::tls12) return "";
    return word == "seclevel" ? " -cipher DEFAULT:@SECLEVEL=0" : " --ciphers DEFAULT:@SECLEVEL=0";
  }
  if (word == "covered") return covered_name(evidence);
  if (word == "other-key") return ec_key(evidence) ? "rsa" : "ecdsa";
  return std::nullopt;
}

}  // namespace

std::uint16_t suite_in_question(Side side, const Evidence& evidence) {
  if (side == Side::client) return chosen_suite(evidence);
  for (const std::string& name : evidence.list(Kind::offered_suites)) {
    const auto code = registry::suite_code(name);
    const registry::Suite* suite = code ? registry::suite(*code) : nullptr;
    if (suite && fits_key(*suite, evidence) && fits_version(*suite, evidence)) return *code;
  }
  return usual_suite(evidence);
}

std::optional<std::string> placeholder(std::string_view word, Side side, const Evidence& evidence) {
  const std::size_t colon = std::min(word.find(':'), word.size());
  const std::string_view style = word.substr(std::min(colon + 1, word.size()));
  const std::string_view what = word.substr(0, colon);
  if (what == "version") return version_words(style, version_in_question(side, evidence));
  if (what == "suite") return suite_words(style, suite_in_question(side, evidence));
  if (what == "group") return group_words(style, groups_in_question(side, evidence).front());
  if (what == "groups") return groups_words(style, side, evidence);
  if (what == "sigalg") return scheme_words(style, scheme_in_question(side, evidence));
  return plain_word(word, side, evidence);
}

}  // namespace whytls::dialects
