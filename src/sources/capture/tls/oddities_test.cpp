// SPDX-License-Identifier: Apache-2.0
// TLS over TCP as it is met in the field, old and odd: read as what it is, and nobody blamed for it.
#include <gtest/gtest.h>

#include "sources/capture/last_words.h"
#include "sources/capture/standing.h"
#include "sources/capture/tls/testing.h"
#include "wire/glance.h"

namespace whytls::sources::capture {
namespace {

using namespace testing;
using wire::ContentType;
using wire::HandshakeType;

Bytes flight() {
  return join({server_hello(0x0303, 0xc02f), message(HandshakeType::certificate, {0, 0, 0}),
               message(HandshakeType::server_key_exchange, {3, 0, 29, 1, 5, 4, 3, 0, 1, 9}),
               message(HandshakeType::server_hello_done, {})});
}
Bytes client_end() { return join({message(HandshakeType::client_key_exchange, {1, 5}), ccs(), sealed_handshake()}); }
Bytes server_end() { return join({ccs(), sealed_handshake()}); }

Bytes ssl2_hello(std::uint16_t version) {
  wire::Ssl2ClientHello old;
  old.version = version;
  old.cipher_specs = {0x010080, 0x00002f, 0x00c02f};
  old.challenge = Bytes(16, 3);
  return wire::build_ssl2_record(old);
}

void expect_sound(const std::vector<Handshake>& found, Standing standing = Standing::complete) {
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].conversation.malformed.empty()) << found[0].conversation.malformed;
  EXPECT_TRUE(found[0].conversation.not_tls.empty());
  EXPECT_EQ(assess(found[0]).standing, standing);
}

TEST(Oddities, AHelloInSsl2sFormAndTlsBehindIt) {
  for (const std::size_t pieces : {std::size_t{0}, std::size_t{1}}) {
    Watch watch;
    expect_sound(watch.client(ssl2_hello(0x0303), pieces).server(flight(), pieces).client(client_end(), pieces).server(server_end()).end());
  }
}

TEST(Oddities, AnAnswerInSsl2sFormShowsItsCertificate) {
  base::Writer body;
  body.bytes(Bytes{4, 0, 1, 0, 2, 0, 5, 0, 3, 0, 16});
  body.text("certX");
  body.u24(0x010080);
  body.bytes(Bytes(16, 8));
  base::Writer record;
  record.u16(static_cast<std::uint16_t>(0x8000U | body.data().size()));
  record.bytes(body.data());
  for (const std::size_t pieces : {std::size_t{0}, std::size_t{1}}) {
    Watch watch;
    auto& found = watch.client(ssl2_hello(0x0002))
                      .server(record.data(), pieces)
                      .client(Bytes{0x80, 5, 2, 1, 0, 0x80, 9})
                      .server(Bytes(40, 0x80))
                      .end();
    expect_sound(found, Standing::unseen);
    EXPECT_EQ(observe::server_chain(found[0].conversation), (std::vector<Bytes>{text("certX")}));
  }
}

TEST(Oddities, AnErrorOfSsl2IsARefusal) {
  Watch watch;
  expect_sound(watch.client(ssl2_hello(0x0002)).server(Bytes{0x80, 3, 0, 0, 1}).end(), Standing::failed);
}

TEST(Oddities, DraftsOfTls13AreTls13) {
  for (const std::uint16_t version : {std::uint16_t{0x7f12}, std::uint16_t{0x7f17}, std::uint16_t{0x7f1c}}) {
    SCOPED_TRACE(version);
    wire::ServerHello hello;
    const bool early = version <= 0x7f15;
    hello.legacy_version = early ? version : 0x0303;
    hello.random = Bytes(32, 9);
    hello.cipher_suite = 0x1301;
    const auto low = static_cast<std::uint8_t>(version & 0xffU);
    if (!early) hello.extensions = {{43, {0x7f, low}}};
    hello.extensions.push_back({51, {0, 29, 0, 2, 1, 2}});
    Watch watch;
    expect_sound(
        watch.client(client_hello())
            .server(join({message(HandshakeType::server_hello, wire::build(hello)), sealed(30), sealed(900), sealed(281), sealed(53)}))
            .client(sealed(53))
            .end());
  }
}

TEST(Oddities, RecordsWithoutContentAndMessagesInPiecesOfAByte) {
  Watch watch;
  const Bytes empty{22, 3, 3, 0, 0};
  const Bytes hello = record(ContentType::handshake, wire::handshake_message(HandshakeType::client_hello, wire::build(offer())), 1);
  Bytes all;
  const Bytes answer = flight();
  for (std::size_t at = 0; at < answer.size();) {  // the same messages, each byte in a record of its own
    const std::size_t size = static_cast<std::size_t>(answer[at + 3]) << 8U | answer[at + 4];
    const Bytes part(answer.begin() + static_cast<std::ptrdiff_t>(at + 5), answer.begin() + static_cast<std::ptrdiff_t>(at + 5 + size));
    const Bytes cut = record(ContentType::handshake, part, 1);
    all.insert(all.end(), cut.begin(), cut.end());
    at += 5 + size;
  }
  expect_sound(
      watch.client(hello).server(join({empty, all})).client(client_end()).server(join({ccs(), sealed_handshake(), sealed(0)})).end());
}

