// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/proof.h"

#include <gtest/gtest.h>

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
