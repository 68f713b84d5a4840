// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/proof.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "crypto/hash.h"
#include "crypto/rfc8448_trace.h"
#include "crypto/schedule.h"
#include "crypto/signature.h"
#include "sources/capture/tls/testing.h"
#include "x509/mint.h"

namespace whytls::sources::capture {
namespace {

using namespace testing;
using evidence::Answer;
using evidence::Evidence;
using evidence::Kind;
using wire::HandshakeType;

constexpr std::uint16_t ecdsa_sha256 = 0x0403;

Bytes certificate_of(const x509::Minted& minted) {
  return message(HandshakeType::certificate, wire::build(wire::CertificateMessage{{}, {{minted.certificate.der, {}}}, {}}, false));
}

/// ECDHE on x25519, signed with that key over the randoms of testing.h.
Bytes exchange_signed_by(const x509::PrivateKey& key) {
  const Bytes params = join({{3, 0, 29, 4}, {1, 2, 3, 4}});
  const Bytes signature = *crypto::sign(key.handle.get(), ecdsa_sha256, join({Bytes(32, 7), Bytes(32, 9), params}));
  base::Writer out;
  out.bytes(params);
  out.u16(ecdsa_sha256);
  out.u16(static_cast<std::uint16_t>(signature.size()));
  out.bytes(signature);
  return message(HandshakeType::server_key_exchange, out.take());
}

Evidence signature_facts(const x509::Minted& leaf, const x509::PrivateKey& key) {
  Watch watch;
  watch.client(client_hello()).server(join({server_hello(0x0303, 0xc02b), certificate_of(leaf), exchange_signed_by(key)}));
  return server_signature_facts(watch.end().at(0));
}

TEST(Proof, OfTheServersSignatureUnderItsLeafsKey) {
  const x509::Minted leaf = *x509::mint(x509::leaf_recipe());
  EXPECT_EQ(signature_facts(leaf, leaf.key).is(Kind::signature_verifies), Answer::yes);
  EXPECT_EQ(signature_facts(leaf, *x509::mint_key("ec-secp256r1", "another")).is(Kind::signature_verifies), Answer::no);
}

TEST(Proof, OfASignatureNeedsAllThatItCovers) {
  Watch without;
  without.client(client_hello()).server(join({server_hello(0x0303, 0xc02b), message(HandshakeType::server_hello_done, {})}));
  EXPECT_TRUE(server_signature_facts(without.end().at(0)).facts().empty());
}

/// A handshake of TLS 1.3 whose messages were opened.
Handshake opened(const std::vector<std::pair<observe::From, Bytes>>& messages) {
  Handshake h;
  for (const auto& [from, raw] : messages) {
    observe::Event& event = h.conversation.events.emplace_back();
    event.from = from;
    event.raw = raw;
    event.type = HandshakeType{raw.at(0)};
  }
  return h;
}

Answer verifies(const Handshake& h) { return server_signature_facts(h).is(Kind::signature_verifies); }

TEST(Proof, OfACertificateVerifyOnceItIsOpened) {
  using observe::From;
  namespace trace = crypto::rfc8448;
  std::vector<std::pair<From, Bytes>> messages{{From::client, *base::unhex(trace::client_hello)}};
  for (const std::string_view each :
       {trace::server_hello, trace::encrypted_extensions, trace::certificate, trace::certificate_verify, trace::finished})
    messages.emplace_back(From::server, *base::unhex(each));
  EXPECT_EQ(verifies(opened(messages)), Answer::yes);
  auto first = messages;  // a hello before it, of a version that was not taken
  first.insert(first.begin(), {From::client, client_hello()});
  EXPECT_EQ(verifies(opened(first)), Answer::yes);
  auto changed = messages;
  changed[0].second[10] ^= 1;
  EXPECT_EQ(verifies(opened(changed)), Answer::no);
  auto lacking = messages;
  lacking.erase(lacking.begin() + 2);
  EXPECT_EQ(verifies(opened(lacking)), Answer::unknown) << "a message is not there";
  Handshake lossy = opened(changed);
  lossy.sight.server_lost = 1;
  EXPECT_EQ(verifies(lossy), Answer::unknown);
}

TEST(Proof, OfACertificateVerifyAfterAHelloRetryRequest) {
  using observe::From;
  const x509::Minted leaf = *x509::mint(x509::leaf_recipe());
  wire::ServerHello retry;
  retry.legacy_version = 0x0303;
  retry.random = *base::unhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c");
  retry.cipher_suite = 0x1301;
  retry.has_extensions = true;
  retry.extensions = {{43, {3, 4}}};
  wire::ServerHello answer = retry;
  answer.random = Bytes(32, 9);
  const Bytes asked = *base::unhex(crypto::rfc8448::client_hello);
  Bytes again = asked;
  again[10] ^= 1;
  const Bytes retry_message = wire::handshake_message(HandshakeType::server_hello, wire::build(retry));
  const Bytes rest = join({wire::handshake_message(HandshakeType::server_hello, wire::build(answer)),
                           wire::handshake_message(HandshakeType::encrypted_extensions, Bytes{0, 0})});
  const Bytes chain = wire::handshake_message(HandshakeType::certificate,
                                              wire::build(wire::CertificateMessage{{}, {{leaf.certificate.der, {}}}, {}}, true));
  const Bytes hash = crypto::digest(registry::Hash::sha256, asked);
  const Bytes covered = join({wire::handshake_message(HandshakeType::message_hash, hash), retry_message, again, rest, chain});
  const Bytes content = crypto::certificate_verify_content(true, crypto::digest(registry::Hash::sha256, covered));
  const Bytes signature = *crypto::sign(leaf.key.handle.get(), ecdsa_sha256, content);
  base::Writer verify;
  verify.u16(ecdsa_sha256);
  verify.prefixed16([&] { verify.bytes(signature); });
  const std::size_t first = rest.size() - 6;  // the ServerHello
  Handshake h = opened({{From::client, asked},
                        {From::server, retry_message},
                        {From::client, again},
                        {From::server, {rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(first)}},
                        {From::server, {rest.begin() + static_cast<std::ptrdiff_t>(first), rest.end()}},
                        {From::server, chain},
                        {From::server, wire::handshake_message(HandshakeType::certificate_verify, verify.data())}});
  EXPECT_EQ(verifies(h), Answer::yes);
  h.conversation.events[1].raw.back() ^= 1;
  EXPECT_EQ(verifies(h), Answer::no);
}

/// What is said of a client's certificate in answer to a request that names `authority`.
Evidence client_facts(const x509::Minted& client, const Bytes& authority) {
  base::Writer request;
  request.bytes(Bytes{1, 64, 0, 2, 4, 3});
  request.u16(static_cast<std::uint16_t>(authority.empty() ? 0 : authority.size() + 2));
  if (!authority.empty()) {
    request.u16(static_cast<std::uint16_t>(authority.size()));
    request.bytes(authority);
  }
  Watch watch;
  watch.client(client_hello()).server(join({server_hello(0x0303, 0xc02b), message(HandshakeType::certificate_request, request.take())}));
  return client_certificate_facts(watch.client(certificate_of(client)).end().at(0));
}

TEST(Proof, OfAClientsCertificateIsWhatItSaysOfItself) {
  const x509::Minted root = *x509::mint(x509::root_recipe());
  x509::Recipe recipe = x509::client_recipe();
  const base::Time seen{std::chrono::milliseconds(Watch::start / 1'000'000)};
  recipe.not_before = seen - std::chrono::hours(1);
  recipe.not_after = seen + std::chrono::hours(1);
  const Evidence sound = client_facts(*x509::mint(recipe, &root), {});
  EXPECT_EQ(sound.is(Kind::client_certificate_expired), Answer::no);
  EXPECT_EQ(sound.is(Kind::client_certificate_for_clients), Answer::yes);
  EXPECT_FALSE(sound.find(Kind::client_certificate_issuer_listed));  // the server names none
  recipe.not_after = seen - std::chrono::minutes(1);
  recipe.extended_key_usage = "serverAuth";
  const Evidence faulty = client_facts(*x509::mint(recipe, &root), {});
  EXPECT_EQ(faulty.is(Kind::client_certificate_expired), Answer::yes);
  EXPECT_EQ(faulty.is(Kind::client_certificate_for_clients), Answer::no);
}

TEST(Proof, OfAnIssuerIsTheServersOwnList) {
  const x509::Minted root = *x509::mint(x509::root_recipe()), other = *x509::mint(x509::root_recipe("Another CA"));
  const x509::Minted client = *x509::mint(x509::client_recipe(), &root);
  EXPECT_EQ(client_facts(client, root.certificate.subject_der).is(Kind::client_certificate_issuer_listed), Answer::yes);
  EXPECT_EQ(client_facts(client, other.certificate.subject_der).is(Kind::client_certificate_issuer_listed), Answer::no);
}

TEST(Proof, OfAnEmptyCertificateThereIsNone) {
  Watch watch;
  watch.client(client_hello()).server(server_hello(0x0303, 0xc02b)).client(message(HandshakeType::certificate, {0, 0, 0}));
  EXPECT_TRUE(client_certificate_facts(watch.end().at(0)).facts().empty());
}

}  // namespace
}  // namespace whytls::sources::capture
