// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.h"
#include "crypto/record_cipher.h"
#include "observe/conversation.h"
#include "sources/capture/udp/testing.h"
#include "wire/dtls_builder.h"
#include "wire/shuffled.h"

namespace whytls::sources::capture {
namespace {

using built::Bytes;
using built::ByteView;
using built::Watch;
using observe::Ending;
using observe::Event;
using observe::From;
using wire::built::dtls_fragment, wire::built::dtls_message, wire::built::dtls_record;
using wire::built::operator+;  // NOLINT(misc-unused-using-decls): clang-tidy 14 overlooks operators
using enum wire::HandshakeType;

wire::ClientHello hello_of(std::uint8_t random = 7) {
  wire::ClientHello hello = built::client_hello(random);
  hello.legacy_version = 0xfefd;
  std::erase_if(hello.extensions, [](const wire::Extension& each) { return each.type == 43; });
  return hello;
}

Bytes hello_body(std::uint8_t random = 7, const Bytes& cookie = {}) { return wire::built::with_cookie(hello_of(random), cookie); }
Bytes server_hello_body(std::uint16_t version = 0xfefd, std::uint16_t suite = 0xc02b) {
  return wire::build(built::server_hello(version, suite));
}
Bytes change(std::uint16_t version = 0xfefd) { return dtls_record(20, version, 0, 9, Bytes{1}); }
Bytes sealed(std::uint8_t type, std::uint64_t number, std::size_t size = 40) {
  return dtls_record(type, 0xfefd, 1, number, Bytes(size, 0xee));
}

/// A whole handshake with a cookie, as far as the server's flight.
void begin(Watch& watch) {
  watch.from_client(dtls_message(client_hello, 0, hello_body(), 0xfeff));
  watch.from_server(dtls_message(hello_verify_request, 0, Bytes{0xfe, 0xff, 2, 1, 2}, 0xfeff));
  watch.from_client(dtls_message(client_hello, 1, hello_body(7, {1, 2})));
  watch.from_server(dtls_message(server_hello, 1, server_hello_body()) + dtls_message(certificate, 2, Bytes{0, 0, 0}));
  watch.from_server(dtls_message(server_key_exchange, 3, Bytes(70, 1)) + dtls_message(server_hello_done, 4, {}));
}

TEST(DtlsFlow, TellsAHandshakeFromEndToEnd) {
  Watch watch;
  begin(watch);
  watch.from_client(dtls_message(client_key_exchange, 2, Bytes(33, 1)) + change() + sealed(22, 0));
  watch.from_server(change() + sealed(22, 0));
  watch.from_client(sealed(23, 1, 100));
  const auto& seen = watch.finish();
  ASSERT_EQ(seen.size(), 1U);
  const Handshake& one = seen[0];
  EXPECT_EQ(one.carrier, Carrier::dtls);
  EXPECT_EQ(one.client, watch.client);
  EXPECT_EQ(one.server, watch.server);
  EXPECT_EQ(one.history, "CvCsxknGIQiqD");
  EXPECT_TRUE(one.conversation.established);
  EXPECT_EQ(one.conversation.ending, Ending::completed);
  EXPECT_EQ(one.conversation.port, 443);
  EXPECT_EQ(one.first.packet, 1U);
  EXPECT_EQ(one.last.packet, 8U);
  EXPECT_EQ(one.packets, (std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(one.conversation.events[4].packet, 4U);
  EXPECT_EQ(one.conversation.events[4].at, std::chrono::milliseconds(30));
  EXPECT_EQ(one.protected_client, 2U);
  EXPECT_FALSE(one.sight.begins_midway || one.sight.cut_off || one.sight.client_missing);
  const auto facts = observe::facts_of(one.conversation);
  EXPECT_EQ(facts.text(evidence::Kind::selected_version), "dtls1.2");
  EXPECT_EQ(facts.text(evidence::Kind::offered_server_name), "a.example");
  EXPECT_EQ(facts.text(evidence::Kind::violation), "");
}

TEST(DtlsFlow, TheClientIsWhoeverSaysHello) {
  Watch watch;
  watch.from_server(dtls_message(client_hello, 0, hello_body()));
  watch.from_client(dtls_message(server_hello, 0, server_hello_body()));
  const auto& seen = watch.finish();
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].client, watch.server);
  EXPECT_EQ(seen[0].history, "Cs");
  Watch half;
  half.from_server(dtls_message(server_hello, 1, server_hello_body()) + dtls_message(certificate, 2, Bytes{0, 0, 0}));
  ASSERT_EQ(half.finish().size(), 1U);
  EXPECT_EQ(half.seen[0].server, half.server);
  EXPECT_EQ(half.seen[0].history, "sx");
  EXPECT_TRUE(half.seen[0].sight.begins_midway);
  EXPECT_TRUE(half.seen[0].sight.client_missing);
}

TEST(DtlsFlow, ReadsAnAlertAndWhoEndedIt) {
  Watch watch;
  watch.from_client(dtls_message(client_hello, 0, hello_body()));
  const Bytes alert = dtls_record(21, 0xfefd, 0, 0, Bytes{2, 40});
  watch.from_server(alert);
  watch.from_server(alert);
  const Handshake& one = watch.finish().at(0);
  EXPECT_EQ(one.history, "Cl") << "sent again it is the same one";
  EXPECT_EQ(one.conversation.ending, Ending::closed);
  EXPECT_EQ(one.conversation.ended_by, From::server);
  EXPECT_FALSE(one.conversation.established);
  EXPECT_EQ(observe::facts_of(one.conversation).text(evidence::Kind::alert), "handshake_failure");
}

TEST(DtlsFlow, RetransmissionsAddNothing) {
  Watch watch;
  for (int i = 0; i < 3; ++i) watch.from_client(dtls_message(client_hello, 0, hello_body()));
  for (int i = 0; i < 2; ++i)
    watch.from_server(dtls_message(server_hello, 0, server_hello_body()) + dtls_message(server_hello_done, 1, {}));
  for (std::uint64_t i = 0; i < 4; ++i) watch.from_client(dtls_message(client_key_exchange, 1, Bytes(33, 1)) + change() + sealed(22, i));
  const Handshake& one = watch.finish().at(0);
  EXPECT_EQ(watch.seen.size(), 1U);
  EXPECT_EQ(one.history, "CsnGIQ");
  EXPECT_GE(one.tcp.ends[0].retransmissions, 2U);
}

TEST(DtlsFlow, AnotherHelloOnTheSamePortsIsAnotherHandshake) {
  Watch watch;
  watch.from_client(dtls_message(client_hello, 0, hello_body(7)));
  watch.from_server(dtls_record(21, 0xfefd, 0, 0, Bytes{2, 40}));
  watch.from_client(dtls_message(client_hello, 0, hello_body(8)));
  watch.from_server(dtls_message(server_hello, 0, server_hello_body()));
  const auto& seen = watch.finish();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].history, "Cl");
  EXPECT_EQ(seen[1].history, "Cs");
  EXPECT_EQ(seen[1].number, 2U);
  EXPECT_EQ(seen[1].first.packet, 3U);
}

