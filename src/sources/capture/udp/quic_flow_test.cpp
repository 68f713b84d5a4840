// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.h"
#include "observe/conversation.h"
#include "observe/fingerprint.h"
#include "sources/capture/udp/testing.h"
#include "wire/shuffled.h"

namespace whytls::sources::capture {
namespace {

using built::Bytes;
using built::ByteView;
using built::close_frame, built::crypto_frame, built::other_keys;
using built::QuicPeers, built::Watch;
using observe::Ending;
using observe::From;
using enum wire::HandshakeType;

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Bytes hello(std::uint8_t random = 7) { return wire::handshake_message(client_hello, wire::build(built::client_hello(random))); }
Bytes answer(std::uint16_t suite = 0x1301) {
  return wire::handshake_message(server_hello, wire::build(built::server_hello(0x0304, suite)));
}
/// Frames of a CRYPTO stream's beginning.
Bytes crypto(const Bytes& message) { return crypto_frame(0, message); }

/// As far as the client's Finished and data of both sides.
void talk(Watch& watch, const QuicPeers& peers) {
  watch.from_client(peers.client_initial(0, crypto(hello())));
  watch.from_server(peers.server_initial(0, crypto(answer())) + peers.handshake(false, 0, Bytes(800, 1), other_keys()));
  watch.from_server(peers.handshake(false, 1, Bytes(300, 1), other_keys()));
  watch.from_client(peers.handshake(true, 0, Bytes(60, 1), other_keys()) + peers.short_packet(true, 0, Bytes(40, 1), other_keys()));
  watch.from_server(peers.short_packet(false, 0, Bytes(100, 1), other_keys()));
}

TEST(QuicFlow, TellsAHandshakeAsFarAsItIsOpen) {
  for (const std::uint32_t version : {1U, 0x6b3343cfU, 0xff00001dU, 0xff000016U, 0xfaceb002U}) {
    Watch watch;
    QuicPeers peers;
    peers.version = version;
    talk(watch, peers);
    const Handshake& one = watch.finish().at(0);
    EXPECT_EQ(watch.seen.size(), 1U);
    EXPECT_EQ(one.carrier, Carrier::quic);
    EXPECT_EQ(one.client, watch.client);
    EXPECT_EQ(one.history, "CsqqQDd") << version;
    EXPECT_TRUE(one.conversation.established);
    EXPECT_EQ(one.conversation.ending, Ending::completed);
    EXPECT_EQ(one.protected_client, 2U);
    EXPECT_EQ(one.protected_server, 3U);
    EXPECT_EQ(one.packets.size(), 5U);
    const auto facts = observe::facts_of(one.conversation);
    EXPECT_EQ(facts.text(evidence::Kind::offered_server_name), "a.example");
    EXPECT_EQ(facts.text(evidence::Kind::selected_suite), "TLS_AES_128_GCM_SHA256");
    EXPECT_EQ(facts.text(evidence::Kind::violation), "");
  }
}

TEST(QuicFlow, TellsAnEstablishedOneEarlyAndIgnoresTheRest) {
  Watch watch;
  const QuicPeers peers;
  talk(watch, peers);
  for (std::uint64_t i = 1; i < 5; ++i) {
    watch.from_client(peers.short_packet(true, i, Bytes(40, 1), other_keys()));
    watch.from_server(peers.short_packet(false, i, Bytes(40, 1), other_keys()));
  }
  EXPECT_EQ(watch.seen.size(), 1U);
  watch.from_client(peers.client_initial(0, crypto(hello())));  // a late copy
  EXPECT_EQ(watch.finish().size(), 1U);
}

TEST(QuicFlow, AClientThatStaysSilentAfterTheServersFlightIsNotEstablished) {
  Watch watch;
  const QuicPeers peers;
  watch.from_client(peers.client_initial(0, crypto(hello())));
  watch.from_server(peers.server_initial(0, crypto(answer())) + peers.handshake(false, 0, Bytes(800, 1), other_keys()));
  watch.from_client(peers.handshake(true, 0, Bytes(30, 1), other_keys()));
  const Handshake& one = watch.finish().at(0);
  EXPECT_FALSE(one.conversation.established);
  EXPECT_EQ(one.conversation.ending, Ending::open);
  EXPECT_EQ(one.history, "CsqQ");
}

TEST(QuicFlow, AClosedConnectionIsAnAlert) {
  Watch watch;
  const QuicPeers peers;
  watch.from_client(peers.client_initial(0, crypto(hello())));
  watch.from_server(peers.server_initial(0, close_frame(0x128, "no suite in common")));
  const Handshake& one = watch.finish().at(0);
  EXPECT_EQ(one.history, "Cl");
  EXPECT_EQ(one.close_reason, "no suite in common");
  EXPECT_EQ(one.conversation.ending, Ending::closed);
  EXPECT_EQ(one.conversation.ended_by, From::server);
  EXPECT_EQ(observe::facts_of(one.conversation).text(evidence::Kind::alert), "handshake_failure");
}

TEST(QuicFlow, AClosedConnectionMayBeNoAlert) {
  Watch watch;
  const QuicPeers peers;
  watch.from_client(peers.client_initial(0, crypto(hello())));
  watch.from_server(peers.server_initial(0, close_frame(0x0b, "bad token")));
  const Handshake& one = watch.finish().at(0);
  EXPECT_EQ(one.history, "C");
  EXPECT_EQ(one.close_reason, "INVALID_TOKEN: bad token");
  EXPECT_EQ(one.conversation.ending, Ending::closed);
  EXPECT_EQ(one.conversation.ended_by, From::server);
  Watch calm;
  calm.from_client(peers.client_initial(0, crypto(hello())));
  calm.from_client(peers.client_initial(1, close_frame(0, "")));
  EXPECT_EQ(calm.finish().at(0).close_reason, "");
  EXPECT_EQ(calm.seen[0].conversation.ended_by, From::client);
}

// RFC 9001 5.2, RFC 9000 17.2.5.
TEST(QuicFlow, ARetryChangesTheKeysAndMaybeTheHello) {
  for (const bool same_hello : {true, false}) {
    Watch watch;
    QuicPeers peers;
    watch.from_client(peers.client_initial(0, crypto(hello())));
    base::Writer retry;
    retry.u8(0xf0);
    retry.u32(1);
    retry.prefixed8([&] { retry.bytes(peers.client_id); });
    retry.prefixed8([&] { retry.bytes(Bytes{9, 9, 9, 9, 9, 9, 9, 9}); });
    retry.text("the token and its tag, sixteen");
    watch.from_server(retry.data());
    peers.original = Bytes(8, 9);
    peers.token = Bytes{1, 2, 3};
    watch.from_client(peers.client_initial(1, crypto(hello(same_hello ? 7 : 8))));
    watch.from_server(peers.server_initial(0, crypto(answer())));
    ASSERT_EQ(watch.finish().size(), 1U);
    EXPECT_EQ(watch.seen[0].history, same_hello ? "Cs" : "CCs") << "quiche writes another one";
  }
}

TEST(QuicFlow, KeysStayWhenTheClientUsesTheServersId) {
  Watch watch;
  QuicPeers peers;
  const Bytes whole = hello();
  const ByteView view(whole);
  watch.from_client(peers.client_initial(0, crypto_frame(0, view.first(60))));
  watch.from_server(peers.server_initial(0, Bytes{1}));
  peers.keys_from = peers.original;
  peers.original = peers.server_id;
  watch.from_client(peers.client_initial(1, crypto_frame(60, view.subspan(60))));
  EXPECT_EQ(watch.finish().at(0).history, "C");
  EXPECT_EQ(watch.seen.size(), 1U);

  Watch blind;  // the server's packet was not captured: nothing but the keys tells whose it is
  QuicPeers again;
  blind.from_client(again.client_initial(0, crypto_frame(0, view.first(60))));
  again.keys_from = again.original;
  again.original = again.server_id;
  blind.from_client(again.client_initial(1, crypto_frame(60, view.subspan(60))));
  EXPECT_EQ(blind.finish().at(0).history, "C");
  EXPECT_EQ(blind.seen.size(), 1U);
}

TEST(QuicFlow, SeveralConnectionsOfOnePairOfPorts) {
  Watch watch;
  QuicPeers one, two;
  two.original = Bytes(8, 0x22);
  two.client_id = Bytes{0xc9};
  two.server_id = Bytes(5, 0x59);
  watch.from_client(one.client_initial(0, crypto(hello(7))));
  watch.from_client(two.client_initial(0, crypto(hello(8))));
  watch.from_server(two.server_initial(0, crypto(answer(0x1302))));
  watch.from_server(one.server_initial(0, close_frame(0x150, "")));
  const auto& seen = watch.finish();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].history, "Cl");
  EXPECT_EQ(seen[1].history, "Cs");
  EXPECT_EQ(seen[1].number, 2U);
}

