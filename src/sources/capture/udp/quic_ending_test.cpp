// SPDX-License-Identifier: Apache-2.0
// How a QUIC connection ends where nobody can read it, versions that do not meet, and what secrets do for it.
#include <gtest/gtest.h>

#include "base/text.h"
#include "sources/capture/facts.h"
#include "sources/capture/udp/testing.h"
#include "wire/dtls_builder.h"

namespace whytls::sources::capture {
namespace {

using built::Bytes;
using built::crypto_frame, built::other_keys;
using built::QuicPeers, built::Watch;
using evidence::Kind;
using wire::built::operator+;  // NOLINT(misc-unused-using-decls): clang-tidy 14 overlooks operators
using enum wire::HandshakeType;

constexpr std::uint32_t v1 = 1, v2 = 0x6b3343cf, draft29 = 0xff00001d, reserved = 0x1a2a3a4a;

Bytes hello(std::uint8_t random = 7) {
  return crypto_frame(0, wire::handshake_message(client_hello, wire::build(built::client_hello(random))));
}
Bytes answer() { return crypto_frame(0, wire::handshake_message(server_hello, wire::build(built::server_hello(0x0304, 0x1301)))); }

Bytes versions_packet(const QuicPeers& peers, const std::vector<std::uint32_t>& versions) {
  base::Writer out;
  out.u8(0xc5);
  out.u32(0);
  out.prefixed8([&] { out.bytes(peers.client_id); });
  out.prefixed8([&] { out.bytes(peers.original); });
  for (const std::uint32_t version : versions) out.u32(version);
  return out.take();
}

/// Hello and answer, as far as the client's flight.
void begin(Watch& watch, const QuicPeers& peers) {
  watch.from_client(peers.client_initial(0, hello()));
  watch.from_server(peers.server_initial(0, answer()) + peers.handshake(false, 0, Bytes(800, 1), other_keys()));
}

Handshake over(Watch& watch, std::int64_t silence) {
  Handshake one = watch.finish().at(0);
  one.silence = silence;
  return one;
}

TEST(QuicEnding, WithoutACommonVersionTheClientGivesUp) {
  Watch watch;
  QuicPeers peers;
  peers.version = draft29;
  watch.from_client(peers.client_initial(0, hello()));
  watch.from_server(versions_packet(peers, {v1, reserved, v2}));
  const Handshake one = over(watch, built::second);
  EXPECT_EQ(one.quic_begun, std::vector<std::uint32_t>{draft29});
  const Facts facts = facts_of(one, {});
  EXPECT_EQ(facts.assessment.standing, Standing::failed);
  EXPECT_EQ(facts.evidence.text(Kind::failed_stage), "client-hello");
  EXPECT_EQ(facts.evidence.list(Kind::quic_versions, "client"), std::vector<std::string>{"QUIC draft 29"});
  EXPECT_EQ(facts.evidence.list(Kind::quic_versions, "server"), (std::vector<std::string>{"QUIC v1", "QUIC v2"}))
      << "reserved ones are none";
  EXPECT_EQ(facts.evidence.find(Kind::quic_versions, "server")->certainty, evidence::Certainty::observed);
  const Facts soon = facts_of(over(watch, 0), {});
  EXPECT_EQ(soon.evidence.find(Kind::quic_versions, "server")->certainty, evidence::Certainty::inferred) << "it may yet begin again";
}

TEST(QuicEnding, AClientThatBeginsAgainWithTheSameIdsIsFollowed) {
  Watch watch;
  QuicPeers peers;
  peers.version = draft29;
  watch.from_client(peers.client_initial(0, hello(7)));
  watch.from_server(versions_packet(peers, {v1}));
  peers.version = v1;
  watch.from_client(peers.client_initial(0, hello(8)));
  watch.from_server(peers.server_initial(0, answer()));
  const Handshake one = over(watch, 0);
  EXPECT_EQ(watch.seen.size(), 1U);
  EXPECT_EQ(one.history, "CCs");
  EXPECT_EQ(one.quic_begun, (std::vector<std::uint32_t>{draft29, v1}));
}

TEST(QuicEnding, APacketThatNamesTheClientsOwnVersionIsNoNegotiation) {
  Watch watch;
  const QuicPeers peers;
  watch.from_client(peers.client_initial(0, hello()));
  watch.from_server(versions_packet(peers, {v1, v2}));
  EXPECT_TRUE(over(watch, built::second).quic_versions.empty());
}

TEST(QuicEnding, AHandshakePacketThatNobodyAnswersClosedTheConnection) {
  Watch watch;
  const QuicPeers peers;
  begin(watch, peers);
  watch.from_client(peers.handshake(true, 0, Bytes(30, 1), other_keys()));
  const Handshake one = over(watch, built::second);
  EXPECT_EQ(one.quic_last_word, observe::From::client);
  const Facts facts = facts_of(one, {});
  EXPECT_EQ(facts.assessment.standing, Standing::failed);
  EXPECT_EQ(facts.evidence.text(Kind::encrypted_alert), "client");
  EXPECT_EQ(facts.evidence.text(Kind::failed_stage), "certificate");
  EXPECT_EQ(assess(over(watch, built::second / 2)).standing, Standing::unseen) << "the capture may only have ended";
}

TEST(QuicEnding, AHandshakePacketOfTheServerBehindTheClientsFlightMayCloseIt) {
  const QuicPeers peers;
  const auto refused = [&](bool server_goes_on) {
    Watch watch;
    begin(watch, peers);
    watch.from_client(peers.handshake(true, 0, Bytes(60, 1), other_keys()) + peers.short_packet(true, 0, Bytes(40, 1), other_keys()));
    watch.from_server(peers.handshake(false, 1, Bytes(30, 1), other_keys()) + peers.short_packet(false, 0, Bytes(30, 1), other_keys()));
    watch.from_client(peers.short_packet(true, 1, Bytes(40, 1), other_keys()));  // it was on its way
    if (server_goes_on) watch.from_server(peers.short_packet(false, 1, Bytes(40, 1), other_keys()));
    return over(watch, built::second);
  };
  const Handshake one = refused(false);
  EXPECT_FALSE(one.conversation.established);
  EXPECT_EQ(assess(one).standing, Standing::failed);
  EXPECT_TRUE(assess(one).encrypted_alert_by_server);
  EXPECT_EQ(assess(one).stage, "client-certificate");
  const Handshake healthy = refused(true);
  EXPECT_TRUE(healthy.conversation.established);
  EXPECT_FALSE(healthy.quic_last_word);
  EXPECT_EQ(assess(healthy).standing, Standing::complete);
}

/// A watcher with some secrets of the connection.
void give(Watch& watch, const std::string& label, const Bytes& secret) {
  watch.keys.add(label + " " + base::hex(Bytes(32, 7)) + " " + base::hex(secret) + "\n");
}
crypto::QuicKeys keys_of(const Bytes& secret) { return crypto::quic_keys(*registry::suite(0x1301), secret, crypto::QuicLabels::v1); }

TEST(QuicEnding, EarlyDataOpensWithItsSecret) {
  const Bytes secret(32, 0x33);
  Watch watch(true);
  QuicPeers peers;
  give(watch, "CLIENT_EARLY_TRAFFIC_SECRET", secret);
  watch.from_client(peers.client_initial(0, hello()) +
                    peers.long_packet(1, keys_of(secret), peers.original, peers.client_id, 1, Bytes{0x08, 0, 'G', 'E', 'T'}));
  const Handshake one = over(watch, 0);
  EXPECT_EQ(one.secrets, Secrets::open);
  ASSERT_EQ(one.conversation.events.size(), 2U);
  EXPECT_FALSE(one.conversation.events[1].opaque);
  Watch wrong(true);
  give(wrong, "CLIENT_EARLY_TRAFFIC_SECRET", Bytes(32, 0x34));
  wrong.from_client(peers.client_initial(0, hello()) +
                    peers.long_packet(1, keys_of(secret), peers.original, peers.client_id, 1, Bytes{0x08, 0, 'G', 'E', 'T'}));
  EXPECT_EQ(over(wrong, 0).secrets, Secrets::none) << "other early data is no fault of the handshake's secrets";
  EXPECT_TRUE(wrong.seen[0].conversation.events[1].opaque);
}

TEST(QuicEnding, WhatSecretsDidIsKept) {
  const Bytes secret(32, 0x55);
  const QuicPeers peers;
  const auto seen_with = [&](const std::string& label, const Bytes& known) {
    Watch watch(true);
    give(watch, label, known);
    watch.from_client(peers.client_initial(0, hello()));
    watch.from_server(peers.server_initial(0, answer()) + peers.handshake(false, 0, Bytes(30, 1), keys_of(secret)));
    return over(watch, 0);
  };
  EXPECT_EQ(seen_with("SERVER_HANDSHAKE_TRAFFIC_SECRET", secret).secrets, Secrets::open);
  const Handshake useless = seen_with("SERVER_HANDSHAKE_TRAFFIC_SECRET", Bytes(32, 0x56));
  EXPECT_EQ(useless.secrets, Secrets::useless);
  EXPECT_NE(facts_of(useless, {}).evidence.find(Kind::sight, "secrets"), nullptr);
  const Handshake without = seen_with("CLIENT_HANDSHAKE_TRAFFIC_SECRET", secret);
  EXPECT_EQ(without.secrets, Secrets::none);
  EXPECT_EQ(facts_of(without, {}).evidence.find(Kind::sight, "secrets"), nullptr);
}

}  // namespace
}  // namespace whytls::sources::capture
