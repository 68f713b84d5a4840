// SPDX-License-Identifier: Apache-2.0
// How connections begin, go on and end: what a reader is told of them.
#include "sources/capture/tcp/reassembly.h"

#include <gtest/gtest.h>

#include "sources/capture/capture_builder.h"
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

struct Reassembly : testing::Test {
  Script script;
  Talk talk{script, client, server};
  Recorder recorder;

  const built::Heard& only() {
    recorder.all(script);
    EXPECT_EQ(recorder.heard.size(), 1U);
    return recorder[0];
  }
};

TEST_F(Reassembly, AWholeConnection) {
  talk.open().from_client(bytes("hello")).from_server(bytes("good day"), 3).close();
  const auto& heard = only();
  EXPECT_EQ(heard.opener, client);
  EXPECT_EQ(heard.answerer, server);
  EXPECT_EQ(heard.number, 1U);
  EXPECT_EQ(heard.first, 1U);
  EXPECT_EQ(heard.opened(), "hello");
  EXPECT_EQ(heard.answered(), "good day");
  EXPECT_EQ(heard.order, "CsssFf");
  EXPECT_EQ(heard.over, Over::closed);
}

TEST_F(Reassembly, OfEither6or4AndAcrossTheEndOfTheNumbers) {
  Talk over(script, endpoint("2001:db8::1", 1), endpoint("2001:db8::2", 2), 0xfffffffe, 0xffffffff);
  over.open().from_client(bytes("abcdef"), 4).from_server(bytes("uvwxyz"), 1).close();
  const auto& heard = only();
  EXPECT_EQ(heard.opened(), "abcdef");
  EXPECT_EQ(heard.answered(), "uvwxyz");
  EXPECT_EQ(heard.over, Over::closed);
}

TEST_F(Reassembly, WhatComesEarlyWaits) {
  talk.open();
  const std::uint32_t at = talk.client.next;
  talk.segment(talk.client, at + 6, Segment::ack, bytes("ghi"));
  talk.segment(talk.client, at + 3, Segment::ack, bytes("def"));
  talk.segment(talk.client, at, Segment::ack, bytes("abc"));
  talk.client.next += 9;
  talk.ack_by(talk.server).close();
  const auto& heard = only();
  EXPECT_EQ(heard.opened(), "abcdefghi");
  EXPECT_EQ(heard.end(End::opener).missing, 0U);
  EXPECT_EQ(heard.end(End::opener).retransmissions, 0U);
}

TEST_F(Reassembly, TheFirstBytesSeenWinAndOthersAreCounted) {
  talk.open();
  const std::uint32_t at = talk.client.next;
  talk.segment(talk.client, at, Segment::ack, bytes("abcd"));
  talk.segment(talk.client, at + 2, Segment::ack, bytes("cXef"));  // handed over before: one byte differs
  talk.segment(talk.client, at + 10, Segment::ack, bytes("klmn"));
  talk.segment(talk.client, at + 8, Segment::ack, bytes("ijYZmnop"));  // waiting before: two differ
  talk.segment(talk.client, at + 6, Segment::ack, bytes("gh"));
  talk.client.next += 16;
  talk.ack_by(talk.server).close();
  const auto& heard = only();
  EXPECT_EQ(heard.opened(), "abcdefghijklmnop");
  EXPECT_EQ(heard.end(End::opener).conflicting_bytes, 3U);
  EXPECT_EQ(heard.end(End::opener).retransmissions, 2U);
  EXPECT_EQ(heard.end(End::opener).bytes, 16U);
}

TEST_F(Reassembly, AHoleIsFilledOnlyWithWhatIsMissing) {
  talk.open();
  const std::uint32_t at = talk.client.next;
  talk.segment(talk.client, at + 2, Segment::ack, bytes("cd"));
  talk.segment(talk.client, at + 6, Segment::ack, bytes("gh"));
  talk.segment(talk.client, at, Segment::ack, bytes("abCDefGHij"));
  talk.client.next += 10;
  const auto& heard = only();
  EXPECT_EQ(heard.opened(), "abcdefghij");
  EXPECT_EQ(heard.end(End::opener).conflicting_bytes, 4U);
}