// RFC 9000 6, RFC 8999 6.
TEST(QuicFlow, VersionNegotiationIsPartOfTheHandshake) {
  Watch watch;
  QuicPeers first;
  first.version = 0xff00001d;
  watch.from_client(first.client_initial(0, crypto(hello(7))));
  base::Writer list;
  list.u8(0xc0);
  list.u32(0);
  list.prefixed8([&] { list.bytes(first.client_id); });
  list.prefixed8([&] { list.bytes(first.original); });
  list.u32(1);
  list.u32(0x6b3343cf);
  watch.from_server(list.data());
  QuicPeers second;
  second.original = Bytes(8, 0x31);
  watch.from_client(second.client_initial(0, crypto(hello(8))));
  watch.from_server(second.server_initial(0, crypto(answer())));
  ASSERT_EQ(watch.finish().size(), 1U);
  EXPECT_EQ(watch.seen[0].history, "CCs");
  EXPECT_EQ(watch.seen[0].quic_versions, (std::vector<std::uint32_t>{1, 0x6b3343cf}));
}

// RFC 9368 2.3: the server may go on in another version; its keys come from the same id.
TEST(QuicFlow, ACompatibleVersionIsFollowed) {
  Watch watch;
  QuicPeers peers;
  watch.from_client(peers.client_initial(0, crypto(hello())));
  peers.version = 0x6b3343cf;
  watch.from_server(peers.server_initial(0, crypto(answer())));
  EXPECT_EQ(watch.finish().at(0).history, "Cs");
}

