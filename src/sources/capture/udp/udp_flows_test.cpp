// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/udp/udp_flows.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.h"
#include "sources/capture/udp/testing.h"
#include "wire/dtls_builder.h"

namespace whytls::sources::capture {
namespace {

using built::Bytes;
using built::ByteView;
using built::QuicPeers, built::Watch;
using wire::built::operator+;  // NOLINT(misc-unused-using-decls): clang-tidy 14 overlooks operators
using enum wire::HandshakeType;

Bytes hello(std::uint8_t random = 7) {
  wire::ClientHello made = built::client_hello(random);
  made.legacy_version = 0xfefd;
  return wire::built::dtls_message(client_hello, 0, wire::built::with_cookie(made, {}));
}

RC_GTEST_PROP(UdpFlows, NoiseIsNoHandshake, ()) {
  Watch watch;
  for (int i = 0; i < 20; ++i) watch.from_client(*rc::gen::arbitrary<Bytes>());
  RC_ASSERT(watch.finish().empty());
}

TEST(UdpFlows, OtherProtocolsAreNoHandshakes) {
  Watch watch;
  watch.from_client(*base::unhex("1a2b0100000100000000000003777777076578616d706c6503636f6d0000010001"));  // DNS
  watch.from_client(*base::unhex("000100002112a442694b7464723047424e555163"));                            // STUN
  watch.from_client(Bytes{0x80, 0x60, 1, 2} + Bytes(160, 0x55));                                          // RTP
  watch.from_client(Bytes{0x23, 0x02, 0x0a, 0x20} + Bytes(44, 0));                                        // NTP
  watch.from_client(Bytes{0x16, 0x03, 0x03, 0x00, 0x20} + Bytes(32, 1));                                  // TLS, which is for TCP
  watch.from_client(Bytes(1300, 0xc0));
  watch.from_client({});
  EXPECT_TRUE(watch.finish().empty());
  EXPECT_TRUE(watch.flows.undecoded().empty());
}

TEST(UdpFlows, FindsHandshakesOnAnyPortBesideOtherTraffic) {
  Watch watch;
  watch.server.port = 5349;
  watch.from_client(*base::unhex("000100002112a442694b7464723047424e555163"));
  watch.from_client(hello());
  watch.from_server(*base::unhex("010100002112a442694b7464723047424e555163"));
  watch.from_server(Bytes{0x80, 0x60, 1, 2} + Bytes(160, 0x55));
  watch.from_server(wire::built::dtls_message(server_hello, 0, wire::build(built::server_hello(0xfefd, 0xc02b))));
  EXPECT_EQ(watch.finish().at(0).history, "Cs");
}

// RFC 8656 11, 12.4.
TEST(UdpFlows, LooksIntoTurn) {
  const Bytes inner = hello();
  base::Writer channel;
  channel.u16(0x4001);
  channel.prefixed16([&] { channel.bytes(inner); });
  Watch watch;
  watch.from_client(channel.data());
  EXPECT_EQ(watch.finish().size(), 1U);
  base::Writer indication;
  indication.u16(0x0016);
  indication.u16(static_cast<std::uint16_t>(12 + 4 + inner.size()));
  indication.bytes(*base::unhex("2112a442613365423342 6a4d44413652"));
  indication.bytes(*base::unhex("001200080001cebd33d1a03b"));
  indication.u16(0x0013);
  indication.prefixed16([&] { indication.bytes(inner); });
  Watch other;
  other.from_client(indication.data());
  EXPECT_EQ(other.finish().size(), 1U);
  const Bytes cut(indication.data().begin(), indication.data().begin() + 60);
  EXPECT_EQ(inside_turn(cut).size(), cut.size()) << "an attribute that does not fit is not followed";
}

TEST(UdpFlows, CountsGooglesOwnQuic) {
  Watch watch;
  const Bytes old = Bytes{0x0d} + Bytes(8, 0xaa) + Bytes{'Q', '0', '4', '3'} + Bytes(100, 1);
  watch.from_client(old);
  watch.from_client(old);
  EXPECT_TRUE(watch.finish().empty());
  using Notes = std::vector<std::pair<std::string, std::uint64_t>>;
  EXPECT_EQ(watch.flows.undecoded(), (Notes{{"Google's own QUIC, whose handshake is no TLS", 2}}));
}

TEST(UdpFlows, ASilentFlowIsOverInTime) {
  Watch watch;
  watch.from_client(hello());
  watch.now += 122 * built::second;
  watch.send(watch.server, built::endpoint("203.0.113.9", 53), Bytes(30, 1));
  ASSERT_EQ(watch.seen.size(), 1U);
  EXPECT_EQ(watch.seen[0].conversation.ending, observe::Ending::timeout);
  EXPECT_FALSE(watch.seen[0].sight.cut_off);
  EXPECT_EQ(watch.flows.flows(), 0U);
  EXPECT_EQ(watch.flows.memory(), 0U);
}

TEST(UdpFlows, TooManyFlowsLetTheOldestGo) {
  Watch watch(false, {.memory = 100'000, .flows = 1000});
  for (std::uint16_t port = 1024; port < 3024; ++port, watch.now -= 9'000'000)
    watch.send({watch.client.address, port}, watch.server, hello());
  EXPECT_LE(watch.flows.memory(), 100'000U);
  EXPECT_GT(watch.flows.evicted(), 0U);
  EXPECT_EQ(watch.seen.size(), watch.flows.evicted());
  EXPECT_EQ(watch.finish().size(), 2000U) << "none is forgotten";
  EXPECT_EQ(watch.seen[0].client.port, 1024);
  EXPECT_TRUE(watch.seen[0].sight.cut_off);
}

TEST(UdpFlows, ThePairOfPortsMayBeTheSameOnBothSides) {
  Watch watch;
  watch.client = built::endpoint("::1", 4433);
  watch.server = built::endpoint("::1", 4434);
  watch.from_client(hello());
  watch.from_server(wire::built::dtls_record(21, 0xfefd, 0, 0, Bytes{2, 70}));
  const Handshake& one = watch.finish().at(0);
  EXPECT_EQ(one.history, "Cl");
  EXPECT_EQ(one.server.text(), "[::1]:4434");
}

TEST(UdpFlows, DtlsAndQuicMayShareTheirPorts) {
  Watch watch;
  const QuicPeers peers;
  watch.from_client(hello());
  watch.from_client(
      peers.client_initial(0, built::crypto_frame(0, wire::handshake_message(client_hello, wire::build(built::client_hello(9))))));
  ASSERT_EQ(watch.finish().size(), 2U);
  EXPECT_EQ(watch.seen[0].carrier, Carrier::dtls);
  EXPECT_EQ(watch.seen[1].carrier, Carrier::quic);
}

}  // namespace
}  // namespace whytls::sources::capture