TEST_F(Reassembly, WhatWasAcknowledgedAndNeverSeenIsAGapOnceLaterDataCame) {
  talk.open();
  talk.client.next += 5;  // lost to the capture
  talk.ack_by(talk.server);
  talk.from_client(bytes("later"));
  for (int i = 0; i < 20; ++i) talk.from_server(bytes("x"));
  talk.from_client(bytes("!"));
  const auto& heard = only();
  EXPECT_EQ(heard.opened(), "[gap 5]later!");
  EXPECT_LT(heard.order.find('G'), heard.order.rfind('s')) << "said before the end: " << heard.order;
  EXPECT_EQ(heard.end(End::opener).missing, 5U);
  EXPECT_EQ(heard.end(End::opener).bytes, 6U);
}

TEST_F(Reassembly, AnAcknowledgmentCapturedBeforeItsDataIsNoGap) {
  talk.open();
  const std::uint32_t at = talk.client.next;
  talk.client.next += 5;
  talk.ack_by(talk.server).send(talk.client, Segment::ack, bytes("world"));
  talk.segment(talk.client, at, Segment::ack, bytes("hello"));
  talk.close();
  EXPECT_EQ(only().opened(), "helloworld");
}

TEST_F(Reassembly, WhatWasNeverAcknowledgedIsAGapOnlyAtTheEnd) {
  talk.open();
  talk.client.next += 5;
  talk.from_client(bytes("later"), 1448, false);
  for (int i = 0; i < 20; ++i) talk.segment(talk.server, talk.server.next, Segment::ack, {});
  recorder.all(script);
  EXPECT_EQ(recorder[0].opened(), "[gap 5]later");
  EXPECT_EQ(recorder[0].order, "GC");
}

TEST_F(Reassembly, WithOneDirectionOnlyAHoleIsGivenUpWhenMuchWaitsBehindIt) {
  talk.send(talk.client, Segment::syn, {});
  talk.client.next += 100;
  for (int i = 0; i < 300; ++i) talk.send(talk.client, Segment::ack, built::Bytes(1448, 'x'));
  talk.client.next += 7;
  talk.send(talk.client, Segment::ack, bytes("end"));
  recorder.all(script);
  ASSERT_EQ(recorder.heard.size(), 1U);
  EXPECT_TRUE(recorder[0].opened().starts_with("[gap 100]xxx"));
  EXPECT_TRUE(recorder[0].opened().ends_with("x[gap 7]end"));
  EXPECT_EQ(recorder[0].end(End::opener).missing, 107U);
  EXPECT_EQ(recorder.tcp.given_up(), 100U);
  EXPECT_FALSE(recorder[0].facts.begins_midway);
}

TEST_F(Reassembly, AnEndThatIsNotInTheCaptureHasNoGapsButWhatItMissesIsCounted) {
  talk.send(talk.client, Segment::syn, {});
  ++talk.server.next;
  talk.ack_by(talk.client).from_client(bytes("ask"), 1448, false);
  talk.server.next += 1000;
  talk.ack_by(talk.client);
  const auto& heard = only();
  EXPECT_EQ(heard.answered(), "");
  EXPECT_EQ(heard.opened(), "ask");
  EXPECT_EQ(heard.end(End::answerer).missing, 1000U);
  EXPECT_EQ(heard.end(End::answerer).packets, 0U);
}

TEST_F(Reassembly, ACutPacketIsAGapAtOnce) {
  talk.open();
  talk.from_client(bytes("0123456789"));
  auto& cut = script.frames[3];
  cut.original_size = static_cast<std::uint32_t>(cut.bytes.size());
  cut.bytes.resize(cut.bytes.size() - 4);
  talk.from_client(bytes("more")).close();
  const auto& heard = only();
  EXPECT_EQ(heard.opened(), "012345[gap 4]more");
  EXPECT_EQ(heard.end(End::opener).largest_segment, 10U);
  EXPECT_EQ(heard.end(End::opener).missing, 4U);
}

TEST_F(Reassembly, KeepAlivesAreNoData) {
  talk.open().from_client(bytes("abc"));
  talk.segment(talk.client, talk.client.next - 1, Segment::ack, bytes("?"));
  talk.ack_by(talk.server);
  talk.segment(talk.client, talk.client.next - 1, Segment::ack, {});
  talk.from_client(bytes("def"));
  const auto& heard = only();
  EXPECT_EQ(heard.opened(), "abcdef");
  EXPECT_EQ(heard.end(End::opener).retransmissions, 0U);
  EXPECT_EQ(heard.end(End::opener).conflicting_bytes, 0U);
}

TEST_F(Reassembly, AKeepAliveWithWhichTheCaptureBeginsIsNoDataEither) {
  talk.segment(talk.client, talk.client.next - 1, Segment::ack, bytes("?"));
  talk.from_client(bytes("abc"));
  EXPECT_EQ(only().opened(), "abc");
}