TEST(QuicFlow, AnUnknownVersionIsTriedWithTheKnownSalts) {
  QuicPeers peers;
  Bytes packet = peers.client_initial(0, crypto(hello()));
  // The version is authenticated but takes no part in the keys: sealed anew under the same ones.
  QuicPeers odd;
  const auto keys = peers.keys(true);
  base::Writer header;
  header.u8(0xc1);
  header.u32(0x12345678);
  header.prefixed8([&] { header.bytes(odd.original); });
  header.prefixed8([&] { header.bytes(odd.client_id); });
  wire::write_varint(header, 0);
  Bytes payload = crypto(hello());
  payload.resize(1200);
  wire::write_varint(header, 2 + payload.size() + 16);
  header.u16(0);
  Watch watch;
  watch.from_client(crypto::seal_quic(keys, header.data(), 2, 0, payload));
  EXPECT_EQ(watch.finish().at(0).history, "C");
}

TEST(QuicFlow, WithoutTheFirstInitialItSaysSo) {
  Watch watch;
  const QuicPeers peers;
  watch.from_server(peers.server_initial(0, crypto(answer())));
  watch.from_server(peers.handshake(false, 0, Bytes(800, 1), other_keys()));
  EXPECT_TRUE(watch.finish().empty());
  using Notes = std::vector<std::pair<std::string, std::uint64_t>>;
  EXPECT_EQ(watch.flows.undecoded(), (Notes{{"QUIC whose first packets are not in the capture", 2}}));

  Watch strange;
  Bytes datagram(1200, 0x55);
  base::Writer header;
  header.u8(0xc0);
  header.u32(0x12345678);
  header.prefixed8([&] { header.bytes(peers.original); });
  header.prefixed8([&] { header.bytes(peers.client_id); });
  header.u8(0);
  header.u16(0x4480);  // 1152 bytes follow
  std::copy(header.data().begin(), header.data().end(), datagram.begin());
  strange.from_client(datagram);
  EXPECT_TRUE(strange.finish().empty());
  EXPECT_EQ(strange.flows.undecoded(), (Notes{{"QUIC in a version that is not known here (0x12345678)", 1}}));

  Watch late;  // the captured order is not the sent one
  late.from_server(peers.server_initial(0, crypto(answer())));
  late.from_client(peers.client_initial(0, crypto(hello())));
  ASSERT_EQ(late.finish().size(), 1U);
  EXPECT_EQ(late.seen[0].history, "sC");
  EXPECT_EQ(late.seen[0].first.packet, 1U);
  EXPECT_EQ(late.seen[0].client, late.client);
}

TEST(QuicFlow, APartOfAHelloIsNoHello) {
  Watch watch;
  const QuicPeers peers;
  const Bytes whole = hello();
  watch.from_client(peers.client_initial(0, crypto_frame(50, ByteView(whole).subspan(50))));
  const Handshake& one = watch.finish().at(0);
  EXPECT_EQ(one.history, "");
  EXPECT_EQ(one.sight.client_lost, 50U);
  EXPECT_TRUE(one.sight.begins_midway);
}

