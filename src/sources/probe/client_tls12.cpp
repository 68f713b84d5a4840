// SPDX-License-Identifier: Apache-2.0
// TLS 1.0 to 1.2 after ServerHello: RFC 5246 7.3, 7.4; RFC 8422; RFC 7627. SSL 3 as far as ServerHelloDone.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "crypto/hash.h"
#include "sources/probe/session.h"

namespace whytls::probe {

using base::Bytes;
using base::ByteView;
using registry::Authentication;
using registry::KeyExchange;
using wire::HandshakeType;
namespace version = registry::version;

namespace {

/// The server's first flight in the order of RFC 5246 7.3 (and RFC 6066 8, RFC 4680). Each at most once.
struct Rank {
  HandshakeType type;
  int rank;
};
constexpr std::array<Rank, 6> flight{{
    {HandshakeType::supplemental_data, 1},
    {HandshakeType::certificate, 2},
    {HandshakeType::certificate_status, 3},
    {HandshakeType::server_key_exchange, 4},
    {HandshakeType::certificate_request, 5},
    {HandshakeType::server_hello_done, 6},
}};

int rank_of(HandshakeType type) {
  const auto* found = std::find_if(flight.begin(), flight.end(), [&](const Rank& one) { return one.type == type; });
  return found == flight.end() ? 0 : found->rank;
}

bool has_certificate(const registry::Suite& suite) {
  switch (suite.authentication) {
    case Authentication::rsa:
    case Authentication::dss:
    case Authentication::ecdsa:
      return suite.key_exchange != KeyExchange::psk;
    default:
      return false;
  }
}

Bytes joined(ByteView a, ByteView b, ByteView c) {
  Bytes out(a.begin(), a.end());
  out.insert(out.end(), b.begin(), b.end());
  out.insert(out.end(), c.begin(), c.end());
  return out;
}

std::uint16_t bits_of(ByteView number) {
  std::size_t at = 0;
  while (at < number.size() && number[at] == 0) ++at;
  if (at == number.size()) return 0;
  std::size_t bits = (number.size() - at) * 8;
  for (unsigned top = number[at]; top < 0x80; top <<= 1U) --bits;
  return static_cast<std::uint16_t>(std::min<std::size_t>(bits, 0xffff));
}

class Tls12 {
 public:
  explicit Tls12(Session& session) : s_(session), t_(session.transcript) {}

  void run() {
    if (!read_flight() || s_.deep_enough(Depth::server_flight) || !can_go_on()) return;
    if (!key_exchange() || !send_flight()) return;
    read_finished();
  }

 private:
  // ---- the server's flight ----------------------------------------------------------------------------------------
  bool read_flight() {
    int last = 0;
    while (last < rank_of(HandshakeType::server_hello_done)) {
      const std::optional<wire::HandshakeMessage> message = next_of_flight();
      if (!message) return false;
      const int rank = rank_of(message->type);
      if (rank == 0) {
        s_.unexpected(message->type, "the rest of its first flight");
        return false;
      }
      if (rank <= last) s_.channel.note_violation(fmt::format("the server sent {} out of order", wire::handshake_type_name(message->type)));
      last = std::max(last, rank);
      s_.received(*message);
      read(*message);
    }
    if (has_certificates() && !t_.certificate_seen)
      s_.channel.note_violation("the server sent no certificate, although the suite wants one");
    s_.done(Stage::certificate, Stage::key_exchange);
    s_.done(Stage::key_exchange, t_.client_certificate.requested ? Stage::client_certificate : Stage::finished);
    return true;
  }

  bool has_certificates() const { return s_.suite != nullptr && has_certificate(*s_.suite); }

  std::optional<wire::HandshakeMessage> next_of_flight() {
    const bool first = t_.reached == Stage::certificate && !t_.certificate_seen;
    return s_.next_message(first ? "certificate" : "server_hello_done");
  }

  void read(const wire::HandshakeMessage& message) {
    switch (message.type) {
      case HandshakeType::certificate: {
        const wire::CertificateMessage certificates = wire::parse_certificate(message.body(), false);
        s_.parsed(certificates.malformed, message.type);
        s_.read_certificates(certificates);
        s_.done(Stage::certificate, Stage::key_exchange);
        break;
      }
      case HandshakeType::certificate_status:
        t_.ocsp_response = wire::parse_certificate_status(message.body()).value_or(Bytes{});
        break;
      case HandshakeType::server_key_exchange:
        read_key_exchange(message);
        break;
      case HandshakeType::certificate_request:
        t_.client_certificate.requested = true;
        t_.client_certificate.request = wire::parse_certificate_request(message.body(), s_.version);
        s_.parsed(t_.client_certificate.request.malformed, message.type);
        break;
      default:
        break;
    }
  }

