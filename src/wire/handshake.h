// SPDX-License-Identifier: Apache-2.0
// Handshake messages: bytes <-> values, SSL 3 to TLS 1.3. Parsing is partial by design: every struct keeps what was understood,
// and `malformed` says where it stopped making sense. Lists keep the order of the wire; unknown values are kept.
// Values own their bytes, so that they outlive the input.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace whytls::wire {

enum class HandshakeType : std::uint8_t {
  hello_request = 0,
  client_hello = 1,
  server_hello = 2,
  hello_verify_request = 3,
  new_session_ticket = 4,
  end_of_early_data = 5,
  hello_retry_request = 6,
  encrypted_extensions = 8,
  certificate = 11,
  server_key_exchange = 12,
  certificate_request = 13,
  server_hello_done = 14,
  certificate_verify = 15,
  client_key_exchange = 16,
  client_certificate_request = 17,
  finished = 20,
  certificate_url = 21,
  certificate_status = 22,
  supplemental_data = 23,
  key_update = 24,
  compressed_certificate = 25,
  ekt_key = 26,
  next_protocol = 67,
  message_hash = 254,
};
/// "client_hello", … or "handshake_NN".
std::string handshake_type_name(HandshakeType type);

struct HandshakeMessage {
  HandshakeType type{};
  base::Bytes raw;  ///< header of four bytes and body
  base::ByteView body() const { return base::ByteView(raw).subspan(4); }
};

/// Joins handshake fragments into messages. Bounded: a message over `limit` bytes is refused and reading stops.
class HandshakeAssembler {
 public:
  explicit HandshakeAssembler(std::size_t limit = std::size_t{1} << 24U) : limit_(limit) {}
  void feed(base::ByteView fragment);
  std::optional<HandshakeMessage> next();
  bool oversized() const { return oversized_; }
  std::size_t pending() const { return buffer_.size() - used_; }  ///< bytes of a message that is not whole yet

 private:
  base::Bytes buffer_;
  std::size_t used_ = 0;
  std::size_t limit_;
  bool oversized_ = false;
};

struct Extension {
  std::uint16_t type = 0;
  base::Bytes data;
};
const Extension* find_extension(const std::vector<Extension>& extensions, std::uint16_t type);
/// The first extension type that stands twice, which RFC 8446 4.2 forbids.
std::optional<std::uint16_t> duplicate_extension(const std::vector<Extension>& extensions);

struct KeyShare {
  std::uint16_t group = 0;
  base::Bytes key;
};

// ---- ClientHello: RFC 8446 4.1.2, RFC 5246 7.4.1.2 ------------------------------------------------------------------
/// Every field as it stands on the wire; extensions in order, each as raw bytes, so that build(parse(x)) == x.
struct ClientHello {
  std::uint16_t legacy_version = 0x0303;
  base::Bytes random;      ///< 32 bytes
  base::Bytes session_id;  ///< 0 … 32 bytes
  std::vector<std::uint16_t> cipher_suites;
  base::Bytes compression_methods{0};
  bool has_extensions = true;  ///< false: the extensions block is absent altogether (legal)
  std::vector<Extension> extensions;
  std::optional<base::Malformed> malformed;

  // Read from the extensions; empty where absent or malformed.
  std::vector<std::uint16_t> supported_versions() const;  ///< the extension's, or {} when it is absent
  std::vector<std::uint16_t> supported_groups() const;
  std::vector<std::uint16_t> signature_algorithms() const;
  std::vector<std::uint16_t> signature_algorithms_cert() const;
  std::vector<KeyShare> key_shares() const;
  std::vector<std::string> alpn() const;           ///< raw bytes of each name
  std::optional<std::string> server_name() const;  ///< raw bytes
  /// All versions that it offers, highest first: supported_versions, else everything from SSL 3 to legacy_version.
  std::vector<std::uint16_t> versions() const;
};
ClientHello parse_client_hello(base::ByteView body);
/// The body, without the four-byte header.
base::Bytes build(const ClientHello& hello);
/// Header and body of any handshake message.
base::Bytes handshake_message(HandshakeType type, base::ByteView body);

/// A version 2 ClientHello (RFC 5246 E.2): SSL 2's, or one of a later version in SSL 2 form.
struct Ssl2ClientHello {
  std::uint16_t version = 0;
  std::vector<std::uint32_t> cipher_specs;  ///< three bytes each
  base::Bytes session_id;
  base::Bytes challenge;
  std::optional<base::Malformed> malformed;
};
/// `message` is the SSL 2 message without its two-byte header, type byte included.
Ssl2ClientHello parse_ssl2_client_hello(base::ByteView message);
/// The whole record with its two-byte header.
base::Bytes build_ssl2_record(const Ssl2ClientHello& hello);
struct Ssl2ServerHello {
  bool session_id_hit = false;
  std::uint8_t certificate_type = 0;
  std::uint16_t version = 0;
  base::Bytes certificate;
  std::vector<std::uint32_t> cipher_specs;
  base::Bytes connection_id;
  std::optional<base::Malformed> malformed;
};
Ssl2ServerHello parse_ssl2_server_hello(base::ByteView message);
/// SSL 2 ERROR message (type 0): 1 no cipher, 2 no certificate, 4 bad certificate, 6 unsupported certificate type.
std::optional<std::uint16_t> parse_ssl2_error(base::ByteView message);

