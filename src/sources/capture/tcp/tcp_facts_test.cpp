// SPDX-License-Identifier: Apache-2.0
// Each field of TcpFacts, with a twin for which it stays away; bounds of time and memory.
#include <gtest/gtest.h>

#include "sources/capture/capture_builder.h"
#include "sources/capture/stream.h"
#include "sources/capture/tcp/recorder.h"

namespace whytls::sources::capture {
namespace {

using built::bytes;
using built::endpoint;
using built::Recorder;
using built::Script;
using built::Talk;
using Over = StreamReader::Over;

const Endpoint client = endpoint("192.0.2.1", 40000), server = endpoint("192.0.2.2", 443);
constexpr std::int64_t second = 1'000'000'000;

struct Facts : testing::Test {
  Script script;
  Talk talk{script, client, server};
  Recorder recorder;

  const TcpFacts& facts() {
    recorder.all(script);
    EXPECT_EQ(recorder.heard.size(), 1U);
    return recorder[0].facts;
  }
  const TcpEnd& opener() { return facts().ends[0]; }
};

TEST_F(Facts, PacketsAndTimesAndWhatTheIpHeaderSays) {
  talk.open().from_client(bytes("abc")).from_server(bytes("defgh")).close();
  const TcpFacts& of = facts();
  EXPECT_EQ(of.ends[0].packets, 6U);
  EXPECT_EQ(of.ends[1].packets, 4U);
  EXPECT_EQ(of.ends[0].bytes, 3U);
  EXPECT_EQ(of.ends[1].bytes, 5U);
  EXPECT_EQ(of.ends[0].largest_segment, 3);
  EXPECT_EQ(of.ends[0].first.packet, 1U);
  EXPECT_EQ(of.ends[0].last.packet, 10U);
  EXPECT_EQ(of.ends[1].first.at, Script::begin + Script::millisecond);
  EXPECT_EQ(of.ends[0].fin.packet, 8U);
  EXPECT_EQ(of.ends[1].fin.packet, 9U);
  EXPECT_TRUE(of.ends[0].syn && of.ends[1].syn);
  EXPECT_EQ(of.ends[0].hop_limit, 64);
  EXPECT_EQ(of.ends[1].hop_limit, 57);
  EXPECT_EQ(of.ends[0].first_id, 100);
  EXPECT_EQ(of.ends[0].last_id, 105);
  EXPECT_EQ(of.ends[0].unacknowledged, 0U);
  EXPECT_EQ(of.ends[0].reset.packet, 0U);
  EXPECT_FALSE(of.begins_midway || of.refused || of.icmp || of.icmp_mtu);
}

TEST_F(Facts, TheRoundTripIsThatOfTheSynAndItsAcknowledgment) {
  talk.send(talk.client, Segment::syn, {});
  script.wait(29 * Script::millisecond);
  talk.send(talk.server, Segment::syn | Segment::ack, {});
  script.wait(9 * Script::millisecond);
  talk.ack_by(talk.client);
  script.wait(second);
  talk.from_client(bytes("x"));
  EXPECT_EQ(facts().round_trip, 40 * Script::millisecond);
}

TEST_F(Facts, WithoutTheAckItIsThatOfTheSynAck) {
  talk.segment(talk.client, talk.client.next, Segment::syn, {});
  script.wait(second);
  talk.send(talk.client, Segment::syn, {});
  script.wait(4 * Script::millisecond);
  talk.send(talk.server, Segment::syn | Segment::ack, {});
  EXPECT_EQ(facts().round_trip, 5 * Script::millisecond);
}

TEST_F(Facts, MidwayThereIsNone) {
  talk.from_client(bytes("abc")).from_server(bytes("x"));
  EXPECT_EQ(facts().round_trip, 0);
  EXPECT_TRUE(recorder[0].facts.begins_midway);
}

TEST_F(Facts, ALargeSegmentSentAgainAndNeverAcknowledged) {
  talk.open().from_client(built::Bytes(100, 'a'));
  const std::uint32_t at = talk.client.next;
  for (int i = 0; i < 3; ++i) talk.segment(talk.client, at, Segment::ack, built::Bytes(1400, 'b'));
  const TcpEnd& of = opener();
  EXPECT_EQ(of.retransmissions, 2U);
  EXPECT_EQ(of.unacknowledged, 1400U);
  EXPECT_EQ(of.largest_unacknowledged, 1400U);
  EXPECT_EQ(of.largest_segment, 1400);
}

TEST_F(Facts, OnceAcknowledgedItIsNone) {
  talk.open();
  const std::uint32_t at = talk.client.next;
  for (int i = 0; i < 3; ++i) talk.segment(talk.client, at, Segment::ack, built::Bytes(1400, 'b'));
  talk.client.next += 1400;
  talk.ack_by(talk.server);
  const TcpEnd& of = opener();
  EXPECT_EQ(of.retransmissions, 2U);
  EXPECT_EQ(of.unacknowledged, 0U);
  EXPECT_EQ(of.largest_unacknowledged, 0U);
}

TEST_F(Facts, AWindowThatIsClosedAndStaysClosed) {
  talk.open().from_server(bytes("abc"));
  talk.client.window = 0;
  talk.ack_by(talk.client);
  EXPECT_TRUE(opener().closed_window);
  EXPECT_FALSE(recorder[0].facts.ends[1].closed_window);
}

TEST_F(Facts, AWindowThatOpensAgainOrIsOfAReset) {
  talk.open();
  talk.client.window = 0;
  talk.ack_by(talk.client);
  talk.client.window = 100;
  talk.ack_by(talk.client);
  talk.client.window = 0;
  talk.reset_by(talk.client);
  EXPECT_FALSE(opener().closed_window);
}

TEST_F(Facts, AResetThatAnotherSent) {
  talk.open().from_client(bytes("hello"));
  talk.server.hop_limit = 201;
  talk.server.id = 4242;
  talk.reset_by(talk.server);
  const TcpEnd& of = facts().ends[1];
  EXPECT_EQ(of.hop_limit, 57);
  EXPECT_EQ(of.reset_hop_limit, 201);
  EXPECT_EQ(of.reset_id, 4242);
  EXPECT_EQ(of.last_id, 501);
  EXPECT_TRUE(of.reset_in_window);
  EXPECT_EQ(of.reset.at, script.frames.back().at);
}

TEST_F(Facts, AResetWhoseDataComesBehindItInTheCaptureIsInOrderThen) {
  talk.open();
  const std::uint32_t at = talk.server.next;
  talk.segment(talk.server, at + 5, Segment::rst, {});
  talk.segment(talk.server, at, Segment::ack, bytes("alert"));
  recorder.all(script);
  EXPECT_EQ(recorder[0].over, Over::reset);
  EXPECT_EQ(recorder[0].answered(), "alert");
}

built::Bytes icmp_about(const Script::Frame& frame, std::uint8_t type, std::uint8_t code, std::uint16_t mtu) {
  base::Writer out;
  out.u8(type);
  out.u8(code);
  out.u16(0);
  out.u16(0);
  out.u16(mtu);
  out.bytes(base::ByteView(frame.bytes).subspan(14, 28));
  return out.take();
}

TEST_F(Facts, AnIcmpErrorIsOfTheConnectionThatItQuotes) {
  talk.open().from_client(built::Bytes(1400, 'x'), 1448, false);
  const Address router = built::address("198.51.100.1");
  script.add(built::frame(router, built::ip(router, client.address, 1, icmp_about(script.frames.back(), 3, 4, 1280))));
  const TcpFacts& of = facts();
  EXPECT_EQ(of.icmp, 0x0304);
  EXPECT_EQ(of.icmp_mtu, 1280);
  EXPECT_EQ(of.icmp_from, "198.51.100.1");
}

TEST_F(Facts, AnIcmpErrorAboutAnotherIsNot) {
  talk.open();
  Script others;
  Talk other(others, client, endpoint("192.0.2.3", 443));
  other.open();
  const Address router = built::address("198.51.100.1");
  script.add(built::frame(router, built::ip(router, client.address, 1, icmp_about(others.frames.front(), 3, 1, 0))));
  EXPECT_FALSE(facts().icmp);
}

TEST(Bounds, ASilentConnectionIsOverAfterAWhileOfCaptureTime) {
  Script script;
  Talk silent(script, client, server);
  silent.open().from_client(bytes("abc"));
  for (int i = 0; i < 700; ++i) {
    Talk(script, endpoint("192.0.2.9", static_cast<std::uint16_t>(i + 1)), server).open().close();
    script.wait(second);
  }
  Recorder recorder;
  script.each([&](const Packet& packet) { recorder.decoder.feed(packet); });
  const auto& heard = *std::find_if(recorder.heard.begin(), recorder.heard.end(), [](const auto& one) { return one->opener == client; });
  EXPECT_EQ(heard->over, Over::idle);
  EXPECT_EQ(recorder.tcp.evicted(), 0U);
}

TEST(Bounds, OneTimeFarInTheFutureDoesNotEndAll) {
  Script script;
  std::vector<Talk> talks;
  for (std::uint16_t i = 0; i < 50; ++i) talks.emplace_back(script, endpoint("192.0.2.9", i), server).open();
  Talk(script, client, server).open();
  script.frames.back().at += 1'000'000 * second;
  for (Talk& talk : talks) talk.from_client(bytes("abc")).close();
  Recorder recorder;
  recorder.all(script);
  std::size_t closed = 0;
  for (const auto& heard : recorder.heard) closed += heard->over == Over::closed && heard->opened() == "abc" ? 1U : 0U;
  EXPECT_GE(closed, 48U);
}

TEST(Bounds, WhereThereAreTooManyTheLongestSilentGo) {
  TcpLimits limits;
  limits.memory = 1U << 20U;
  Recorder recorder(limits);
  Script script;
  for (std::uint32_t i = 0; i < 20000; ++i)
    Talk(script, endpoint("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250), 1), server).start();
  std::size_t most = 0;
  script.each([&](const Packet& packet) {
    recorder.decoder.feed(packet);
    most = std::max(most, recorder.tcp.memory());
  });
  EXPECT_LE(most, limits.memory + 4096);
  EXPECT_GT(recorder.tcp.evicted(), 10000U);
  EXPECT_EQ(recorder.connections, 20000U);
  EXPECT_EQ(recorder[0].over, Over::evicted);
  EXPECT_EQ(recorder[0].opener.address, built::address("10.0.0.0"));
  recorder.tcp.finish();
  EXPECT_EQ(recorder.heard.size(), 20000U);
}

TEST(Bounds, WhatWaitsIsBoundedForAllTogether) {
  TcpLimits limits;
  limits.early = 100000;
  Recorder recorder(limits);
  Script script;
  for (std::uint16_t i = 0; i < 100; ++i) {
    Talk talk(script, endpoint("10.0.0.1", i), server);
    talk.open();
    talk.client.next += 10;
    for (int j = 0; j < 5; ++j) talk.from_client(built::Bytes(1000, 'x'), 1448, false);
  }
  recorder.all(script);
  EXPECT_GT(recorder.tcp.given_up(), 10U * 50);
  for (const auto& heard : recorder.heard) EXPECT_EQ(heard->end(End::opener).bytes, 5000U);
}

TEST(Bounds, AConnectionThatNobodyReadsCostsLessThanAHundredBytes) {
  Recorder recorder;
  recorder.wanted = false;
  Script script;
  for (std::uint16_t i = 0; i < 20000; ++i) {
    Talk talk(script, endpoint("10.0.0.1", i), server);
    talk.open().from_client(bytes("x"));
  }
  recorder.all(script);
  EXPECT_LT(recorder.tcp.memory(), 20000U * 100);
}

}  // namespace
}  // namespace whytls::sources::capture