  void read_key_exchange(const wire::HandshakeMessage& message) {
    if (t_.reached == Stage::certificate) s_.done(Stage::certificate, Stage::key_exchange);
    exchange_ = wire::parse_server_key_exchange(message.body(), *t_.selected.suite, s_.version);
    s_.parsed(exchange_.malformed, message.type);
    ServerKey key;
    key.dh_bits = bits_of(exchange_.dh_p);
    key.dh_p = exchange_.dh_p;
    key.dh_g = exchange_.dh_g;
    key.curve = exchange_.group;
    key.explicit_curve = exchange_.explicit_curve;
    key.signature_scheme = exchange_.signature_scheme;
    t_.server_key = key;
    if (exchange_.group != 0) t_.selected.group = exchange_.group;
    if (exchange_.group != 0) check_group(exchange_.group);
    if (has_certificates() && !exchange_.malformed) {
      check_scheme(exchange_.signature_scheme);
      s_.check_signature(exchange_.signature_scheme, joined(s_.client_random, s_.server_random, exchange_.params), exchange_.signature);
    }
  }

  void check_group(std::uint16_t group) {
    const std::vector<std::uint16_t> offered = t_.hello.supported_groups();
    if (offered.empty() || std::find(offered.begin(), offered.end(), group) != offered.end()) return;  // RFC 8422 4: none named, all meant
    s_.channel.note_violation(fmt::format("the server chose the group {}, which was not offered", registry::group_name(group)));
  }

  void check_scheme(std::uint16_t scheme) {
    const std::vector<std::uint16_t> offered = t_.hello.signature_algorithms();
    if (scheme == 0 || offered.empty() || std::find(offered.begin(), offered.end(), scheme) != offered.end()) return;
    s_.channel.note_violation(fmt::format("the server signed with {}, which was not offered", registry::signature_scheme_name(scheme)));
  }

  // ---- our flight -------------------------------------------------------------------------------------------------
  bool can_go_on() {
    if (s_.version < version::tls10 || s_.version > version::tls12) {
      s_.stop(Stopped::version_unavailable);
    } else if (s_.suite == nullptr || !crypto::key_sizes(*s_.suite, s_.version) || !exchange_known() || t_.selected.compression != 0) {
      s_.stop(Stopped::cipher_unavailable);
    }
    return !s_.over();
  }

  bool ephemeral(KeyExchange named, KeyExchange anonymous) const {
    return s_.suite->key_exchange == named || (s_.suite->key_exchange == anonymous && s_.suite->authentication == Authentication::anon);
  }
  bool dhe() const { return ephemeral(KeyExchange::dhe, KeyExchange::dh); }
  bool ecdhe() const { return ephemeral(KeyExchange::ecdhe, KeyExchange::ecdh); }
  bool exchange_known() const {
    if (s_.suite->key_exchange == KeyExchange::rsa) return true;
    return (dhe() || ecdhe()) && !exchange_.explicit_curve;
  }

  /// Fills premaster_ and the body of ClientKeyExchange: RFC 5246 7.4.7, RFC 8422 5.7.
  bool key_exchange() {
    base::Writer body;
    if (s_.suite->key_exchange == KeyExchange::rsa) {
      const auto transport = crypto::rsa_transport(s_.leaf_key.get(), t_.hello.legacy_version);
      if (!transport && !s_.leaf_key) {  // a certificate that nobody can read is judged as such, not as a breach of the protocol
        s_.stop(Stopped::cipher_unavailable);
        return false;
      }
      if (!transport) return refuse("the leaf's key is no RSA key to which a secret could be encrypted", 43);
      premaster_ = transport->premaster;
      body.prefixed16([&] { body.bytes(transport->encrypted); });
    } else if (!t_.server_key || exchange_.malformed) {
      return refuse("the server sent no usable server_key_exchange", 50);
    } else if (dhe()) {
      const auto ours = crypto::dh_client(exchange_.dh_p, exchange_.dh_g, exchange_.public_key);
      if (!ours) return refuse("the server's Diffie-Hellman parameters are unusable", 47);
      premaster_ = ours->premaster;
      body.prefixed16([&] { body.bytes(ours->public_value); });
    } else {
      const auto ours = crypto::EphemeralKey::generate(exchange_.group);
      if (!ours || !ours->derivable()) {
        s_.stop(Stopped::secret_unavailable);
        return false;
      }
      const std::optional<Bytes> secret = ours->shared_secret(exchange_.public_key);
      if (!secret) return refuse("the server's public key is no point of its curve", 47);
      premaster_ = *secret;
      body.prefixed8([&] { body.bytes(ours->share()); });
    }
    client_key_exchange_ = body.take();
    return true;
  }