TEST(Oddities, SeveralMessagesInOneRecord) {
  Watch watch;
  Bytes messages;
  for (const Bytes& one :
       {server_hello(0x0303, 0xc02f), message(HandshakeType::certificate, {0, 0, 0}), message(HandshakeType::server_hello_done, {})})
    messages.insert(messages.end(), one.begin() + 5, one.end());
  auto& found =
      watch.client(client_hello()).server(record(ContentType::handshake, messages)).client(client_end()).server(server_end()).end();
  expect_sound(found);
  EXPECT_EQ(found[0].conversation.events.size(), 9U);
}

/// GB/T 38636: SSL's records with 1.1 as their version.
TEST(Oddities, TlcpIsTlsOfAnotherNumber) {
  const auto renumbered = [](Bytes records) {
    for (std::size_t at = 0; at + 5 <= records.size(); at += 5 + (static_cast<std::size_t>(records[at + 3]) << 8U | records[at + 4])) {
      const bool hello = records[at] == 22 && (records[at + 5] == 1 || records[at + 5] == 2) && records[at + 6] == 0;
      records[at + 1] = records[at + 2] = 1;
      if (hello) records[at + 9] = records[at + 10] = 1;
    }
    return records;
  };
  wire::ClientHello hello;
  hello.legacy_version = 0x0101;
  hello.random = Bytes(32, 7);
  hello.cipher_suites = {0xe013, 0xe011};
  wire::ServerHello answer;
  answer.legacy_version = 0x0101;
  answer.random = Bytes(32, 9);
  answer.cipher_suite = 0xe013;
  for (const bool behind : {false, true}) {
    Watch watch;
    if (behind) watch.client(text("CONNECT a.example:443 HTTP/1.1\r\n\r\n")).server(text("HTTP/1.1 200 OK\r\n\r\n"));
    expect_sound(watch.client(renumbered(message(HandshakeType::client_hello, wire::build(hello))))
                     .server(renumbered(
                         join({message(HandshakeType::server_hello, wire::build(answer)), message(HandshakeType::server_hello_done, {})})))
                     .client(join({renumbered(message(HandshakeType::client_key_exchange, {1, 5})), Bytes{20, 1, 1, 0, 1, 1},
                                   Bytes{22, 1, 1, 0, 4, 9, 9, 9, 9}}))
                     .server(join({Bytes{20, 1, 1, 0, 1, 1}, Bytes{22, 1, 1, 0, 4, 9, 9, 9, 9}}))
                     .end());
  }
}

TEST(Oddities, WordsBehindAnAlertChangeNothing) {
  Watch watch;
  auto& found =
      watch.client(client_hello()).server(join({alert(2, 40), text("454 4.7.0 TLS not available\r\n")})).closes(End::answerer).end();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(observe::facts_of(judged_conversation(found[0])).text(evidence::Kind::failure), "alert");
}

TEST(Oddities, HeartbeatsAreNoMessages) {
  Watch watch;
  const Bytes beat = record(ContentType::heartbeat, Bytes(34, 1));
  expect_sound(watch.client(join({client_hello(), beat})).server(join({flight(), beat})).client(client_end()).server(server_end()).end());
}

TEST(Oddities, ANewHandshakeUnderProtectionIsNoFailure) {
  Watch watch;
  expect_sound(watch.client(client_hello())
                   .server(flight())
                   .client(client_end())
                   .server(join({server_end(), sealed_handshake(44)}))
                   .client(join({sealed(300), sealed_handshake(200)}))
                   .server(sealed_handshake(3000))
                   .client(join({sealed_handshake(100), ccs(), sealed_handshake()}))
                   .server(join({ccs(), sealed_handshake()}))
                   .end());
}

TEST(Oddities, AResumedSessionGoesTheOtherWayRound) {
  Watch watch;
  expect_sound(watch.client(client_hello())
                   .server(join({server_hello(0x0303, 0xc02f), ccs(), sealed_handshake()}))
                   .client(join({ccs(), sealed_handshake()}))
                   .end());
}

TEST(Oddities, WithoutACertificateThereIsNothingToMiss) {
  Watch watch;  // a pre-shared key: ServerHelloDone follows the hello
  expect_sound(watch.client(client_hello())
                   .server(join({server_hello(0x0303, 0x00ae), message(HandshakeType::server_hello_done, {})}))
                   .client(client_end())
                   .server(server_end())
                   .end());
}

TEST(Oddities, AnEarlyChangeCipherSpecOfTheClientIsForShow) {
  Watch watch;  // RFC 8446 D.4: before a second ClientHello
  wire::ServerHello retry;
  retry.random.assign(wire::hello_retry_random.begin(), wire::hello_retry_random.end());
  retry.cipher_suite = 0x1301;
  retry.extensions = {{43, {3, 4}}, {51, {0, 23}}};
  expect_sound(watch.client(client_hello())
                   .server(join({message(HandshakeType::server_hello, wire::build(retry)), ccs()}))
                   .client(join({ccs(), client_hello()}))
                   .server(join({server_hello(0x0304, 0x1301), sealed(30), sealed(900), sealed(53)}))
                   .client(sealed(53))
                   .end());
}

}  // namespace
}  // namespace whytls::sources::capture
