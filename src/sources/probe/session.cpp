// SPDX-License-Identifier: Apache-2.0
#include "sources/probe/session.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/signature.h"
#include "wire/extension_types.h"

namespace whytls::probe {

using base::ByteView;

void Session::done(Stage stage, Stage next) {
  auto& at = transcript.done_at[static_cast<std::size_t>(stage)];
  if (!at) at = channel.now();
  transcript.reached = next;
}

void Session::send(wire::HandshakeType type, ByteView body) {
  const base::Bytes message = wire::handshake_message(type, body);
  messages.insert(messages.end(), message.begin(), message.end());
  channel.queue_handshake(message);
}

bool Session::parsed(const std::optional<base::Malformed>& malformed, wire::HandshakeType type) {
  if (!malformed) return true;
  if (!transcript.malformed) {
    transcript.malformed = malformed;
    transcript.malformed_message = wire::handshake_type_name(type);
  }
  channel.note_violation(fmt::format("the server's {} does not parse: {}", wire::handshake_type_name(type), malformed->text()));
  return false;
}

void Session::stop(Stopped why) {
  if (over()) return;
  transcript.stopped = why;
  transcript.secret_unavailable = why == Stopped::secret_unavailable;
}

bool Session::deep_enough(Depth depth) {
  if (options.depth > depth) return false;
  stop(Stopped::as_asked);
  transcript.complete = transcript.stopped == Stopped::as_asked;
  return true;
}

std::optional<wire::HandshakeMessage> Session::next_message(std::string_view expected) {
  for (;;) {
    Incoming in = channel.next();
    switch (in.kind) {
      case Incoming::Kind::ended:
        return std::nullopt;
      case Incoming::Kind::handshake:
        if (in.message.type == wire::HandshakeType::hello_request)
          continue;  // RFC 5246 7.4.1.1: ignored during a handshake, and not hashed
        return std::move(in.message);
      case Incoming::Kind::change_cipher_spec:
        channel.fail(fmt::format("the server sent change_cipher_spec, expected {}", expected), 10);
        break;
      case Incoming::Kind::application_data:
        channel.fail(fmt::format("the server sent application data, expected {}", expected), 10);
        break;
      case Incoming::Kind::ssl2:
        channel.fail(fmt::format("the server sent an SSL 2 message, expected {}", expected), 10);
        break;
    }
    return std::nullopt;
  }
}

void Session::unexpected(wire::HandshakeType type, std::string_view expected) {
  channel.fail(fmt::format("the server sent {}, expected {}", wire::handshake_type_name(type), expected), 10);
}

void Session::read_certificates(const wire::CertificateMessage& message) {
  namespace type = wire::extension_type;
  transcript.certificate_seen = true;
  for (const wire::CertificateEntry& entry : message.entries) transcript.certificates.push_back(entry.der);
  if (message.entries.empty()) return;
  leaf_key = crypto::certificate_key(message.entries.front().der);
  const std::vector<wire::Extension>& extensions = message.entries.front().extensions;
  if (const wire::Extension* status = wire::find_extension(extensions, type::status_request)) {
    transcript.ocsp_response = wire::parse_certificate_status(status->data).value_or(base::Bytes{});
  }
  if (const wire::Extension* timestamps = wire::find_extension(extensions, type::signed_certificate_timestamp)) {
    transcript.signed_certificate_timestamps = timestamps->data;
  }
}

void Session::check_signature(std::uint16_t scheme, ByteView signed_bytes, ByteView signature) {
  const std::string name = scheme == 0 ? "the fixed algorithm" : registry::signature_scheme_name(scheme);
  if (!leaf_key) {
    transcript.signature_text =
        transcript.certificates.empty() ? "there is no certificate to verify with" : "the leaf's key cannot be read";
    return;
  }
  const std::string key = crypto::key_type(leaf_key.get());
  switch (crypto::verify(leaf_key.get(), scheme, signed_bytes, signature)) {
    case crypto::Verdict::valid:
      transcript.signature_valid = true;
      return;
    case crypto::Verdict::invalid:
      transcript.signature_valid = false;
      transcript.signature_text = fmt::format("the signature ({}) does not verify under the leaf's key ({})", name, key);
      return;
    case crypto::Verdict::unsupported:
      transcript.signature_text = fmt::format("signatures by {} cannot be computed here", name);
      return;
  }
}

std::optional<std::uint16_t> Session::client_scheme() const {
  const bool tls13 = version >= registry::version::tls13;
  if (version < registry::version::tls12) return std::uint16_t{0};
  const std::vector<std::uint16_t>& wanted = transcript.client_certificate.request.signature_algorithms;
  for (const std::uint16_t scheme : crypto::schemes_of(options.identity.key.get(), tls13)) {
    if (std::find(wanted.begin(), wanted.end(), scheme) != wanted.end()) return scheme;
  }
  return std::nullopt;
}

}  // namespace whytls::probe