// ---- Extension bodies for a ClientHello: building blocks ------------------------------------------------------------
Extension server_name_extension(std::string_view name);
Extension supported_versions_extension(const std::vector<std::uint16_t>& versions);
Extension supported_groups_extension(const std::vector<std::uint16_t>& groups);
Extension signature_algorithms_extension(const std::vector<std::uint16_t>& schemes);
Extension key_share_extension(const std::vector<KeyShare>& shares);
Extension alpn_extension(const std::vector<std::string>& protocols);
Extension status_request_extension();
Extension padding_extension(std::size_t bytes);  ///< RFC 7685; `bytes` of zeros in the body

// ---- ServerHello and HelloRetryRequest: RFC 8446 4.1.3, 4.1.4 -------------------------------------------------------
enum class DowngradeSentinel : std::uint8_t { none, tls12, tls11_or_below };
struct ServerHello {
  std::uint16_t legacy_version = 0;
  base::Bytes random;
  base::Bytes session_id;
  std::uint16_t cipher_suite = 0;
  std::uint8_t compression_method = 0;
  bool has_extensions = false;
  std::vector<Extension> extensions;
  std::optional<base::Malformed> malformed;

  bool hello_retry_request() const;           ///< by its fixed random, RFC 8446 4.1.3
  DowngradeSentinel downgrade() const;        ///< RFC 8446 4.1.3
  std::uint16_t version() const;              ///< supported_versions if present, else legacy_version
  std::optional<KeyShare> key_share() const;  ///< in a HelloRetryRequest only `group` is set
  std::optional<std::string> alpn() const;    ///< TLS 1.2; in TLS 1.3 it stands in EncryptedExtensions
  std::optional<base::Bytes> cookie() const;  ///< HelloRetryRequest only
};
ServerHello parse_server_hello(base::ByteView body);
base::Bytes build(const ServerHello& hello);

// ---- the rest of the flights ----------------------------------------------------------------------------------------
struct EncryptedExtensions {  ///< RFC 8446 4.3.1
  std::vector<Extension> extensions;
  std::optional<base::Malformed> malformed;
  std::optional<std::string> alpn() const;
};
EncryptedExtensions parse_encrypted_extensions(base::ByteView body);

struct CertificateEntry {
  base::Bytes der;
  std::vector<Extension> extensions;  ///< TLS 1.3 only (a stapled OCSP response, SCTs)
};
struct CertificateMessage {
  base::Bytes request_context;  ///< TLS 1.3 only
  std::vector<CertificateEntry> entries;
  std::optional<base::Malformed> malformed;
};
CertificateMessage parse_certificate(base::ByteView body, bool tls13);
base::Bytes build(const CertificateMessage& message, bool tls13);

/// The OCSP response of a certificate_status message or of a status_request extension in a TLS 1.3 entry (RFC 6066 8).
std::optional<base::Bytes> parse_certificate_status(base::ByteView body);

struct CertificateRequest {
  base::Bytes request_context;                      ///< TLS 1.3
  std::vector<std::uint8_t> certificate_types;      ///< up to TLS 1.2
  std::vector<std::uint16_t> signature_algorithms;  ///< TLS 1.2 and 1.3
  std::vector<base::Bytes> authorities;             ///< DER names
  std::vector<Extension> extensions;                ///< TLS 1.3
  std::optional<base::Malformed> malformed;
};
/// `version` is the negotiated one.
CertificateRequest parse_certificate_request(base::ByteView body, std::uint16_t version);

/// RFC 5246 7.4.3, RFC 8422 5.4. `params` are the bytes that the signature covers (after both randoms).
struct ServerKeyExchange {
  std::uint16_t group = 0;      ///< ECDHE: the named curve
  base::Bytes public_key;       ///< ECDHE point, or DHE Ys
  base::Bytes dh_p, dh_g;       ///< DHE only
  bool explicit_curve = false;  ///< ECDHE with explicit parameters: not readable further
  base::Bytes psk_hint;
  base::Bytes params;
  std::uint16_t signature_scheme = 0;  ///< 0 below TLS 1.2 and for anonymous suites
  base::Bytes signature;
  std::optional<base::Malformed> malformed;
};
/// `suite` decides the form; `version` whether an algorithm precedes the signature.
ServerKeyExchange parse_server_key_exchange(base::ByteView body, std::uint16_t suite, std::uint16_t version);

struct CertificateVerify {  ///< RFC 8446 4.4.3; below TLS 1.2 the scheme is 0
  std::uint16_t signature_scheme = 0;
  base::Bytes signature;
  std::optional<base::Malformed> malformed;
};
CertificateVerify parse_certificate_verify(base::ByteView body, std::uint16_t version);

struct NewSessionTicket {      ///< RFC 8446 4.6.1, RFC 5077 3.3
  std::uint32_t lifetime = 0;  ///< seconds
  base::Bytes ticket;
  std::optional<base::Malformed> malformed;
};
NewSessionTicket parse_new_session_ticket(base::ByteView body, bool tls13);

/// The signature schemes and groups of any list-of-uint16 extension body with a two-byte length.
std::vector<std::uint16_t> parse_u16_list(base::ByteView data);

}  // namespace whytls::wire