TEST(DtlsFlow, AfterAnEstablishedOneThatWasToldANewHelloBeginsAnew) {
  Watch watch;
  begin(watch);
  watch.from_client(dtls_message(client_key_exchange, 2, Bytes(33, 1)) + change() + sealed(22, 0));
  watch.from_server(change() + sealed(22, 0));
  for (std::uint64_t i = 1; i < 5; ++i) {
    watch.from_client(sealed(23, i));
    watch.from_server(sealed(23, i));
  }
  EXPECT_EQ(watch.seen.size(), 1U) << "nothing more is to be learnt";
  watch.from_client(dtls_message(client_hello, 0, hello_body(7), 0xfeff));
  watch.from_server(sealed(23, 9));
  EXPECT_EQ(watch.connections, 1U) << "a late copy";
  watch.from_client(dtls_message(client_hello, 0, hello_body(8)));
  EXPECT_EQ(watch.finish().size(), 2U);
}

TEST(DtlsFlow, AHelloThatNobodyAnswers) {
  Watch watch;
  for (int i = 0; i < 4; ++i) {
    watch.from_client(dtls_message(client_hello, 0, hello_body()));
    watch.now += (std::int64_t{1} << i) * built::second;
  }
  const Handshake& one = watch.finish().at(0);
  EXPECT_EQ(one.conversation.ending, Ending::timeout);
  EXPECT_TRUE(one.sight.server_missing);
  EXPECT_EQ(one.tcp.ends[0].retransmissions, 3U);
  Watch once;
  once.from_client(dtls_message(client_hello, 0, hello_body()));
  EXPECT_EQ(once.finish().at(0).conversation.ending, Ending::open);
  EXPECT_TRUE(once.seen[0].sight.cut_off);
}

