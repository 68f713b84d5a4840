// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/standing.h"

#include <gtest/gtest.h>

#include "sources/capture/last_words.h"
#include "sources/capture/tls/testing.h"

namespace whytls::sources::capture {
namespace {

using namespace testing;

Bytes flight_13() { return join({server_hello(0x0304, 0x1301), ccs(), sealed(30), sealed(900), sealed(281), sealed(53)}); }

/// A client's answer to a flight of TLS 1.3, and how that stands.
Assessment answered_with(const Bytes& answer, const Bytes& then = {}) {
  Watch watch;
  watch.client(client_hello()).server(flight_13()).client(answer);
  if (!then.empty()) watch.server(then);
  return assess(watch.end().at(0));
}

TEST(Standing, AProtectedRecordOfTheSizeOfAnAlertRefusesTheServersFlight) {
  for (const std::size_t size : {19U, 35U}) {  // JSSE fills its records with 16 zeros
    const Assessment a = answered_with(sealed(size));
    EXPECT_EQ(a.standing, Standing::failed) << size;
    EXPECT_TRUE(a.encrypted_alert_by_client) << size;
    EXPECT_EQ(a.stage, "certificate");
  }
}

TEST(Standing, ARecordOfTheSizeOfAFinishedCompletes) {
  for (const std::size_t size : {53U, 69U}) EXPECT_EQ(answered_with(sealed(size)).standing, Standing::complete) << size;
}

TEST(Standing, AnAlertToAnEmptyCertificateIsAboutThatCertificate) {
  for (const std::size_t padding : {0U, 16U}) {
    const Assessment a = answered_with(join({sealed(25 + padding), sealed(53 + padding)}), sealed(19 + padding));
    EXPECT_TRUE(a.encrypted_alert_by_server) << padding;
    EXPECT_TRUE(a.flight.client_certificate_empty) << padding;
    EXPECT_EQ(a.stage, "client-certificate");
  }
}

TEST(Standing, AHiddenAlertBehindTheClientsFinishedRefuses) {
  const auto answered = [](const Bytes& last) {
    Watch watch;
    watch.client(client_hello()).server(join({server_hello(0x0303, 0xc02f), message(wire::HandshakeType::server_hello_done, {})}));
    watch.client(join({message(wire::HandshakeType::client_key_exchange, {1, 5}), ccs(), sealed_handshake(), last}));
    return assess(watch.closes(End::opener).end().at(0));
  };
  const Assessment refused = answered(record(wire::ContentType::alert, Bytes(26, 0xcc)));
  EXPECT_EQ(refused.standing, Standing::failed);
  EXPECT_TRUE(refused.encrypted_alert_by_client);
  EXPECT_EQ(answered({}).standing, Standing::abandoned);
}

TEST(Standing, WhoeverClosesAfterTheClientsCloseNotifyTheClientWent) {
  const Bytes flight = join({server_hello(0x0303, 0xc02f), message(wire::HandshakeType::server_hello_done, {})});
  Watch leaves, stays;
  leaves.client(client_hello()).server(flight).client(alert(1, 0)).closes(End::answerer);
  EXPECT_EQ(assess(leaves.end().at(0)).standing, Standing::abandoned);
  stays.client(client_hello()).server(join({flight, alert(1, 0)})).client(alert(1, 0)).closes(End::answerer);
  EXPECT_TRUE(assess(stays.end().at(0)).ended_by_server);
}

TEST(Standing, AFinishedAloneIsNoCertificate) {
  EXPECT_FALSE(answered_with(sealed(69)).flight.client_certificate);
  EXPECT_TRUE(answered_with(sealed(900)).flight.client_certificate);
}

TEST(Standing, AnAlertAfterSecondsOfSilenceIsImpatience) {
  Watch watch;
  const auto& found = watch.client(client_hello()).server(flight_13()).waits(5000).client(sealed(19)).end();
  const Assessment a = assess(found.at(0));
  EXPECT_EQ(a.failure, "timeout");
  EXPECT_FALSE(a.encrypted_alert_by_client);
}

TEST(Standing, AnAlertThatAnswersTheServersCloseExplainsNothing) {
  Watch late, early;
  late.client(client_hello()).closes(End::answerer).client(alert(2, 50));
  const Handshake& closed = late.end().at(0);
  EXPECT_TRUE(assess(closed).ended_by_server);
  EXPECT_EQ(judged_conversation(closed).events.size(), 1U);
  early.client(client_hello()).server(server_hello(0x0303, 0xc02f)).client(alert(2, 50)).closes(End::answerer);
  EXPECT_EQ(judged_conversation(early.end().at(0)).events.size(), 3U);
}

TEST(Standing, AServersDecodeErrorThatAnswersTheClientsCloseExplainsNothing) {
  const Bytes flight = join({server_hello(0x0303, 0xc02f), message(wire::HandshakeType::server_hello_done, {})});
  Watch late, early;
  late.client(client_hello()).server(flight).closes(End::opener).server(alert(2, 50));
  EXPECT_EQ(assess(late.end().at(0)).standing, Standing::abandoned);
  early.client(client_hello()).closes(End::opener).server(alert(2, 50));  // half a connection is left, for the answer to the hello
  EXPECT_EQ(assess(early.end().at(0)).standing, Standing::failed);
}

TEST(Standing, ASpareConnectionIsAbandonedAndALongWaitIsNot) {
  Watch spare, patient;
  EXPECT_EQ(assess(spare.client(client_hello()).waits(40).closes(End::opener).end().at(0)).standing, Standing::abandoned);
  const Assessment waited = assess(patient.client(client_hello()).waits(5000).closes(End::opener).end().at(0));
  EXPECT_EQ(waited.standing, Standing::failed);
  EXPECT_EQ(waited.failure, "timeout");
}

TEST(Standing, APieceOfARecordIsNoPlaintext) {
  Watch piece, plain;
  piece.client(client_hello()).server({0x16, 3, 3, 0, 0x7a}).waits(6000).closes(End::opener);
  const Handshake& cut = piece.end().at(0);
  EXPECT_TRUE(judged_conversation(cut).not_tls.empty());
  EXPECT_EQ(assess(cut).failure, "timeout");
  plain.client(client_hello()).server(text("HTTP/1.1 400 Bad Request\r\n\r\n")).closes(End::answerer);
  const Handshake& http = plain.end().at(0);
  EXPECT_FALSE(judged_conversation(http).not_tls.empty());
  EXPECT_EQ(assess(http).standing, Standing::failed);
}

TEST(Standing, AnAlertAboutPlaintextIsNoMoreThanThat) {
  Watch watch;
  watch.client(client_hello()).server(text("RFB 003.008\n")).client(alert(2, 10)).closes(End::opener);
  const observe::Conversation judged = judged_conversation(watch.end().at(0));
  EXPECT_FALSE(judged.not_tls.empty());
  EXPECT_EQ(judged.events.size(), 1U);
}

TEST(Standing, WhatIsNoRecordBehindAFatalAlertExplainsNothing) {
  for (const std::uint8_t about : Bytes{45, 50}) {  // certificate_expired, decode_error
    Watch watch;
    Handshake h = watch.client(client_hello()).server(server_hello(0x0303, 0xc02f)).client(alert(2, about)).end().at(0);
    h.conversation.malformed = "what follows is no TLS record";
    EXPECT_EQ(judged_conversation(h).malformed.empty(), about == 45);
  }
}

TEST(Standing, BytesThatNeverReachedTheClientAreNoFaultOfTheCapture) {
  for (const bool reached : {false, true}) {
    Watch watch;
    watch.client(client_hello()).lost(End::answerer, 2896).server(Bytes(300, 0x80)).waits(6000).closes(End::opener);
    watch.tcp.ends[1].unacknowledged = reached ? 0 : 3196;
    const Assessment a = assess(watch.end().at(0));
    EXPECT_EQ(a.standing, reached ? Standing::unseen : Standing::failed);
    EXPECT_EQ(a.failure, reached ? "" : "timeout");
  }
}

/// A connection of which no byte is seen.
Handshake silent() {
  Handshake h;
  for (TcpEnd& end : h.tcp.ends) end.packets = 2, end.syn = true;
  h.first = {1, Watch::start};
  h.last = {4, Watch::start + 1'000'000};
  return h;
}

TEST(Standing, AConnectionWithoutAWordIsNobodysFault) {
  Handshake unused = silent();
  unused.tcp.ends[0].fin = {3, Watch::start};
  unused.tcp.ends[1].fin = {4, Watch::start};
  EXPECT_EQ(assess(unused).standing, Standing::abandoned);
  Handshake scan = silent();
  scan.tcp.ends[0].reset = {3, Watch::start};
  EXPECT_EQ(assess(scan).standing, Standing::abandoned);
}

TEST(Standing, AServerThatResetsBeforeAWordOrRefusesHasFailed) {
  Handshake reset = silent();
  reset.tcp.ends[1].reset = {3, Watch::start};
  EXPECT_EQ(assess(reset).failure, "reset");
  EXPECT_EQ(assess(reset).stage, "client-hello");
  Handshake refused = silent();
  refused.tcp.refused = true;
  EXPECT_EQ(assess(refused).failure, "refused");
}

/// A ClientHello over UDP that went out so often.
Handshake over_datagrams(Carrier carrier, std::uint32_t times) {
  Watch watch;
  Handshake h = watch.client(client_hello()).end().at(0);
  h.carrier = carrier;
  h.tcp.ends[0].retransmissions = times - 1;
  h.tcp.ends[1].packets = 0;
  h.sight.server_missing = true;
  h.last.at = h.first.at + 7'000'000'000;
  return h;
}

TEST(Standing, AHelloOverDatagramsFailedOnceItWasRepeatedInVain) {
  for (const Carrier carrier : {Carrier::dtls, Carrier::quic}) {
    EXPECT_EQ(assess(over_datagrams(carrier, 1)).standing, Standing::unseen);
    const Assessment a = assess(over_datagrams(carrier, 3));
    EXPECT_EQ(a.standing, Standing::failed);
    EXPECT_EQ(a.failure, "timeout");
    EXPECT_EQ(a.stage, "client-hello");
  }
}

TEST(Standing, OverDatagramsIcmpAndACloseAreAnswers) {
  Handshake unreachable = over_datagrams(Carrier::dtls, 1);
  unreachable.conversation.ending = observe::Ending::unreachable;
  EXPECT_EQ(assess(unreachable).failure, "unreachable");
  Handshake closed = over_datagrams(Carrier::quic, 1);
  closed.conversation.ending = observe::Ending::closed;
  closed.conversation.ended_by = observe::From::server;
  EXPECT_TRUE(assess(closed).ended_by_server);
  closed.conversation.ended_by = observe::From::client;
  EXPECT_EQ(assess(closed).failure, "timeout");  // it waited for seconds
  closed.last.at = closed.first.at + 40'000'000;
  EXPECT_EQ(assess(closed).standing, Standing::abandoned);
}

}  // namespace
}  // namespace whytls::sources::capture