TEST(QuicFlow, OpensWhatTheKeyLogAllows) {
  const registry::Suite& suite = *registry::suite(0x1301);
  const auto keys = [&](std::uint8_t seed) { return crypto::quic_keys(suite, Bytes(32, seed), crypto::QuicLabels::v1); };
  const auto run = [&](bool overtaken) {
    auto watch = std::make_unique<Watch>(true);
    const auto line = [&](const char* label, std::uint8_t seed) {
      watch->keys.add(std::string(label) + " " + base::hex(Bytes(32, 7)) + " " + base::hex(Bytes(32, seed)) + "\n");
    };
    line("CLIENT_HANDSHAKE_TRAFFIC_SECRET", 1);
    line("SERVER_HANDSHAKE_TRAFFIC_SECRET", 2);
    line("CLIENT_TRAFFIC_SECRET_0", 3);
    line("SERVER_TRAFFIC_SECRET_0", 4);
    const QuicPeers peers;
    watch->from_client(peers.client_initial(0, crypto(hello())));
    const Bytes first = peers.server_initial(0, crypto(answer()));
    const Bytes second = peers.handshake(false, 0, crypto(wire::handshake_message(encrypted_extensions, Bytes{0, 0})), keys(2));
    watch->from_server(overtaken ? second : first);
    watch->from_server(overtaken ? first : second);
    watch->from_client(peers.handshake(true, 0, crypto(wire::handshake_message(finished, Bytes(32, 1))), keys(1)));
    watch->from_client(peers.short_packet(true, 0, Bytes{0x0a, 0x00, 0x02, 0x68, 0x69}, keys(3)));
    watch->from_server(peers.short_packet(false, 0, close_frame(0x100 + 116, "certificate required"), keys(4)));
    return watch;
  };
  const auto straight = run(false);
  const Handshake& one = straight->finish().at(0);
  EXPECT_EQ(one.history, "CsoFDl");
  EXPECT_EQ(one.close_reason, "certificate required");
  EXPECT_FALSE(one.conversation.established);
  EXPECT_EQ(one.conversation.ended_by, From::server);
  EXPECT_TRUE(one.conversation.events.back().encrypted);
  EXPECT_EQ(run(true)->finish().at(0).history, "CosFDl") << "a packet that overtook the ServerHello";
}

TEST(QuicFlow, WrongSecretsOpenNothing) {
  Watch watch(true);
  watch.keys.add("SERVER_HANDSHAKE_TRAFFIC_SECRET " + base::hex(Bytes(32, 7)) + " " + base::hex(Bytes(32, 77)) + "\n");
  talk(watch, QuicPeers());
  EXPECT_EQ(watch.finish().at(0).history, "CsqqQDd");
}

RC_GTEST_PROP(QuicFlow, AnyCutOrderAndRepetitionOfCryptoGivesTheSameHello, ()) {
  const Bytes whole = hello();
  std::vector<Bytes> frames;
  for (std::size_t begin = 0; begin < whole.size();) {
    const auto size = *rc::gen::inRange<std::size_t>(1, whole.size() - begin + 1);
    const auto back = *rc::gen::inRange<std::size_t>(0, begin + 1);
    frames.push_back(crypto_frame(begin - back, ByteView(whole).subspan(begin - back, size + back)));
    begin += size;
  }
  const QuicPeers peers;
  std::vector<Bytes> datagrams;
  std::uint64_t number = 0;
  while (!frames.empty()) {
    Bytes payload;
    do {
      payload = payload + frames.back();
      if (*rc::gen::arbitrary<bool>()) payload.push_back(0x01);  // PING
      frames.pop_back();
    } while (!frames.empty() && payload.size() + frames.back().size() < 1150 && *rc::gen::arbitrary<bool>());
    datagrams.push_back(peers.client_initial(number++, payload));
    if (*rc::gen::arbitrary<bool>()) datagrams.push_back(datagrams.back());
  }
  Watch watch;
  for (const Bytes& each : wire::shuffled(datagrams)) watch.from_client(each);
  RC_ASSERT(watch.finish().size() == 1U);
  RC_ASSERT(watch.seen[0].history == "C");
  RC_ASSERT(watch.seen[0].conversation.events[0].raw == whole);
}

}  // namespace
}  // namespace whytls::sources::capture