TEST(DtlsFlow, IcmpSaysThatThePortIsClosed) {
  Watch watch;
  watch.from_client(dtls_message(client_hello, 0, hello_body()));
  IcmpError error;
  error.from = watch.server.address;
  error.source = watch.client;
  error.destination = watch.server;
  error.type = 3;
  error.code = 3;
  watch.flows.icmp(error);
  EXPECT_EQ(watch.finish().at(0).conversation.ending, Ending::unreachable);
  EXPECT_EQ(watch.seen[0].tcp.icmp, 0x0303);
}

TEST(DtlsFlow, ReadsDtls13AsFarAsItCan) {
  const auto unified = [](std::uint8_t epoch, std::size_t size) {
    return Bytes{static_cast<std::uint8_t>(0x28U | epoch), 0x12, 0x34} + Bytes(size, 0xaa);
  };
  Watch watch;
  wire::ClientHello hello = built::client_hello(7, {0xfefc, 0xfefd});
  hello.legacy_version = 0xfefd;
  wire::ServerHello retry = built::server_hello(0xfefc, 0x1301);
  retry.random = *base::unhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c");
  watch.from_client(dtls_message(client_hello, 0, wire::built::with_cookie(hello, {})));
  watch.from_server(dtls_message(server_hello, 0, wire::build(retry)));
  watch.from_client(dtls_message(client_hello, 1, wire::built::with_cookie(hello, {})));
  watch.from_server(dtls_message(server_hello, 1, server_hello_body(0xfefc, 0x1301)));
  watch.from_server(unified(2, 900));
  watch.from_client(unified(2, 61));
  watch.from_client(unified(3, 30));
  EXPECT_TRUE(watch.seen.empty());
  watch.from_server(unified(3, 30));
  const Handshake& one = watch.finish().at(0);
  EXPECT_EQ(one.history, "CjCsdDd");
  EXPECT_TRUE(one.conversation.established);
  EXPECT_EQ(one.conversation.events[4].wire_bytes, 900U);
}

TEST(DtlsFlow, ConnectionIdsStandInFrontOfProtectedRecords) {
  Watch watch;
  wire::ClientHello hello = hello_of();
  hello.extensions.push_back({54, {3, 1, 2, 3}});
  wire::ServerHello answer = built::server_hello(0xfefd, 0xc02b);
  answer.has_extensions = true;
  answer.extensions = {wire::Extension{54, {0}}};
  watch.from_client(dtls_message(client_hello, 0, wire::built::with_cookie(hello, {})));
  watch.from_server(dtls_message(server_hello, 0, wire::build(answer)));
  Bytes record = dtls_record(25, 0xfefd, 1, 0, Bytes(40, 0xee));
  record.insert(record.begin() + 11, {1, 2, 3});
  watch.from_server(record + dtls_record(21, 0xfefd, 0, 3, Bytes{2, 10}));
  EXPECT_EQ(watch.finish().at(0).history, "Csdl") << "the record behind it is found";
}