TEST_F(Reassembly, DataInTheSynCountsOnceThoughItIsSentAgain) {
  talk.segment(talk.client, talk.client.next, Segment::syn, bytes("early"));
  ++talk.client.next;
  talk.send(talk.server, Segment::syn | Segment::ack, {});  // acknowledges the SYN alone
  talk.from_client(bytes("early and more")).close();
  const auto& heard = only();
  EXPECT_EQ(heard.opened(), "early and more");
  EXPECT_EQ(heard.end(End::opener).retransmissions, 1U);
}

TEST_F(Reassembly, TheSamePacketCapturedTwiceIsOne) {
  talk.open().from_client(bytes("abc")).from_server(bytes("def"));
  Script twice;
  for (const auto& frame : script.frames)
    for (int i = 0; i < 2; ++i) {
      twice.add(frame.bytes).at = frame.at + i * 1000;
      if (i == 1) --twice.frames.back().bytes[22];      // behind a router: one hop less
      if (i == 0) twice.frames.back().bytes[50] ^= 1U;  // and before the network card: no checksum yet
    }
  recorder.all(twice);
  EXPECT_EQ(recorder[0].opened(), "abc");
  EXPECT_EQ(recorder[0].end(End::opener).retransmissions, 0U);
  EXPECT_EQ(recorder[0].end(End::opener).packets, 4U);
  EXPECT_EQ(recorder[0].end(End::opener).hop_limit, 64);
}

TEST_F(Reassembly, TheSameBytesSentAgainAreTwoPackets) {
  talk.open();
  const std::uint32_t at = talk.client.next;
  talk.from_client(bytes("abc"), 1448, false);
  talk.segment(talk.client, at, Segment::psh | Segment::ack, bytes("abc"));  // another IPv4 identification
  const auto& heard = only();
  EXPECT_EQ(heard.opened(), "abc");
  EXPECT_EQ(heard.end(End::opener).retransmissions, 1U);
  EXPECT_EQ(heard.end(End::opener).packets, 4U);
}

TEST_F(Reassembly, BegunInTheMiddleWhoSpeaksFirstIsTheOpener) {
  talk.ack_by(talk.server).from_client(bytes("abc")).from_server(bytes("def"));
  const auto& heard = only();
  EXPECT_EQ(heard.opener, client);
  EXPECT_TRUE(heard.facts.begins_midway);
  EXPECT_EQ(heard.opened(), "abc");
  EXPECT_EQ(heard.answered(), "def");
  EXPECT_EQ(heard.end(End::answerer).packets, 3U);
  EXPECT_EQ(heard.first, 1U);
  EXPECT_EQ(heard.over, Over::capture_ended);
}

TEST_F(Reassembly, WhereOnlyTheSynAckWasSeenItsReceiverIsTheOpener) {
  ++talk.client.next;
  talk.send(talk.server, Segment::syn | Segment::ack, {}).from_server(bytes("220")).from_client(bytes("EHLO"));
  const auto& heard = only();
  EXPECT_EQ(heard.opener, client);
  EXPECT_FALSE(heard.facts.begins_midway);
  EXPECT_EQ(heard.answered(), "220");
  EXPECT_EQ(heard.opened(), "EHLO");
}

TEST_F(Reassembly, ASynCapturedBehindTheSynAckIsOfTheSameConnection) {
  talk.open().from_client(bytes("abc")).close();
  std::swap(script.frames[0].bytes, script.frames[1].bytes);
  EXPECT_EQ(only().opener, client);
  Recorder late;
  std::swap(script.frames[0].bytes, script.frames[2].bytes);  // ACK, SYN, SYN-ACK … of the same client
  late.all(script);
  EXPECT_EQ(late.heard.size(), 1U);
  EXPECT_EQ(late[0].opened(), "abc");
}

TEST_F(Reassembly, BothMayCloseAtOnce) {
  talk.open().from_client(bytes("abc"));
  const std::uint32_t ours = talk.client.next, theirs = talk.server.next;
  talk.segment(talk.client, ours, Segment::fin | Segment::ack, {});
  talk.segment(talk.server, theirs, Segment::fin | Segment::ack, {});
  ++talk.client.next;
  ++talk.server.next;
  talk.ack_by(talk.client).ack_by(talk.server);
  const auto& heard = only();
  EXPECT_EQ(heard.order, "CFf");
  EXPECT_EQ(heard.over, Over::closed);
}

