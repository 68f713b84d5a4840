// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/proof.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/time.h"
#include "crypto/signature.h"
#include "registry/registry.h"
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

bool for_clients(const x509::Certificate& leaf) {
  const bool usage =
      !leaf.extended_key_usage || std::any_of(leaf.extended_key_usage->begin(), leaf.extended_key_usage->end(),
                                              [](const std::string& use) { return use == "clientAuth" || use == "anyExtendedKeyUsage"; });
  return usage && (!leaf.key_usage || leaf.key_usage->digital_signature || leaf.key_usage->key_agreement);
}

}  // namespace

Evidence server_signature_facts(const Handshake& h) {
  Evidence e;
  const auto client_hello = body_of(h, From::client, HandshakeType::client_hello);
  const auto server_hello = body_of(h, From::server, HandshakeType::server_hello);
  const auto certificate = body_of(h, From::server, HandshakeType::certificate);
  const auto exchange = body_of(h, From::server, HandshakeType::server_key_exchange);
  if (client_hello.empty() || server_hello.empty() || certificate.empty() || exchange.empty()) return e;
  const wire::ClientHello offer = wire::parse_client_hello(client_hello);
  const wire::ServerHello answer = wire::parse_server_hello(server_hello);
  const wire::CertificateMessage sent = wire::parse_certificate(certificate, false);
  const wire::ServerKeyExchange signed_with = wire::parse_server_key_exchange(exchange, answer.cipher_suite, answer.version());
  if (answer.version() >= registry::version::tls13 || sent.entries.empty() || signed_with.signature.empty() || signed_with.malformed)
    return e;
  const crypto::Key key = crypto::certificate_key(sent.entries.front().der);
  if (!key || offer.random.size() != 32 || answer.random.size() != 32) return e;
  base::Bytes message = offer.random;
  message.insert(message.end(), answer.random.begin(), answer.random.end());
  message.insert(message.end(), signed_with.params.begin(), signed_with.params.end());
  const crypto::Verdict verdict = crypto::verify(key.get(), signed_with.signature_scheme, message, signed_with.signature);
  if (verdict == crypto::Verdict::unsupported) return e;
  const bool valid = verdict == crypto::Verdict::valid;
  e.add(Kind::signature_verifies, valid,
        fmt::format("the server's handshake signature {} under its leaf's key", valid ? "verifies" : "does not verify"));
  return e;
}

Evidence client_certificate_facts(const Handshake& h) {
  Evidence e;
  const auto body = body_of(h, From::client, HandshakeType::certificate);
  if (body.empty()) return e;
  const auto server_hello = body_of(h, From::server, HandshakeType::server_hello);
  const std::uint16_t version = server_hello.empty() ? std::uint16_t{0} : wire::parse_server_hello(server_hello).version();
  const bool tls13 = version == registry::version::tls13 || version == registry::version::dtls13;
  const wire::CertificateMessage sent = wire::parse_certificate(body, tls13);
  if (sent.entries.empty()) return e;
  std::vector<x509::Certificate> chain;
  for (const auto& entry : sent.entries) chain.push_back(x509::examine(entry.der));
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
