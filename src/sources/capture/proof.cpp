// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/proof.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/time.h"
#include "crypto/hash.h"
#include "crypto/schedule.h"
#include "crypto/signature.h"
#include "registry/registry.h"
#include "wire/compressed_certificate.h"
#include "x509/certificate.h"

namespace whytls::sources::capture {
namespace {

using evidence::Evidence;
using evidence::Kind;
using observe::Event;
using observe::From;
using wire::HandshakeType;

/// The body of the last such message; empty where none is visible.
base::ByteView body_of(const Handshake& h, From from, HandshakeType type) {
  base::ByteView out;
  for (const Event& e : h.conversation.events)
    if (e.kind == Event::Kind::handshake && !e.opaque && e.from == from && e.type == type && e.raw.size() >= 4)
      out = base::ByteView(e.raw).subspan(4);
  return out;
}

/// Compressed or not; nullopt where none is visible.
std::optional<wire::CertificateMessage> certificate_of_client(const Handshake& h, bool tls13) {
  for (const HandshakeType type : {HandshakeType::certificate, HandshakeType::compressed_certificate})
    if (const auto body = body_of(h, From::client, type); !body.empty()) return wire::read_certificate(type, body, tls13);
  return std::nullopt;
}

bool for_clients(const x509::Certificate& leaf) {
  const bool usage =
      !leaf.extended_key_usage || std::any_of(leaf.extended_key_usage->begin(), leaf.extended_key_usage->end(),
                                              [](const std::string& use) { return use == "clientAuth" || use == "anyExtendedKeyUsage"; });
  return usage && (!leaf.key_usage || leaf.key_usage->digital_signature || leaf.key_usage->key_agreement);
}

Evidence signature_facts(crypto::Verdict verdict) {
  Evidence e;
  if (verdict == crypto::Verdict::unsupported) return e;
  const bool valid = verdict == crypto::Verdict::valid;
  e.add(Kind::signature_verifies, valid,
        fmt::format("the server's handshake signature {} under its leaf's key", valid ? "verifies" : "does not verify"));
  return e;
}

/// RFC 8446 4.4.1: all messages up to the server's Certificate, a first ClientHello that was asked to come again as its hash. Empty where
/// one of them is not visible.
base::Bytes transcript_13(const Handshake& h, registry::Hash hash) {
  base::Bytes out;
  bool retried = false, extensions = false;
  const auto append = [&](const base::Bytes& raw) { out.insert(out.end(), raw.begin(), raw.end()); };
  for (const Event& e : h.conversation.events) {
    if (e.kind != Event::Kind::handshake || e.opaque || e.raw.size() < 4) continue;
    if (e.from == From::client && e.type == HandshakeType::client_hello && !retried) out.clear();  // QUIC may begin again
    if (e.from == From::client && e.type != HandshakeType::client_hello) continue;
    if (e.type == HandshakeType::server_hello && wire::parse_server_hello(base::ByteView(e.raw).subspan(4)).hello_retry_request()) {
      out = wire::handshake_message(HandshakeType::message_hash, crypto::digest(hash, out));
      retried = true;
    }
    extensions |= e.type == HandshakeType::encrypted_extensions;
    if (e.type == HandshakeType::certificate_verify) return extensions ? out : base::Bytes{};
    append(e.raw);
  }
  return {};
}

/// RFC 8446 4.4.3; only with the keys. DTLS hashes a ClientHello with its cookie (RFC 9147 5.2), which is not kept.
Evidence signature_facts_13(const Handshake& h, const wire::ClientHello& offer, const wire::ServerHello& answer) {
  constexpr std::uint16_t encrypted_client_hello = 0xfe0d;
  const auto body = body_of(h, From::server, HandshakeType::certificate_verify);
  const std::vector<base::Bytes> chain = observe::server_chain(h.conversation);
  const registry::Suite* const suite = registry::suite(answer.cipher_suite);
  if (h.carrier == Carrier::dtls || body.empty() || chain.empty() || suite == nullptr || h.sight.server_lost > 0) return {};
  const base::Bytes transcript = transcript_13(h, suite->prf);
  const wire::CertificateVerify verify = wire::parse_certificate_verify(body, registry::version::tls13);
  const crypto::Key key = crypto::certificate_key(chain.front());
  if (transcript.empty() || verify.malformed || !key) return {};
  const base::Bytes content = crypto::certificate_verify_content(true, crypto::digest(suite->prf, transcript));
  const crypto::Verdict verdict = crypto::verify(key.get(), verify.signature_scheme, content, verify.signature);
  // Where the encrypted hello was taken, it is that one which was hashed (RFC 9849 6.1.4).
  const bool other_hello = wire::find_extension(offer.extensions, encrypted_client_hello) != nullptr;
  return verdict == crypto::Verdict::invalid && other_hello ? Evidence{} : signature_facts(verdict);
}

}  // namespace

Evidence server_signature_facts(const Handshake& h) {
  Evidence e;
  const auto client_hello = body_of(h, From::client, HandshakeType::client_hello);
  const auto server_hello = body_of(h, From::server, HandshakeType::server_hello);
  const auto certificate = body_of(h, From::server, HandshakeType::certificate);
  const auto exchange = body_of(h, From::server, HandshakeType::server_key_exchange);
  if (client_hello.empty() || server_hello.empty()) return e;
  const wire::ClientHello offer = wire::parse_client_hello(client_hello);
  const wire::ServerHello answer = wire::parse_server_hello(server_hello);
  if (answer.version() == registry::version::tls13) return signature_facts_13(h, offer, answer);
  if (certificate.empty() || exchange.empty()) return e;
  const wire::CertificateMessage sent = wire::parse_certificate(certificate, false);
  const wire::ServerKeyExchange signed_with = wire::parse_server_key_exchange(exchange, answer.cipher_suite, answer.version());
  if (answer.version() >= registry::version::tls13 || sent.entries.empty() || signed_with.signature.empty() || signed_with.malformed)
    return e;
  const crypto::Key key = crypto::certificate_key(sent.entries.front().der);
  if (!key || offer.random.size() != 32 || answer.random.size() != 32) return e;
  base::Bytes message = offer.random;
  message.insert(message.end(), answer.random.begin(), answer.random.end());
  message.insert(message.end(), signed_with.params.begin(), signed_with.params.end());
  return signature_facts(crypto::verify(key.get(), signed_with.signature_scheme, message, signed_with.signature));
}

Evidence client_certificate_facts(const Handshake& h) {
  Evidence e;
  const auto server_hello = body_of(h, From::server, HandshakeType::server_hello);
  const std::uint16_t version = server_hello.empty() ? std::uint16_t{0} : wire::parse_server_hello(server_hello).version();
  const bool tls13 = version == registry::version::tls13 || version == registry::version::dtls13;
  const auto sent = certificate_of_client(h, tls13);
  if (!sent || sent->entries.empty()) return e;
  std::vector<x509::Certificate> chain;
  for (const auto& entry : sent->entries) chain.push_back(x509::examine(entry.der));
  const x509::Certificate& leaf = chain.front();
  if (!leaf.handle) return e;
  const base::Time now = h.first.time();
  e.add(Kind::client_certificate_subject, leaf.subject);
  e.add(Kind::client_certificate_issuer, chain.back().issuer);
  e.add(Kind::client_certificate_not_after, leaf.not_after);
  e.add(Kind::client_certificate_not_before, leaf.not_before);
  e.add(Kind::client_certificate_expired, now > leaf.not_after || now < leaf.not_before,
        fmt::format("the client certificate is valid from {} to {}", base::date(leaf.not_before), base::date(leaf.not_after)));
  e.add(Kind::client_certificate_for_clients, for_clients(leaf));
  const auto asked = body_of(h, From::server, HandshakeType::certificate_request);
  if (asked.empty()) return e;
  const wire::CertificateRequest request = wire::parse_certificate_request(asked, version);
  if (request.authorities.empty()) return e;
  const bool listed = std::any_of(chain.begin(), chain.end(), [&](const x509::Certificate& link) {
    return std::find(request.authorities.begin(), request.authorities.end(), link.issuer_der) != request.authorities.end();
  });
  e.add(Kind::client_certificate_issuer_listed, listed,
        listed ? "" : "the server names the issuers that it accepts, and none of them issued the client certificate");
  return e;
}

}  // namespace whytls::sources::capture