TEST(DtlsFlow, OpensWhatTheKeyLogAllows) {
  const registry::Suite& suite = *registry::suite(0xc02b);
  const Bytes master(48, 0x4d);
  const auto keys = crypto::key_block(suite, 0x0303, master, Bytes(32, 7), Bytes(32, 0x5e)).value();
  const auto cipher = crypto::make_record_cipher(suite, 0x0303, keys.client, crypto::Direction::seal, false);
  const std::uint64_t epoch = std::uint64_t{1} << 48U;
  const auto seal = [&](std::uint8_t type, std::uint64_t number, const Bytes& plain) {
    cipher->continue_at(epoch | number);
    return dtls_record(type, 0xfefd, 1, number, cipher->seal(type, 0xfefd, plain).value());
  };
  Watch watch(true);
  watch.keys.add("CLIENT_RANDOM " + base::hex(Bytes(32, 7)) + " " + base::hex(master) + "\n");
  begin(watch);
  watch.from_client(dtls_message(client_key_exchange, 2, Bytes(33, 1)) + change() +
                    seal(22, 0, dtls_fragment(finished, 3, Bytes(12, 1), 0, 12)));
  watch.from_client(seal(21, 1, Bytes{2, 48}));
  const Handshake& one = watch.finish().at(0);
  EXPECT_EQ(one.history, "CvCsxknGIFL");
  EXPECT_EQ(one.conversation.events.back().alert.description, 48);
  EXPECT_TRUE(one.conversation.events.back().encrypted);
  EXPECT_EQ(one.conversation.ended_by, From::client);
}

TEST(DtlsFlow, WhatIsMissingIsSaidAndTheRestIsRead) {
  Watch watch;
  const Bytes chain(900, 3);
  watch.from_client(dtls_message(client_hello, 0, hello_body()));
  watch.from_server(dtls_message(server_hello, 0, server_hello_body()) +
                    dtls_record(22, 0xfefd, 0, 1, dtls_fragment(certificate, 1, chain, 0, 500)));
  watch.from_server(dtls_message(server_hello_done, 2, {}));
  const Handshake& one = watch.finish().at(0);
  EXPECT_EQ(one.history, "Csn");
  EXPECT_EQ(one.sight.server_lost, 400U);
}

/// The letters of one side.
std::string letters(const Handshake& handshake, bool of_client) {
  std::string out;
  for (const char one : handshake.history)
    if ((one < 'a') == of_client) out.push_back(one);
  return out;
}

RC_GTEST_PROP(DtlsFlow, AnyFragmentationOrderAndRepetitionGivesTheSameHandshake, ()) {
  std::vector<std::pair<bool, Bytes>> datagrams;
  const auto cut = [&](bool of_client, wire::HandshakeType type, std::uint16_t sequence, const Bytes& body) {
    std::size_t begin = 0;
    do {
      const auto size = *rc::gen::inRange<std::size_t>(body.empty() ? 0 : 1, body.size() - begin + 1);
      datagrams.emplace_back(of_client, dtls_record(22, 0xfefd, 0, begin, dtls_fragment(type, sequence, body, begin, size)));
      if (*rc::gen::arbitrary<bool>()) datagrams.push_back(datagrams.back());
      begin += size;
    } while (begin < body.size());
  };
  cut(false, server_hello, 0, server_hello_body());
  cut(false, certificate, 1, Bytes(300, 2));
  cut(false, server_hello_done, 2, {});
  cut(true, client_hello, 0, hello_body());
  Watch watch;
  for (const auto& [of_client, datagram] : wire::shuffled(datagrams)) of_client ? watch.from_client(datagram) : watch.from_server(datagram);
  RC_ASSERT(watch.finish().size() == 1U);
  const Handshake& one = watch.seen[0];
  RC_ASSERT(one.client == watch.client);
  RC_ASSERT(letters(one, true) == "C");
  RC_ASSERT(letters(one, false) == "sxn");
  for (const Event& event : one.conversation.events)
    if (event.type == client_hello) RC_ASSERT(event.raw == wire::handshake_message(client_hello, wire::build(hello_of())));
}

}  // namespace
}  // namespace whytls::sources::capture
