// SPDX-License-Identifier: Apache-2.0
// How handshakes over datagrams stand, where nobody says so.
#include "sources/capture/standing.h"

#include <gtest/gtest.h>

#include "sources/capture/udp/testing.h"
#include "wire/dtls_builder.h"

namespace whytls::sources::capture {
namespace {

using built::Bytes;
using built::close_frame, built::crypto_frame;
using built::QuicPeers, built::Watch;
using wire::built::operator+;  // NOLINT(misc-unused-using-decls): clang-tidy 14 overlooks operators
using enum wire::HandshakeType;

Bytes hello() { return crypto_frame(0, wire::handshake_message(client_hello, wire::build(built::client_hello(7)))); }
Bytes answer() { return crypto_frame(0, wire::handshake_message(server_hello, wire::build(built::server_hello(0x0304, 0x1301)))); }

TEST(DatagramStanding, AClientThatGivesUpAfterLongWaitingHadNoAnswer) {
  Watch watch;
  const QuicPeers peers;
  watch.from_client(peers.client_initial(0, hello()));
  watch.from_server(peers.server_initial(0, Bytes{1}));
  watch.now += 4 * built::second;
  watch.from_client(peers.client_initial(1, close_frame(0, "No recent network activity")));
  const Assessment late = assess(watch.finish().at(0));
  EXPECT_EQ(late.standing, Standing::failed);
  EXPECT_EQ(late.failure, "timeout");
  EXPECT_EQ(late.stage, "client-hello");
  Watch quick;
  quick.from_client(peers.client_initial(0, hello()));
  quick.from_client(peers.client_initial(1, close_frame(0, "")));
  EXPECT_EQ(assess(quick.finish().at(0)).standing, Standing::abandoned);
}

TEST(DatagramStanding, SilenceInTheMiddleIsCalledSilence) {
  Watch watch;
  const QuicPeers peers;
  watch.from_client(peers.client_initial(0, hello()));
  watch.from_server(peers.server_initial(0, answer()) + peers.handshake(false, 0, Bytes(800, 1), built::other_keys()));
  watch.now += 130 * built::second;
  watch.flows.expire(watch.now);
  ASSERT_EQ(watch.seen.size(), 1U);
  const Assessment one = assess(watch.seen[0]);
  EXPECT_EQ(one.standing, Standing::abandoned);
  EXPECT_EQ(one.text, "the client says nothing more after the server's protected handshake record");
}

TEST(DatagramStanding, AnEstablishedOneIsComplete) {
  Watch watch;
  const QuicPeers peers;
  watch.from_client(peers.client_initial(0, hello()));
  watch.from_server(peers.server_initial(0, answer()));
  watch.from_client(peers.short_packet(true, 0, Bytes(40, 1), built::other_keys()));
  watch.from_server(peers.short_packet(false, 0, Bytes(40, 1), built::other_keys()));
  EXPECT_EQ(assess(watch.finish().at(0)).standing, Standing::complete);
}

}  // namespace
}  // namespace whytls::sources::capture