  bool refuse(std::string_view text, std::uint8_t alert) {
    t_.reached = Stage::key_exchange;
    s_.channel.fail(std::string(text), alert);
    return false;
  }

  bool send_flight() {
    ClientCertificate& client = t_.client_certificate;
    if (client.requested) send_certificate();
    s_.send(HandshakeType::client_key_exchange, client_key_exchange_);
    derive_master();
    if (client.sent) sign();
    const std::optional<crypto::KeyBlock> keys = crypto::key_block(*s_.suite, s_.version, master_, s_.client_random, s_.server_random);
    if (!keys) return false;
    const bool encrypt_then_mac = t_.selected.encrypt_then_mac;
    reader_ = crypto::make_record_cipher(*s_.suite, s_.version, keys->server, crypto::Direction::open, encrypt_then_mac);
    auto writer = crypto::make_record_cipher(*s_.suite, s_.version, keys->client, crypto::Direction::seal, encrypt_then_mac);
    if (!reader_ || !writer) {
      s_.stop(Stopped::cipher_unavailable);
      return false;
    }
    s_.channel.queue_change_cipher_spec();
    s_.channel.protect(std::move(writer));
    s_.send(HandshakeType::finished, crypto::verify_data(s_.version, s_.suite->prf, master_, "client finished", s_.messages));
    return s_.channel.flush();
  }

  void send_certificate() {
    ClientCertificate& client = t_.client_certificate;
    wire::CertificateMessage message;
    if (!s_.options.identity.chain.empty() && s_.options.identity.key) {
      const std::optional<std::uint16_t> scheme = s_.client_scheme();
      client.no_common_scheme = !scheme;
      client.signature_scheme = scheme.value_or(0);
      client.sent = scheme.has_value();
    }
    if (client.sent) {
      for (const Bytes& der : s_.options.identity.chain) message.entries.push_back({der, {}});
    }
    client.empty_sent = !client.sent;
    s_.send(HandshakeType::certificate, wire::build(message, false));
  }

  void derive_master() {
    master_ = t_.selected.extended_master_secret
                  ? crypto::extended_master_secret(s_.version, s_.suite->prf, premaster_,
                                                   crypto::handshake_hash(s_.version, s_.suite->prf, s_.messages))
                  : crypto::master_secret(s_.version, s_.suite->prf, premaster_, s_.client_random, s_.server_random);
  }

  // RFC 5246 7.4.8: over all handshake messages so far.
  void sign() {
    const std::uint16_t scheme = t_.client_certificate.signature_scheme;
    const std::optional<Bytes> signature = crypto::sign(s_.options.identity.key.get(), scheme, s_.messages);
    base::Writer body;
    if (s_.version >= version::tls12) body.u16(scheme);
    body.prefixed16([&] { body.bytes(signature.value_or(Bytes{})); });
    s_.send(HandshakeType::certificate_verify, body.data());
  }

  // ---- the server's last flight -----------------------------------------------------------------------------------
  void read_finished() {
    for (;;) {
      Incoming in = s_.channel.next();
      if (in.kind == Incoming::Kind::ended) return;
      if (in.kind == Incoming::Kind::change_cipher_spec) {
        if (s_.channel.protected_reading()) return s_.channel.fail("the server sent change_cipher_spec twice", 10);
        s_.channel.unprotect(std::move(reader_), false);
        continue;
      }
      if (in.kind != Incoming::Kind::handshake) return s_.channel.fail("the server sent something else, expected finished", 10);
      if (in.message.type == HandshakeType::hello_request) continue;
      if (in.message.type == HandshakeType::new_session_ticket && !s_.channel.protected_reading()) {  // RFC 5077 3.3
        ++t_.tickets;
        s_.received(in.message);
        continue;
      }
      if (in.message.type != HandshakeType::finished || !s_.channel.protected_reading()) return s_.unexpected(in.message.type, "finished");
      return finish(in.message);
    }
  }

  void finish(const wire::HandshakeMessage& message) {
    if (t_.client_certificate.requested) s_.done(Stage::client_certificate, Stage::finished);
    const Bytes expected = crypto::verify_data(s_.version, s_.suite->prf, master_, "server finished", s_.messages);
    t_.server_finished_valid = crypto::equal(expected, message.body());
    if (!t_.server_finished_valid) return s_.channel.fail("the server's finished does not match the handshake", 51);
    s_.done(Stage::client_certificate, Stage::finished);
    s_.done(Stage::finished, Stage::established);
    t_.handshake_complete = true;
  }

  Session& s_;
  Transcript& t_;
  wire::ServerKeyExchange exchange_;
  Bytes premaster_, master_, client_key_exchange_;
  std::unique_ptr<crypto::RecordCipher> reader_;
};

}  // namespace

void tls12(Session& session) { Tls12(session).run(); }

}  // namespace whytls::probe
