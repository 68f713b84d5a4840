// SPDX-License-Identifier: Apache-2.0
#include "observe/conversation.h"

#include <gtest/gtest.h>

#include "wire/compressed_certificate.h"

namespace whytls::observe {
namespace {

using evidence::Answer;
using evidence::Kind;
using enum wire::HandshakeType;

Event message(From from, wire::HandshakeType type, base::ByteView body) {
  Event event;
  event.from = from;
  event.type = type;
  event.raw = wire::handshake_message(type, body);
  return event;
}

Event alert(From from, std::uint8_t level, std::uint8_t description) {
  Event event;
  event.kind = Event::Kind::alert;
  event.from = from;
  event.alert = {level, description};
  return event;
}

wire::ClientHello hello_of(const std::vector<std::uint16_t>& versions) {
  wire::ClientHello hello;
  hello.random = base::Bytes(32, 7);
  hello.cipher_suites = {0x1301, 0xc02f};
  hello.extensions = {wire::server_name_extension("a.example"), wire::supported_versions_extension(versions),
                      wire::supported_groups_extension({29}), wire::signature_algorithms_extension({0x0403})};
  return hello;
}

Conversation begun() {
  Conversation c;
  c.port = 443;
  c.events.push_back(message(From::client, client_hello, wire::build(hello_of({0x0304, 0x0303}))));
  return c;
}

wire::ServerHello server_hello_of(std::uint16_t version, std::uint16_t suite) {
  wire::ServerHello hello;
  hello.legacy_version = version;
  hello.random = base::Bytes(32, 9);
  hello.cipher_suite = suite;
  return hello;
}

TEST(Conversation, AnAlertInAnswerToTheHelloStopsAtTheHello) {
  Conversation c = begun();
  c.events.push_back(alert(From::server, 2, 40));
  const auto facts = facts_of(c);
  EXPECT_EQ(facts.text(Kind::failed_stage), "client-hello");
  EXPECT_EQ(facts.text(Kind::alert), "handshake_failure");
  EXPECT_EQ(facts.text(Kind::alert_from), "server");
  EXPECT_EQ(facts.is(Kind::requests_certificate), Answer::unknown) << "nothing was seen that could tell";
  EXPECT_EQ(facts.list(Kind::offered_versions), (std::vector<std::string>{"tls1.3", "tls1.2"}));
  EXPECT_EQ(facts.text(Kind::offered_server_name), "a.example");
}

/// A Certificate message of TLS 1.3 as RFC 8879 packs it, by zstd in a block that is not compressed.
base::Bytes packed_chain(const base::Bytes& leaf) {
  const base::Bytes plain = wire::build(wire::CertificateMessage{{}, {{leaf, {}}}, {}}, true);
  const auto size = static_cast<std::uint8_t>(plain.size());
  base::Bytes frame{0x28, 0xb5, 0x2f, 0xfd, 0x20, size, static_cast<std::uint8_t>(size << 3U | 1U), static_cast<std::uint8_t>(size >> 5U),
                    0};
  frame.insert(frame.end(), plain.begin(), plain.end());
  return wire::build(wire::CompressedCertificate{wire::certificate_compression::zstd, size, frame, {}});
}

Conversation with_packed_chain(const base::Bytes& body) {
  Conversation c = begun();
  wire::ServerHello hello = server_hello_of(0x0303, 0x1301);
  hello.has_extensions = true;
  hello.extensions = {{43, {3, 4}}};
  c.events.push_back(message(From::server, server_hello, wire::build(hello)));
  c.events.push_back(message(From::server, encrypted_extensions, base::Bytes{0, 0}));
  c.events.push_back(message(From::server, compressed_certificate, body));
  return c;
}

TEST(Conversation, ACompressedCertificateIsACertificate) {
  const Conversation c = with_packed_chain(packed_chain({0x30, 1, 2}));
  base::Bytes room;
  ASSERT_EQ(server_chain(c).size(), 1U);
  EXPECT_EQ(server_chain(c)[0], (base::Bytes{0x30, 1, 2}));
  EXPECT_EQ(base::text(server_leaf(c, room)), base::text(base::Bytes{0x30, 1, 2}));
  EXPECT_EQ(stage_of(c), "key-exchange");
  EXPECT_EQ(facts_of(c).find(Kind::violation), nullptr);
}

TEST(Conversation, WhatAServerSaysOfTheProtocolBehindItsHelloIsNotTheEnd) {
  Conversation c = with_packed_chain({});
  c.events.resize(2);
  Event hidden;
  hidden.from = From::server;
  hidden.encrypted = hidden.opaque = true;
  c.events.push_back(hidden);
  c.events.push_back(alert(From::server, 2, 120));
  EXPECT_EQ(stage_of(c), "certificate");
  c.events.back().alert.description = 80;
  EXPECT_EQ(stage_of(c), "finished");
}

TEST(Conversation, ACompressedCertificateThatDoesNotUnpackBreaksTheProtocol) {
  base::Bytes body = packed_chain({0x30, 1, 2});
  body[4] ^= 1;  // the size that it says
  const Conversation c = with_packed_chain(body);
  base::Bytes room;
  EXPECT_TRUE(server_chain(c).empty());
  EXPECT_TRUE(server_leaf(c, room).empty());
  EXPECT_EQ(facts_of(c).text(Kind::violation_by), "server");
}

TEST(Conversation, ACertificatePackedInAnUnknownWayIsPassedOver) {
  base::Bytes body = packed_chain({0x30, 1, 2});
  body[0] = 0x40;
  const Conversation c = with_packed_chain(body);
  EXPECT_TRUE(server_chain(c).empty());
  EXPECT_EQ(stage_of(c), "key-exchange");
  EXPECT_EQ(facts_of(c).find(Kind::violation), nullptr);
}

TEST(Conversation, AWarningEndsNothing) {
  Conversation c = begun();
  c.events.push_back(alert(From::server, 1, 112));
  c.ending = Ending::closed;
  const auto facts = facts_of(c);
  EXPECT_EQ(facts.text(Kind::failure), "closed");
  EXPECT_EQ(facts.text(Kind::alert_warning, "unrecognized_name"), "unrecognized_name");
}

TEST(Conversation, BytesThatAreNoTlsAreNamed) {
  Conversation c = begun();
  const base::ByteView http = base::view("HTTP/1.1 400 Bad Request\r\n\r\n");
  c.not_tls.assign(http.begin(), http.end());
  c.ending = Ending::closed;
  const auto facts = facts_of(c);
  EXPECT_EQ(facts.text(Kind::failure), "plaintext");
  EXPECT_EQ(facts.text(Kind::plaintext_protocol), "http");
}

TEST(Conversation, TheFlightOfTls12IsReadToTheRequestForACertificate) {
  Conversation c = begun();
  c.events.push_back(message(From::server, server_hello, wire::build(server_hello_of(0x0303, 0xc02f))));
  c.events.push_back(message(From::server, certificate, wire::build(wire::CertificateMessage{}, false)));
  const base::Bytes request{1, 1, 0, 2, 4, 3, 0, 0};
  c.events.push_back(message(From::server, certificate_request, request));
  c.events.push_back(message(From::server, server_hello_done, {}));
  c.events.push_back(message(From::client, certificate, wire::build(wire::CertificateMessage{}, false)));
  c.events.push_back(alert(From::server, 2, 40));
  const auto facts = facts_of(c);
  EXPECT_EQ(facts.text(Kind::failed_stage), "client-certificate");
  EXPECT_EQ(facts.is(Kind::requests_certificate), Answer::yes);
  EXPECT_EQ(facts.is(Kind::client_certificate_sent), Answer::no);
  EXPECT_EQ(facts.text(Kind::selected_version), "tls1.2");
  EXPECT_EQ(facts.is(Kind::secure_renegotiation), Answer::no);
}

TEST(Conversation, AChoiceThatWasNotOfferedIsAViolationButAnOlderVersionIsNot) {
  Conversation bad = begun();
  bad.events.push_back(message(From::server, server_hello, wire::build(server_hello_of(0x0303, 0x009c))));
  EXPECT_EQ(facts_of(bad).is(Kind::violation_is_choice), Answer::yes);
  Conversation older = begun();
  older.events.push_back(message(From::server, server_hello, wire::build(server_hello_of(0x0301, 0xc02f))));
  EXPECT_EQ(facts_of(older).is(Kind::violation_is_choice), Answer::unknown);
}

TEST(Conversation, TheDowngradeSentinelCountsOnlyWhereMoreWasOffered) {
  wire::ServerHello hello = server_hello_of(0x0303, 0xc02f);
  const base::ByteView mark = base::view("DOWNGRD\x01");
  std::copy(mark.begin(), mark.end(), hello.random.end() - 8);
  Conversation c = begun();
  c.events.push_back(message(From::server, server_hello, wire::build(hello)));
  EXPECT_EQ(facts_of(c).is(Kind::downgrade_sentinel), Answer::yes);
  Conversation modest;
  modest.events.push_back(message(From::client, client_hello, wire::build(hello_of({0x0303}))));
  modest.events.push_back(message(From::server, server_hello, wire::build(hello)));
  EXPECT_EQ(facts_of(modest).is(Kind::downgrade_sentinel), Answer::unknown);
}

wire::ClientHello datagram_hello(std::vector<std::uint16_t> versions) {
  wire::ClientHello hello = hello_of(std::move(versions));
  hello.legacy_version = 0xfefd;
  return hello;
}

TEST(Conversation, WhatTheClientSaysOfAHiddenCertificateIsAboutTheCertificate) {
  Conversation c = begun();
  wire::ServerHello hello = server_hello_of(0x0303, 0x1301);
  hello.has_extensions = true;
  hello.extensions = {wire::Extension{43, {3, 4}}};
  c.events.push_back(message(From::server, server_hello, wire::build(hello)));
  Event hidden;
  hidden.from = From::server;
  hidden.opaque = hidden.encrypted = true;
  c.events.push_back(hidden);
  EXPECT_EQ(stage_of(c), "finished");
  c.events.push_back(alert(From::client, 2, 48));
  EXPECT_EQ(stage_of(c), "certificate");
  c.events.back() = alert(From::client, 2, 80);
  EXPECT_EQ(stage_of(c), "finished") << "another trouble of the client";
  c.events.back() = alert(From::server, 2, 48);
  EXPECT_EQ(stage_of(c), "finished") << "the server speaks of the client's certificate";
}

TEST(Conversation, DatagramsHaveTheRulesOfTheirVersionOfTls) {
  Conversation c;
  wire::ClientHello old = datagram_hello({});
  old.cipher_suites = {0xc014};
  std::erase_if(old.extensions, [](const wire::Extension& each) { return each.type == 43; });
  c.events.push_back(message(From::client, client_hello, wire::build(old)));
  c.events.push_back(message(From::server, hello_verify_request, {}));
  c.events.push_back(message(From::client, client_hello, wire::build(old)));
  c.events.push_back(message(From::server, server_hello, wire::build(server_hello_of(0xfeff, 0xc014))));
  base::Writer exchange;  // an ECDHE key without an algorithm before its signature: RFC 4492 5.4, as TLS 1.1 has it
  exchange.u8(3);
  exchange.u16(23);
  exchange.prefixed8([&] { exchange.bytes(base::Bytes(65, 4)); });
  exchange.prefixed16([&] { exchange.bytes(base::Bytes(64, 1)); });
  c.events.push_back(message(From::server, certificate, wire::build(wire::CertificateMessage{}, false)));
  c.events.push_back(message(From::server, server_key_exchange, exchange.data()));
  const auto facts = facts_of(c);
  EXPECT_EQ(facts.text(Kind::selected_version), "dtls1.0");
  EXPECT_EQ(facts.text(Kind::selected_group), "secp256r1");
  EXPECT_EQ(facts.text(Kind::violation), "");
  EXPECT_EQ(facts.text(Kind::failed_stage), "key-exchange");
}

TEST(Conversation, Dtls13IsReadAsTls13) {
  Conversation c;
  c.events.push_back(message(From::client, client_hello, wire::build(datagram_hello({0xfefc, 0xfefd}))));
  wire::ServerHello hello = server_hello_of(0xfefd, 0x1301);
  hello.has_extensions = true;
  hello.extensions = {wire::Extension{43, {0xfe, 0xfc}}};
  c.events.push_back(message(From::server, server_hello, wire::build(hello)));
  c.events.push_back(message(From::server, encrypted_extensions, base::Bytes{0, 0}));
  const auto facts = facts_of(c);
  EXPECT_EQ(facts.text(Kind::selected_version), "dtls1.3");
  EXPECT_EQ(facts.text(Kind::violation), "") << "encrypted_extensions follow the hello";
  c.events[1] = message(From::server, server_hello, wire::build(server_hello_of(0xfefd, 0xc02f)));
  EXPECT_NE(facts_of(c).text(Kind::violation), "") << "in DTLS 1.2 they do not";
}

TEST(Conversation, AnAlertUnderADamagedHeaderIsNoTlsAndKnownByItsShape) {
  Conversation c = begun();
  c.not_tls = {0, 0, 0, 0, 2, 2, 40};
  const auto facts = facts_of(c);
  EXPECT_EQ(facts.text(Kind::failure), "plaintext");
  EXPECT_EQ(facts.text(Kind::plaintext_protocol), "damaged-alert");
  EXPECT_EQ(facts.find(Kind::plaintext_protocol)->text,
            "the server answers 00 00 00 00 02 02 28, which is no TLS but has the shape of the alert handshake_failure");
  c.not_tls.push_back(0);
  EXPECT_EQ(facts_of(c).text(Kind::plaintext_protocol), "unknown");
}

TEST(Conversation, AClientHelloThatBreaksARuleIsAViolationWhereItIsNotAnswered) {
  Conversation c;
  wire::ClientHello hello;
  hello.random = base::Bytes(32, 1);
  hello.cipher_suites = {0xc02f};
  hello.extensions = {wire::server_name_extension("a.example"), wire::server_name_extension("b.example")};
  c.events.push_back(message(From::client, client_hello, wire::build(hello)));
  EXPECT_EQ(facts_of(c).text(Kind::violation), "ClientHello: the extension server_name is there twice (RFC 8446 4.2)");
  EXPECT_EQ(facts_of(c).text(Kind::violation_by), "client");
  c.events.push_back(message(From::server, server_hello, wire::build(server_hello_of(0x0303, 0xc02f))));
  EXPECT_EQ(facts_of(c).text(Kind::violation), "") << "it was good enough";
}

TEST(Conversation, ACompletedOneFailsNowhere) {
  Conversation c = begun();
  c.events.push_back(message(From::server, server_hello, wire::build(server_hello_of(0x0303, 0xc02f))));
  c.established = true;
  c.ending = Ending::completed;
  EXPECT_EQ(facts_of(c).is(Kind::completed), Answer::yes);
  EXPECT_EQ(facts_of(c).text(Kind::failed_stage), "");
}

}  // namespace
}  // namespace whytls::observe
