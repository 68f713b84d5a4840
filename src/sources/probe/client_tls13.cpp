// SPDX-License-Identifier: Apache-2.0
// TLS 1.3 after ServerHello: RFC 8446 2, 4.3, 4.4.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "crypto/hash.h"
#include "sources/probe/session.h"
#include "wire/compressed_certificate.h"
#include "wire/extension_types.h"

namespace whytls::probe {

using base::Bytes;
using wire::HandshakeType;
namespace version = registry::version;

namespace {

enum class Expect : std::uint8_t { encrypted_extensions, request_or_certificate, certificate, certificate_verify, finished, done };

/// RFC 8446 A.1, the client's states from WAIT_EE on, without pre-shared keys.
struct Step {
  Expect in;
  HandshakeType message;
  Expect to;
};
constexpr std::array<Step, 7> steps{{
    {Expect::encrypted_extensions, HandshakeType::encrypted_extensions, Expect::request_or_certificate},
    {Expect::request_or_certificate, HandshakeType::certificate_request, Expect::certificate},
    {Expect::request_or_certificate, HandshakeType::certificate, Expect::certificate_verify},
    {Expect::request_or_certificate, HandshakeType::compressed_certificate, Expect::certificate_verify},
    {Expect::certificate, HandshakeType::certificate, Expect::certificate_verify},
    {Expect::certificate, HandshakeType::compressed_certificate, Expect::certificate_verify},
    {Expect::certificate_verify, HandshakeType::certificate_verify, Expect::finished},
}};

std::string_view expected_name(Expect in) {
  switch (in) {
    case Expect::encrypted_extensions:
      return "encrypted_extensions";
    case Expect::request_or_certificate:
    case Expect::certificate:
      return "certificate";
    case Expect::certificate_verify:
      return "certificate_verify";
    default:
      return "finished";
  }
}

class Tls13 {
 public:
  explicit Tls13(Session& session) : s_(session), t_(session.transcript) {}

  void run() {
    if (!derive() || !read_flight()) return;
    if (s_.deep_enough(Depth::server_flight)) return;
    send_flight();
  }

 private:
  Bytes transcript_hash() const { return crypto::digest(s_.suite->prf, s_.messages); }

  bool derive() {
    if (s_.version != version::tls13) return s_.stop(Stopped::version_unavailable), false;
    if (s_.suite == nullptr || s_.suite->min_version < version::tls13 || !crypto::key_sizes(*s_.suite, s_.version)) {
      return s_.stop(Stopped::cipher_unavailable), false;
    }
    const std::optional<wire::KeyShare> theirs = t_.server_hello->key_share();
    if (!theirs) return s_.channel.fail("the server's server_hello has no key_share", 109), false;
    const auto ours =
        std::find_if(s_.keys.rbegin(), s_.keys.rend(), [&](const crypto::EphemeralKey& one) { return one.group() == theirs->group; });
    if (ours == s_.keys.rend() || !ours->derivable()) {
      const std::vector<std::uint16_t> offered = t_.hello.supported_groups();
      if (std::find(offered.begin(), offered.end(), theirs->group) == offered.end()) {
        s_.channel.note_violation(fmt::format("the server chose the group {}, which was not offered", registry::group_name(theirs->group)));
      }
      return s_.stop(Stopped::secret_unavailable), false;
    }
    const std::optional<Bytes> secret = ours->shared_secret(theirs->key);
    if (!secret)
      return s_.channel.fail(fmt::format("the server's key share is no element of {}", registry::group_name(theirs->group)), 47), false;
    schedule_ = crypto::Schedule13::begin(s_.suite->prf, *secret, transcript_hash());
    s_.channel.unprotect(cipher(schedule_.server_handshake, crypto::Direction::open), true);
    return true;
  }

  std::unique_ptr<crypto::RecordCipher> cipher(const Bytes& traffic_secret, crypto::Direction direction) const {
    const std::optional<crypto::DirectionKeys> keys = crypto::traffic_keys(*s_.suite, traffic_secret);
    return keys ? crypto::make_record_cipher(*s_.suite, version::tls13, *keys, direction, false) : nullptr;
  }

  // ---- the server's flight ----------------------------------------------------------------------------------------
  bool read_flight() {
    Expect state = Expect::encrypted_extensions;
    while (state != Expect::done) {
      const std::optional<wire::HandshakeMessage> message = s_.next_message(expected_name(state));
      if (!message) return false;
      if (message->type == HandshakeType::finished && state != Expect::encrypted_extensions) {
        if (state != Expect::finished) s_.channel.note_violation(fmt::format("the server left out {}", expected_name(state)));
        if (!read_finished(*message)) return false;
        state = Expect::done;
        continue;
      }
      const auto* step =
          std::find_if(steps.begin(), steps.end(), [&](const Step& one) { return one.in == state && one.message == message->type; });
      if (step == steps.end()) {
        s_.unexpected(message->type, expected_name(state));
        return false;
      }
      read(*message);
      s_.received(*message);
      state = step->to;
    }
    return true;
  }

