// SPDX-License-Identifier: Apache-2.0
// All that was seen of one handshake, kept on every failure. Facts of the wire only: nothing here judges a certificate or names a cause.
// Owns its bytes.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "net/stream.h"
#include "sources/probe/offer.h"
#include "wire/handshake.h"

namespace whytls::probe {

using Microseconds = std::chrono::microseconds;

/// The steps of the contract's `verdict.stage`, in its order.
enum class Stage : std::uint8_t {
  dns,
  tcp,
  proxy,
  starttls,
  client_hello,  ///< done when the peer answered it or acknowledged all of it
  server_hello,
  certificate,         ///< done at once for suites without certificates
  key_exchange,        ///< ServerKeyExchange and ServerHelloDone, or TLS 1.3's CertificateVerify
  client_certificate,  ///< what was asked for was sent, and in TLS 1.3 accepted
  finished,
  established,
};
inline constexpr std::size_t stage_count = 11;
/// "client-hello", … as in the contract.
std::string_view stage_name(Stage stage);

enum class From : std::uint8_t { client, server };
enum class EventKind : std::uint8_t { handshake, alert, change_cipher_spec, application_data, other };

struct Event {
  From from = From::client;
  EventKind kind = EventKind::handshake;
  Microseconds at{};      ///< since the start of the TLS part of the connection (plus HandshakeOptions::started)
  std::uint8_t type = 0;  ///< handshake type, alert description, or the record's content type
  std::size_t bytes = 0;  ///< handshake: message with its header; else the record's fragment as on the wire
  bool encrypted = false;
  base::Bytes raw;  ///< handshake messages: header and body in the clear
};

struct AlertSeen {
  From from = From::server;
  std::uint8_t level = 0, description = 0;
  bool encrypted = false;
  bool fatal = false;  ///< it ends the handshake: by its level, in TLS 1.3 by its description (RFC 8446 6)
  Microseconds at{};
};

/// Why the client stopped although nothing went wrong on the wire.
enum class Stopped : std::uint8_t {
  no,
  as_asked,             ///< HandshakeOptions::depth
  secret_unavailable,   ///< the server chose a group whose secret we cannot derive (ML-KEM): repeat without it
  cipher_unavailable,   ///< libcrypto lacks the suite, or it needs a key that nobody has (PSK, SRP …)
  version_unavailable,  ///< SSL 2, SSL 3, a version that nobody knows: read as far as it goes without keys
};

struct Ending {
  net::End end = net::End::open;  ///< open: we stopped, or an alert or violation ended it
  std::string text;               ///< a printable sentence where there is more to say
  net::KernelView kernel;
  std::vector<net::IcmpError> icmp;
  std::optional<net::HopView> hops;
  std::size_t bytes_sent = 0;
  std::size_t bytes_received = 0;  ///< in all; with End::timeout: before the stall
  std::size_t bytes_unread = 0;    ///< of a record or message that never became whole
  bool in_write = false;           ///< it ended while we were sending
  Microseconds at{};
};

struct Selected {
  std::optional<std::uint16_t> version;
  std::optional<std::uint16_t> suite;
  std::uint16_t group = 0;          ///< 0: none seen
  std::optional<std::string> alpn;  ///< raw bytes
  std::uint8_t compression = 0;
  bool extended_master_secret = false;
  bool encrypt_then_mac = false;
  bool secure_renegotiation = false;  ///< renegotiation_info came back (always true in TLS 1.3)
  bool ticket_announced = false;      ///< TLS 1.2: the empty session_ticket extension came back
  bool resumed = false;
};

struct ServerKey {
  std::uint16_t dh_bits = 0;  ///< of DHE's prime
  base::Bytes dh_p, dh_g;
  std::uint16_t curve = 0;  ///< ECDHE
  bool explicit_curve = false;
  std::uint16_t signature_scheme = 0;  ///< 0: none named (below TLS 1.2, anonymous)
};

struct ClientCertificate {
  bool requested = false;
  bool sent = false;  ///< a certificate, not an empty message
  bool empty_sent = false;
  bool no_common_scheme = false;  ///< our key cannot sign with anything that the server takes: an empty message went instead
  std::uint16_t signature_scheme = 0;
  wire::CertificateRequest request;
};

/// What came back after the handshake.
struct Application {
  bool asked = false;                 ///< a HEAD request was sent
  int http_status = 0;                ///< 0: none understood
  std::string http_server;            ///< printable; HTTP/1 and HTTP/2
  std::string http_date;              ///< as sent, printable
  base::Bytes received;               ///< first 4 KiB of application data
  bool renegotiation_wanted = false;  ///< a HelloRequest came (TLS 1.2)
  bool accepted = false;              ///< the server shows that it took our last flight: a ticket, data, or an orderly close
};

struct Transcript {
  // ---- what was sent
  base::Bytes client_hello;         ///< header and body (of the SSL 2 form: the record)
  base::Bytes second_client_hello;  ///< after a HelloRetryRequest; else empty
  wire::ClientHello hello;          ///< the first, parsed back; its fields in SSL 2 form are empty

  // ---- what happened
  std::vector<Event> events;  ///< at most 4,096
  std::vector<AlertSeen> alerts;
  Stage reached = Stage::client_hello;  ///< the step that was under way when it ended; `complete` says whether all went well
  std::array<std::optional<Microseconds>, stage_count> done_at;  ///< when each step was done
  bool complete = false;                                         ///< it came as far as HandshakeOptions::depth asks
  Stopped stopped = Stopped::no;
  bool secret_unavailable = false;  ///< the same as Stopped::secret_unavailable
  Ending ending;
  base::Bytes not_tls;                       ///< what a peer sent that is no TLS, at most 4 KiB
  bool answered = false;                     ///< any byte came
  std::optional<base::Malformed> malformed;  ///< a message of the server's that does not parse …
  std::string malformed_message;             ///< … and which
  std::optional<Stage> violated_at;          ///< the step under way when `violation` was noted; the handshake went on where it could
  std::string violation;                     ///< a rule of the protocol that the server broke, one printable sentence; the first one only
  std::vector<std::string> oddities;         ///< further ones that did not end the handshake
  bool oversized = false;                    ///< a message over our own bound: `violation` says which

  // ---- what the server said
  Selected selected;
  std::optional<wire::ServerHello> server_hello;   ///< the one that counts
  std::optional<wire::ServerHello> retry_request;  ///< HelloRetryRequest
  std::optional<wire::EncryptedExtensions> encrypted_extensions;
  std::optional<wire::Ssl2ServerHello> ssl2_server_hello;
  std::optional<std::uint16_t> ssl2_error;
  std::vector<base::Bytes> certificates;                ///< DER, as sent
  bool certificate_seen = false;                        ///< the message came, maybe with no certificate in it
  std::optional<std::uint16_t> compressed_certificate;  ///< RFC 8879: the algorithm that they were packed by
  base::Bytes ocsp_response;                            ///< stapled for the leaf; empty: none
  base::Bytes signed_certificate_timestamps;            ///< the extension's body; empty: none
  std::optional<ServerKey> server_key;
  std::optional<bool> signature_valid;  ///< ServerKeyExchange or CertificateVerify under the leaf's key; unset: none, or not computable
  std::string signature_text;           ///< why it is unset or false
  bool server_finished_valid = false;
  bool handshake_complete = false;  ///< both Finished went their way
  std::size_t tickets = 0;          ///< NewSessionTicket messages
  ClientCertificate client_certificate;
  Application application;

  /// The last fatal alert of the server's, if it sent one.
  const AlertSeen* server_alert() const;
  const AlertSeen* client_alert() const;
};

}  // namespace whytls::probe
