// SPDX-License-Identifier: Apache-2.0
// The code points of TLS and their names: generated from iana/*.csv, joined with our own notes (iana/*-extra.csv) by code point.
// Values that nobody has named are legal everywhere: `…_name` then answers "0xNNNN", and "grease" for GREASE (RFC 8701).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace whytls::registry {

// ---- versions -------------------------------------------------------------------------------------------------------
/// Protocol versions as on the wire; SSL 2 is 0x0002. TLS 1.3 drafts are 0x7fNN.
namespace version {
inline constexpr std::uint16_t ssl2 = 0x0002, ssl3 = 0x0300, tls10 = 0x0301, tls11 = 0x0302, tls12 = 0x0303, tls13 = 0x0304,
                               dtls10 = 0xfeff, dtls12 = 0xfefd, dtls13 = 0xfefc;
}  // namespace version
/// The contract's spelling: "ssl2" … "tls1.3", "dtls1.2", else "0xNNNN".
std::string version_name(std::uint16_t version);
/// For people: "TLS 1.2", "SSL 3.0", "DTLS 1.0", "TLS 1.3 draft 23", else "0xNNNN".
std::string version_title(std::uint16_t version);
/// The contract's spelling, or "0xNNNN".
std::optional<std::uint16_t> version_code(std::string_view name);

// ---- cipher suites --------------------------------------------------------------------------------------------------
enum class KeyExchange : std::uint8_t {
  any,
  rsa,
  dh,
  dhe,
  ecdh,
  ecdhe,
  psk,
  dhe_psk,
  ecdhe_psk,
  rsa_psk,
  srp,
  krb5,
  gost,
  eccpwd,
  sm2,
  none
};
/// How the server proves itself. `any` for TLS 1.3, where the signature algorithms decide.
enum class Authentication : std::uint8_t { any, rsa, dss, ecdsa, anon, psk, srp, krb5, gost, sm2, none };
enum class Mode : std::uint8_t { none, stream, cbc, gcm, ccm, ccm8, chacha20_poly1305, other };
enum class Hash : std::uint8_t { none, md5, sha1, sha256, sha384, other };

struct Suite {
  std::uint16_t code = 0;
  std::string_view name;     ///< IANA's, e.g. "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
  std::string_view openssl;  ///< OpenSSL's name, or empty
  std::string_view gnutls;   ///< GnuTLS's name, or empty
  KeyExchange key_exchange = KeyExchange::any;
  Authentication authentication = Authentication::any;
  std::string_view cipher;  ///< "AES_128", "CAMELLIA_256", "CHACHA20", "3DES_EDE", "NULL" …
  Mode mode = Mode::none;
  std::uint16_t key_bits = 0;     ///< of the bulk cipher's key (3DES: 168); 0 for NULL
  Hash mac = Hash::none;          ///< of the record MAC; none for AEAD
  Hash prf = Hash::sha256;        ///< of the TLS 1.2 PRF or the TLS 1.3 schedule
  std::uint16_t min_version = 0;  ///< the lowest version it may be negotiated in
  std::uint16_t max_version = 0;
  bool export_grade = false;  ///< 40 or 56 bit export ciphers
  bool signalling = false;    ///< a value that is no suite: renegotiation info SCSV, fallback SCSV
};
/// All suites known by name, sorted by code.
std::span<const Suite> suites();
const Suite* suite(std::uint16_t code);
std::string suite_name(std::uint16_t code);
/// OpenSSL's name where there is one, else IANA's: what operators type.
std::string suite_short_name(std::uint16_t code);
/// OpenSSL, IANA or GnuTLS name (any case), or a hex code point "0x5600"; 0x0000 to 0xffff.
std::optional<std::uint16_t> suite_code(std::string_view name);
/// SSL 2's cipher kinds are three bytes wide: "SSL_CK_RC4_128_WITH_MD5", else "0xNNNNNN".
std::string ssl2_suite_name(std::uint32_t code);

// ---- groups ---------------------------------------------------------------------------------------------------------
enum class GroupFamily : std::uint8_t { ecdhe, ffdhe, hybrid, kem, other };
struct Group {
  std::uint16_t code = 0;
  std::string_view name;     ///< IANA's, e.g. "secp256r1"
  std::string_view openssl;  ///< "P-256", "X25519" …; empty when it has none
  GroupFamily family = GroupFamily::other;
  std::uint16_t security_bits = 0;  ///< symmetric strength; 0 unknown
  std::uint16_t client_share = 0;   ///< bytes of a client's key share; 0 unknown
  std::uint16_t server_share = 0;   ///< bytes of a server's key share; 0 unknown
};
std::span<const Group> groups();
const Group* group(std::uint16_t code);
std::string group_name(std::uint16_t code);
/// IANA or OpenSSL name or usual alias ("P-256", "prime256v1", "secp256r1", "X25519", "x25519mlkem768", "X25519Kyber768Draft00"), or hex.
std::optional<std::uint16_t> group_code(std::string_view name);

// ---- signature schemes ----------------------------------------------------------------------------------------------
struct SignatureScheme {
  std::uint16_t code = 0;
  std::string_view name;     ///< IANA's, e.g. "rsa_pss_rsae_sha256"; TLS 1.2 pairs outside IANA's list get "rsa_sha224" etc.
  std::string_view openssl;  ///< "RSA+SHA256", "rsa_pss_rsae_sha256" …
  std::string_view key;      ///< "rsa", "rsa-pss", "ecdsa", "dsa", "ed25519", "ed448", "mldsa", "gost", "sm2", "other"
  std::string_view hash;     ///< "md5", "sha1", "sha224" … "intrinsic"
  std::uint16_t curve = 0;   ///< the group that TLS 1.3 binds it to, or 0
  bool tls13 = false;        ///< may sign a TLS 1.3 CertificateVerify
};
std::span<const SignatureScheme> signature_schemes();
const SignatureScheme* signature_scheme(std::uint16_t code);
std::string signature_scheme_name(std::uint16_t code);
/// IANA or OpenSSL name ("RSA+SHA256", "ECDSA+SHA384", "RSA-PSS+SHA256", "ed25519"), or hex.
std::optional<std::uint16_t> signature_scheme_code(std::string_view name);

// ---- alerts, extensions ---------------------------------------------------------------------------------------------
/// "handshake_failure" as the RFCs spell it; unknown: the number in decimal.
std::string alert_name(std::uint8_t code);
std::optional<std::uint8_t> alert_code(std::string_view name);
std::string extension_name(std::uint16_t code);
std::optional<std::uint16_t> extension_code(std::string_view name);

/// Reserved so that peers learn to ignore what they do not know (RFC 8701): 0x0a0a, 0x1a1a … 0xfafa.
constexpr bool is_grease(std::uint16_t code) { return (code & 0x0f0fU) == 0x0a0aU && code >> 8U == (code & 0xffU); }

}  // namespace whytls::registry