TEST_F(Reassembly, DataMayFollowTheOtherEndsFin) {
  talk.open().from_client(bytes("ask")).fin_by(talk.client).from_server(bytes("answer")).fin_by(talk.server).ack_by(talk.client);
  const auto& heard = only();
  EXPECT_EQ(heard.order, "CFsf");
  EXPECT_EQ(heard.answered(), "answer");
}

TEST_F(Reassembly, AFinThatComesEarlyWaitsForItsData) {
  talk.open();
  const std::uint32_t at = talk.client.next;
  talk.segment(talk.client, at + 3, Segment::fin | Segment::ack, bytes("def"));
  talk.segment(talk.client, at, Segment::ack, bytes("abc"));
  EXPECT_EQ(only().order, "CCF");
}

TEST_F(Reassembly, AResetEndsIt) {
  talk.open().from_client(bytes("ask")).reset_by(talk.server);
  const auto& heard = only();
  EXPECT_EQ(heard.over, Over::reset);
  EXPECT_EQ(heard.end(End::answerer).reset.packet, 6U);
  EXPECT_TRUE(heard.end(End::answerer).reset_in_window);
  EXPECT_FALSE(heard.facts.refused);
  EXPECT_EQ(heard.order, "C");
}

TEST_F(Reassembly, WhatWasUnderWayAtAResetIsStillRead) {
  talk.open().from_client(bytes("ask"));
  talk.reset_by(talk.client).send(talk.server, Segment::ack, bytes("alert"));
  talk.segment(talk.client, talk.client.next, Segment::rst, {});
  recorder.all(script);
  ASSERT_EQ(recorder.heard.size(), 1U);
  EXPECT_EQ(recorder[0].answered(), "alert");
  EXPECT_EQ(recorder[0].over, Over::reset);
}

TEST_F(Reassembly, AResetOutsideTheWindowEndsNothing) {
  talk.open().from_client(bytes("ask"));
  talk.segment(talk.server, talk.server.next + 5000, Segment::rst, {}).at += 1;
  talk.from_server(bytes("answer")).close();
  const auto& heard = only();
  EXPECT_EQ(heard.answered(), "answer");
  EXPECT_FALSE(heard.end(End::answerer).reset_in_window);
  EXPECT_EQ(heard.end(End::answerer).reset.packet, 6U);
}

TEST_F(Reassembly, APayloadOfAResetIsNoData) {
  talk.open();
  talk.segment(talk.server, talk.server.next, Segment::rst | Segment::ack, bytes("Go away"));
  EXPECT_EQ(only().answered(), "");
}

TEST_F(Reassembly, ASynThatIsRefused) {
  talk.send(talk.client, Segment::syn, {});
  talk.segment(talk.server, 0, Segment::rst | Segment::ack, {});
  const auto& heard = only();
  EXPECT_TRUE(heard.facts.refused);
  EXPECT_EQ(heard.over, Over::reset);
  EXPECT_EQ(heard.order, "");
}

TEST_F(Reassembly, ASynThatNobodyAnswers) {
  talk.segment(talk.client, talk.client.next, Segment::syn, {});
  talk.segment(talk.client, talk.client.next, Segment::syn, {});
  const auto& heard = only();
  EXPECT_EQ(heard.over, Over::capture_ended);
  EXPECT_EQ(heard.end(End::opener).packets, 2U);
  EXPECT_EQ(heard.end(End::answerer).packets, 0U);
  EXPECT_FALSE(heard.facts.refused);
}

TEST_F(Reassembly, PortsUsedAgainAreAnotherConnection) {
  talk.open().from_client(bytes("first"));
  Talk again(script, client, server, 500000, 600000);
  again.open().from_client(bytes("second")).close();
  recorder.all(script);
  ASSERT_EQ(recorder.heard.size(), 2U);
  EXPECT_EQ(recorder[0].opened(), "first");
  EXPECT_EQ(recorder[0].over, Over::reused);
  EXPECT_EQ(recorder[1].opened(), "second");
  EXPECT_EQ(recorder[1].number, 2U);
}

TEST_F(Reassembly, PortsUsedAgainAfterTheEndAreToo) {
  talk.open().close();
  Talk again(script, client, server, 500000, 600000);
  again.open().from_client(bytes("second")).close();
  Talk other_way(script, server, client, 700000, 800000);
  other_way.open().from_client(bytes("third")).close();
  recorder.all(script);
  ASSERT_EQ(recorder.heard.size(), 3U);
  EXPECT_EQ(recorder[0].over, Over::closed);
  EXPECT_EQ(recorder[1].opened(), "second");
  EXPECT_EQ(recorder[2].opener, server);
}