  void read(const wire::HandshakeMessage& message) {
    switch (message.type) {
      case HandshakeType::encrypted_extensions:
        return read_extensions(message);
      case HandshakeType::certificate_request:
        t_.client_certificate.requested = true;
        t_.client_certificate.request = wire::parse_certificate_request(message.body(), s_.version);
        s_.parsed(t_.client_certificate.request.malformed, message.type);
        return;
      case HandshakeType::certificate:
      case HandshakeType::compressed_certificate:
        return read_certificates(message);
      case HandshakeType::certificate_verify:
        return read_verify(message);
      default:
        return;
    }
  }

  void read_extensions(const wire::HandshakeMessage& message) {
    const wire::EncryptedExtensions extensions = wire::parse_encrypted_extensions(message.body());
    s_.parsed(extensions.malformed, message.type);
    t_.encrypted_extensions = extensions;
    t_.selected.alpn = extensions.alpn();
    const std::vector<std::string> offered = t_.hello.alpn();
    if (t_.selected.alpn && std::find(offered.begin(), offered.end(), *t_.selected.alpn) == offered.end()) {
      s_.channel.note_violation("the server chose an application protocol that was not offered");
    }
    for (const wire::Extension& one : extensions.extensions) {
      if (wire::find_extension(t_.hello.extensions, one.type) == nullptr) {
        s_.channel.note_violation(
            fmt::format("the server answers the extension {}, which was not sent", registry::extension_name(one.type)));
      }
    }
  }

  // RFC 8879 4: the transcript has the message as it was sent, so that nothing else needs to know of it.
  void read_certificates(const wire::HandshakeMessage& message) {
    if (message.type == HandshakeType::compressed_certificate)
      t_.compressed_certificate = wire::parse_compressed_certificate(message.body()).algorithm;
    t_.certificate_seen = true;
    if (const auto certificates = wire::read_certificate(message.type, message.body(), true)) {
      s_.parsed(certificates->malformed, message.type);
      s_.read_certificates(*certificates);
    }
    s_.done(Stage::certificate, Stage::key_exchange);
  }

  void read_verify(const wire::HandshakeMessage& message) {
    const wire::CertificateVerify verify = wire::parse_certificate_verify(message.body(), s_.version);
    if (s_.parsed(verify.malformed, message.type)) {
      ServerKey key;
      key.signature_scheme = verify.signature_scheme;
      t_.server_key = key;
      check_scheme(verify.signature_scheme);
      s_.check_signature(verify.signature_scheme, crypto::certificate_verify_content(true, transcript_hash()), verify.signature);
    }
    s_.done(Stage::key_exchange, Stage::finished);
  }

  void check_scheme(std::uint16_t scheme) {
    const std::vector<std::uint16_t> offered = t_.hello.signature_algorithms();
    if (std::find(offered.begin(), offered.end(), scheme) != offered.end()) return;
    s_.channel.note_violation(fmt::format("the server signed with {}, which was not offered", registry::signature_scheme_name(scheme)));
  }

  bool read_finished(const wire::HandshakeMessage& message) {
    t_.reached = Stage::finished;
    t_.server_finished_valid = crypto::equal(schedule_.finished(schedule_.server_handshake, transcript_hash()), message.body());
    if (!t_.server_finished_valid) {
      s_.channel.fail("the server's finished does not match the handshake", 51);
      return false;
    }
    s_.received(message);
    schedule_.applications(transcript_hash());
    s_.channel.unprotect(cipher(schedule_.server_application, crypto::Direction::open), true);
    return true;
  }

  // ---- our flight: RFC 8446 4.4 -----------------------------------------------------------------------------------
  void send_flight() {
    if (!s_.inputs.session_id.empty() && !s_.inputs.retry) s_.channel.queue_change_cipher_spec();  // RFC 8446 D.4
    s_.channel.protect(cipher(schedule_.client_handshake, crypto::Direction::seal));
    if (t_.client_certificate.requested) {
      t_.reached = Stage::client_certificate;
      send_certificate();
    }
    s_.send(HandshakeType::finished, schedule_.finished(schedule_.client_handshake, transcript_hash()));
    if (!s_.channel.flush()) return;
    s_.channel.protect(cipher(schedule_.client_application, crypto::Direction::seal));
    t_.handshake_complete = true;
    s_.schedule = schedule_;
    s_.done(Stage::finished, t_.client_certificate.requested ? Stage::client_certificate : Stage::established);
    if (!t_.client_certificate.requested) s_.done(Stage::client_certificate, Stage::established);
  }

  void send_certificate() {
    ClientCertificate& client = t_.client_certificate;
    wire::CertificateMessage message;
    message.request_context = client.request.request_context;
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
    s_.send(HandshakeType::certificate, wire::build(message, true));
    if (client.sent) sign();
  }

  void sign() {
    const std::uint16_t scheme = t_.client_certificate.signature_scheme;
    const std::optional<Bytes> signature =
        crypto::sign(s_.options.identity.key.get(), scheme, crypto::certificate_verify_content(false, transcript_hash()));
    base::Writer body;
    body.u16(scheme);
    body.prefixed16([&] { body.bytes(signature.value_or(Bytes{})); });
    s_.send(HandshakeType::certificate_verify, body.data());
  }

  Session& s_;
  Transcript& t_;
  crypto::Schedule13 schedule_;
};

}  // namespace

void tls13(Session& session) { Tls13(session).run(); }

}  // namespace whytls::probe
