// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/facts.h"

#include <gtest/gtest.h>

#include "sources/capture/tls/testing.h"
#include "x509/mint.h"

namespace whytls::sources::capture {
namespace {

using namespace testing;
using evidence::Answer;
using evidence::Evidence;
using evidence::Kind;
using wire::HandshakeType;

base::Time seen_at() { return base::Time(std::chrono::milliseconds(Watch::start / 1'000'000)); }

/// A root, and leaves of it that are valid when the capture is made.
struct Watched : ::testing::Test {
  x509::Minted root = *x509::mint(valid(x509::root_recipe()));
  x509::TrustStore store = x509::TrustStore::of_certificates({root.certificate}, "test store");

  static x509::Recipe valid(x509::Recipe recipe) {
    recipe.not_before = seen_at() - std::chrono::hours(24);
    recipe.not_after = seen_at() + std::chrono::hours(24);
    return recipe;
  }
  static x509::Recipe leaf() { return valid(x509::leaf_recipe("shop.example")); }
  static x509::Recipe expired() {
    x509::Recipe recipe = leaf();
    recipe.not_after = seen_at() - std::chrono::hours(1);
    return recipe;
  }

  Bytes flight(const x509::Recipe& recipe, bool self_signed = false) const {
    const x509::Minted minted = *x509::mint(recipe, self_signed ? nullptr : &root);
    return join({server_hello(0x0303, 0xc02b),
                 message(HandshakeType::certificate, wire::build(wire::CertificateMessage{{}, {{minted.certificate.der, {}}}, {}}, false)),
                 message(HandshakeType::server_hello_done, {})});
  }
  Facts of(const Handshake& h, bool given = true) const { return facts_of(h, {&store, given}); }
  Evidence refused_with(std::uint8_t alert_number, const x509::Recipe& recipe, bool given = true) const {
    Watch watch;
    return of(watch.client(client_hello()).server(flight(recipe)).client(alert(2, alert_number)).closes(End::opener).end().at(0), given)
        .evidence;
  }
};

constexpr std::uint8_t handshake_failure = 40, bad_certificate = 42, certificate_expired = 45, unknown_ca = 48, decrypt_error = 51;

TEST_F(Watched, AVisibleFaultThatTheAlertSpeaksOfIsBelieved) {
  EXPECT_TRUE(refused_with(certificate_expired, expired()).find(Kind::link_expired, "0"));
  EXPECT_TRUE(refused_with(bad_certificate, expired()).find(Kind::link_expired, "0"));
  EXPECT_EQ(refused_with(bad_certificate, expired()).text(Kind::failed_stage), "certificate");
}

TEST_F(Watched, AFaultThatTheAlertDoesNotSpeakOfIsNot) {
  EXPECT_FALSE(refused_with(unknown_ca, expired()).find(Kind::link_expired, "0"));
  EXPECT_FALSE(refused_with(decrypt_error, expired()).find(Kind::link_expired, "0"));
}

TEST_F(Watched, ABadSignatureIsWhatADecryptErrorMayMean) {
  x509::Recipe recipe = leaf();
  recipe.bad_signature = true;
  EXPECT_TRUE(refused_with(decrypt_error, recipe).find(Kind::link_bad_signature, "0"));
}

TEST_F(Watched, DistrustByThisMachineCountsOnlyWhereTheClientSpeaksOfTrust) {
  const x509::TrustStore none = x509::TrustStore::of_certificates({}, "empty");
  const auto with = [&](std::uint8_t number) {
    Watch watch;
    const Handshake& h = watch.client(client_hello()).server(flight(leaf())).client(alert(2, number)).end().at(0);
    const Evidence e = facts_of(h, {&none, false}).evidence;
    return e.find(Kind::root_untrusted) || e.find(Kind::issuer_missing, "0");
  };
  EXPECT_TRUE(with(unknown_ca));
  EXPECT_FALSE(with(handshake_failure));
}

TEST_F(Watched, AHealthCheckOfAServerThatNobodyTrustsIsNoFailure) {
  for (const bool by_itself : {false, true}) {
    Watch watch;
    const Bytes finish = join({ccs(), sealed_handshake()});
    watch.client(client_hello())
        .server(flight(leaf(), by_itself))
        .client(join({message(HandshakeType::client_key_exchange, {1, 5}), finish}));
    const Facts facts = of(watch.server(finish).closes(End::opener).end().at(0), false);
    EXPECT_TRUE(facts.assessment.sent_nothing);
    EXPECT_EQ(facts.evidence.is(Kind::completed), Answer::yes);
    EXPECT_FALSE(facts.evidence.find(Kind::leaf_self_signed));
  }
}

TEST_F(Watched, WhoCompletesBreaksOffAndLeavesBehindAnExpiredCertificateRefusedIt) {
  Watch watch;
  const Bytes finish = join({ccs(), sealed_handshake()});
  watch.client(client_hello()).server(flight(expired())).client(join({message(HandshakeType::client_key_exchange, {1, 5}), finish}));
  const Evidence e = of(watch.server(finish).closes(End::opener).end().at(0)).evidence;
  EXPECT_EQ(e.is(Kind::completed), Answer::no);
  EXPECT_EQ(e.text(Kind::failed_stage), "certificate");
}

TEST_F(Watched, WhatOneConnectionHidesAnotherMayShow) {
  Watch open, hidden;
  const Handshake shows = open.client(client_hello()).server(flight(expired())).client(alert(2, certificate_expired)).end().at(0);
  hidden.client(client_hello()).server(join({server_hello(0x0304, 0x1301), sealed(900)})).client(sealed(19)).closes(End::opener);
  const Handshake& hides = hidden.end().at(0);
  ShownChains seen;
  EXPECT_EQ(seen.for_hidden(hides), nullptr);
  seen.note(shows);
  EXPECT_EQ(seen.for_hidden(shows), nullptr);
  ASSERT_NE(seen.for_hidden(hides), nullptr);
  const Facts facts = facts_of(hides, {&store, true, seen.for_hidden(hides), false});
  ASSERT_TRUE(facts.evidence.find(Kind::link_expired, "0"));
  EXPECT_EQ(facts.evidence.find(Kind::link_expired, "0")->certainty, evidence::Certainty::inferred);
  EXPECT_TRUE(facts.chain.empty());  // it is not this connection's
  EXPECT_FALSE(facts_of(hides, {&store, true, nullptr, false}).evidence.find(Kind::link_expired, "0"));
}

TEST_F(Watched, TheChainThatWasShownLastCountsAndForADay) {
  Watch before, after, hidden;
  ShownChains seen;
  seen.note(before.client(client_hello()).server(flight(expired())).end().at(0));
  const Handshake& renewed = after.client(client_hello()).server(flight(leaf())).end().at(0);
  seen.note(renewed);
  hidden.client(client_hello()).server(join({server_hello(0x0304, 0x1301), sealed(900)})).client(sealed(19)).closes(End::opener);
  Handshake hides = hidden.end().at(0);
  ASSERT_NE(seen.for_hidden(hides), nullptr);
  EXPECT_EQ(seen.for_hidden(hides)->certificates, observe::server_chain(renewed.conversation));
  hides.first.at += std::int64_t{25} * 3600 * 1'000'000'000;
  EXPECT_EQ(seen.for_hidden(hides), nullptr);
}

TEST_F(Watched, AChainSeenElsewhereThatHasNoFaultExplainsNothing) {
  Watch open, hidden;
  ShownChains seen;
  seen.note(open.client(client_hello()).server(flight(leaf())).end().at(0));
  hidden.client(client_hello()).server(join({server_hello(0x0304, 0x1301), sealed(900)})).client(sealed(19)).closes(End::opener);
  const Handshake& hides = hidden.end().at(0);
  EXPECT_FALSE(facts_of(hides, {&store, true, seen.for_hidden(hides), false}).evidence.find(Kind::chain_length));
}

TEST_F(Watched, WhoseOfferIsFollowedByDataElsewhereMindsNothing) {
  Watch watch;
  const Bytes finish = join({ccs(), sealed_handshake()});
  watch.client(client_hello()).server(flight(expired())).client(join({message(HandshakeType::client_key_exchange, {1, 5}), finish}));
  const Handshake& h = watch.server(finish).closes(End::opener).end().at(0);
  EXPECT_EQ(facts_of(h, {&store, true, nullptr, false}).evidence.is(Kind::completed), Answer::no);
  EXPECT_EQ(facts_of(h, {&store, true, nullptr, true}).evidence.is(Kind::completed), Answer::yes);
}

TEST_F(Watched, TheEndIsToldOnce) {
  const Evidence e = refused_with(bad_certificate, expired());
  for (const Kind kind : {Kind::completed, Kind::failure, Kind::failed_stage, Kind::alert_from}) EXPECT_EQ(e.all(kind).size(), 1U);
}

/// A flight with a prime of so many bytes.
Evidence with_prime(std::size_t bytes, std::uint8_t number) {
  base::Writer exchange;
  const Bytes prime(bytes, 0xff);
  for (const Bytes& part : {prime, Bytes{2}, prime}) {
    exchange.u16(static_cast<std::uint16_t>(part.size()));
    exchange.bytes(part);
  }
  Watch watch;
  watch.client(client_hello())
      .server(join({server_hello(0x0303, 0x009e), message(HandshakeType::certificate, {0, 0, 0}),
                    message(HandshakeType::server_key_exchange, exchange.take()), message(HandshakeType::server_hello_done, {})}))
      .client(alert(2, number));
  return facts_of(watch.end().at(0), {}).evidence;
}

TEST_F(Watched, APrimeBelowTheFloorIsWhatTheClientMet) {
  EXPECT_EQ(with_prime(128, handshake_failure).text(Kind::failed_stage), "key-exchange");
  EXPECT_NE(with_prime(256, handshake_failure).text(Kind::failed_stage), "key-exchange");
}

TEST_F(Watched, AnOldVersionThatIsChosenAndRefusedIsAboutTheVersion) {
  Watch watch;
  watch.client(client_hello())
      .server(join({server_hello(0x0303, 0xc02b), message(HandshakeType::server_hello_done, {})}))
      .client(alert(2, 80));
  EXPECT_EQ(of(watch.end().at(0)).evidence.text(Kind::failed_stage), "finished");
}

TEST_F(Watched, WhatWasSeenTooLittleOfHasNoEnd) {
  Watch watch;
  const Facts facts = of(watch.client(client_hello()).end().at(0));
  EXPECT_EQ(facts.assessment.standing, Standing::unseen);
  EXPECT_FALSE(facts.evidence.find(Kind::failure));
  EXPECT_FALSE(facts.evidence.find(Kind::completed));
}

}  // namespace
}  // namespace whytls::sources::capture