TEST_F(Reassembly, LatePacketsOfAConnectionThatIsOverMakeNone) {
  talk.open().from_client(bytes("abc")).close();
  script.wait(10 * second);
  talk.segment(talk.client, 1000, Segment::syn, {});
  talk.fin_by(talk.server).ack_by(talk.client);
  recorder.all(script);
  EXPECT_EQ(recorder.heard.size(), 1U);
  EXPECT_EQ(recorder.connections, 1U);
}

TEST_F(Reassembly, OfTwoSynAcksTheOneThatIsAcknowledgedHolds) {
  for (const bool first : {true, false}) {
    Script two;
    Talk of(two, client, server);
    of.send(of.client, Segment::syn, {}).send(of.server, Segment::syn | Segment::ack, {});
    const std::uint32_t one = of.server.next;
    of.segment(of.server, 77777, Segment::syn | Segment::ack, {});
    of.server.next = first ? one : 77778;
    of.ack_by(of.client).from_client(bytes("ask")).from_server(bytes("answer"));
    Recorder heard;
    heard.all(two);
    ASSERT_EQ(heard.heard.size(), 1U);
    EXPECT_EQ(heard[0].answered(), "answer");
    EXPECT_EQ(heard[0].end(End::answerer).missing, 0U);
  }
}

TEST_F(Reassembly, AStrayAnswerBeforeTheSynAckIsForgotten) {
  talk.send(talk.client, Segment::syn, {});
  talk.segment(talk.server, 123456789, Segment::ack, {});  // of an older connection (RFC 9293 3.5.1)
  talk.send(talk.server, Segment::syn | Segment::ack, {}).ack_by(talk.client).from_server(bytes("220")).close();
  const auto& heard = only();
  EXPECT_EQ(heard.answered(), "220");
  EXPECT_EQ(heard.over, Over::closed);
}

TEST_F(Reassembly, WhatAReaderNeedNotSeeIsNeitherHandedOverNorAGap) {
  recorder.answer = [](End, base::ByteView seen) { return base::text(seen).starts_with("length 8") ? std::uint64_t{8} : 0; };
  talk.open().from_client(bytes("length 8"));
  const std::uint32_t at = talk.client.next;
  talk.segment(talk.client, at + 6, Segment::ack, bytes("ghNEXT"));  // before what is first: nobody waits for that
  talk.segment(talk.client, at, Segment::ack, bytes("abc"));
  talk.client.next += 12;
  talk.ack_by(talk.server).from_client(bytes("!")).close();
  const auto& heard = only();
  EXPECT_EQ(heard.opened(), "length 8NEXT!");
  EXPECT_EQ(heard.end(End::opener).missing, 3U);
  EXPECT_EQ(heard.end(End::opener).bytes, 18U);
  EXPECT_EQ(heard.end(End::opener).retransmissions, 0U);
}

TEST_F(Reassembly, WhatWaitedAndIsNotNeededAnyMoreIsLetGo) {
  recorder.answer = [](End, base::ByteView) { return std::uint64_t{6}; };
  talk.open();
  const std::uint32_t at = talk.client.next;
  talk.segment(talk.client, at + 2, Segment::ack, bytes("cd"));
  talk.segment(talk.client, at + 6, Segment::ack, bytes("gh"));
  talk.segment(talk.client, at, Segment::ack, bytes("ab"));  // c to h are not needed
  talk.client.next += 8;
  talk.from_client(bytes("ij"));
  const auto& heard = only();
  EXPECT_EQ(heard.opened(), "abij");
  EXPECT_EQ(heard.end(End::opener).missing, 2U);
}

TEST_F(Reassembly, AReaderThatWantsNoMoreIsToldOfTheEndsOnly) {
  recorder.answer = [](End, base::ByteView) { return StreamReader::none_any_more; };
  talk.open().from_client(bytes("abc")).from_server(bytes("def")).from_client(bytes("ghi")).from_server(bytes("jkl")).close();
  const auto& heard = only();
  EXPECT_EQ(heard.order, "CsFf");
  EXPECT_EQ(heard.end(End::opener).bytes, 6U);
  EXPECT_EQ(heard.over, Over::closed);
}

TEST_F(Reassembly, WhereNoReaderIsWantedNothingIsKept) {
  recorder.wanted = false;
  talk.open().from_client(bytes("abc")).close();
  recorder.all(script);
  EXPECT_EQ(recorder.heard.size(), 1U);
  EXPECT_LT(recorder.tcp.memory(), 20000U);
}

}  // namespace
}  // namespace whytls::sources::capture
