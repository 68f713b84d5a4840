// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/tls/tls_reader.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "sources/capture/tls/testing.h"

namespace whytls::sources::capture {
namespace {

using namespace testing;
using wire::HandshakeType;

Bytes flight_12() {
  return join({server_hello(0x0303, 0xc02f), message(HandshakeType::certificate, {0, 0, 0}),
               message(HandshakeType::server_key_exchange, {3, 0, 29, 1, 5, 4, 3, 0, 1, 9}),
               message(HandshakeType::server_hello_done, {})});
}
Bytes client_end_12() { return join({message(HandshakeType::client_key_exchange, {1, 5}), ccs(), sealed_handshake()}); }

std::vector<std::string> types(const Handshake& h) {
  std::vector<std::string> out;
  for (const observe::Event& e : h.conversation.events)
    if (e.kind == observe::Event::Kind::handshake)
      out.push_back((e.from == observe::From::client ? "c:" : "s:") + (e.opaque ? "protected" : wire::handshake_type_name(e.type)));
  return out;
}

TEST(TlsReader, ReadsAHandshakeOfTls12) {
  Watch watch;
  auto& found = watch.client(client_hello()).server(flight_12()).client(client_end_12()).server(join({ccs(), sealed_handshake()})).end();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(types(found[0]), (std::vector<std::string>{"c:client_hello", "s:server_hello", "s:certificate", "s:server_key_exchange",
                                                       "s:server_hello_done", "c:client_key_exchange", "c:protected", "s:protected"}));
  EXPECT_TRUE(found[0].conversation.established);
  EXPECT_EQ(found[0].client.port, 51234);
  EXPECT_EQ(found[0].upgrade, "");
  EXPECT_EQ(found[0].conversation.events[0].packet, 2U);
}

TEST(TlsReader, WithoutTheServersFinishedItIsNotEstablished) {
  Watch watch;
  const auto& found = watch.client(client_hello()).server(flight_12()).client(client_end_12()).end();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_FALSE(found[0].conversation.established);
}

TEST(TlsReader, Tls13IsEstablishedByAFinishedAndNotByAnAlert) {
  Watch good, refused;
  const Bytes flight = join({server_hello(0x0304, 0x1301), ccs(), sealed(30), sealed(900), sealed(281), sealed(53)});
  EXPECT_TRUE(good.client(client_hello()).server(flight).client(join({ccs(), sealed(53)})).end().at(0).conversation.established);
  EXPECT_FALSE(refused.client(client_hello()).server(flight).client(join({ccs(), sealed(19)})).end().at(0).conversation.established);
}

TEST(TlsReader, TextWithoutTlsIsNoHandshake) {
  Watch watch;
  EXPECT_TRUE(watch.client(text("GET / HTTP/1.1\r\n\r\n")).server(text("HTTP/1.1 200 OK\r\n\r\nhello")).end().empty());
}

TEST(TlsReader, FindsTlsBehindAnUpgradeAndNamesTheProtocol) {
  Watch watch;
  const auto& found = watch.server(text("220 mail ESMTP\r\n"))
                          .client(text("EHLO me\r\n"))
                          .server(text("250-mail\r\n250 STARTTLS\r\n"))
                          .client(text("STARTTLS\r\n"))
                          .server(text("220 go ahead\r\n"))
                          .client(client_hello())
                          .server(flight_12())
                          .end();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].upgrade, "smtp");
  EXPECT_EQ(types(found[0]).front(), "c:client_hello");
  EXPECT_TRUE(found[0].conversation.not_tls.empty());
}

TEST(TlsReader, AnAnswerThatIsNoTlsIsKept) {
  Watch watch;
  const auto& found = watch.client(client_hello()).server(text("HTTP/1.1 400 Bad Request\r\n")).end();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(base::text(found[0].conversation.not_tls), "HTTP/1.1 400 Bad Request\r\n");
  EXPECT_EQ(found[0].conversation.not_tls_from, observe::From::server);
}

TEST(TlsReader, AGreetingThatNobodyAskedAboutTlsIsTheAnswer) {
  Watch watch;
  const auto& found = watch.server(text("220 mail ESMTP\r\n")).client(client_hello()).end();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(base::text(found[0].conversation.not_tls), "220 mail ESMTP\r\n");
}

TEST(TlsReader, PlaintextToATlsPortIsTheClientsDoing) {
  Watch watch;
  const auto& found = watch.client(text("GET / HTTP/1.1\r\n\r\n")).server(alert(2, 10)).end();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].conversation.not_tls_from, observe::From::client);
  Watch page;
  EXPECT_EQ(page.client(text("GET / HTTP/1.1\r\n\r\n"))
                .server(text("HTTP/1.1 400 Bad Request\r\n\r\n<html>The plain HTTP request was sent to HTTPS port</html>"))
                .end()
                .size(),
            1U);
}

TEST(TlsReader, OneDirectionAloneIsRead) {
  Watch watch;
  const auto& found = watch.server(flight_12()).end();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(types(found[0]).front(), "s:server_hello");
}

TEST(TlsReader, AGapWithinARecordLosesThatMessageAlone) {
  Watch watch;
  Bytes flight = flight_12();
  const Bytes hello = server_hello(0x0303, 0xc02f);
  watch.client(client_hello()).server(hello);
  watch.server(
      Bytes(flight.begin() + static_cast<std::ptrdiff_t>(hello.size()), flight.begin() + static_cast<std::ptrdiff_t>(hello.size() + 6)));
  watch.lost(End::answerer, 2);
  const auto& found = watch.server(Bytes(flight.begin() + static_cast<std::ptrdiff_t>(hello.size() + 8), flight.end())).end();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(types(found[0]),
            (std::vector<std::string>{"c:client_hello", "s:server_hello", "s:server_key_exchange", "s:server_hello_done"}));
  EXPECT_EQ(found[0].sight.server_lost, 2U);
}

TEST(TlsReader, AfterALargeGapItGoesOnAtTheNextRecord) {
  Watch watch;
  watch.client(client_hello()).server(server_hello(0x0303, 0xc02f)).lost(End::answerer, 5000);
  const auto& found = watch.server(join({Bytes{1, 2, 3, 4, 5, 6, 7}, message(HandshakeType::server_hello_done, {})})).end();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(types(found[0]).back(), "s:server_hello_done");
}

TEST(TlsReader, AnSsl2HelloIsReadAsWhatItOffers) {
  wire::Ssl2ClientHello old;
  old.version = 0x0301;
  old.cipher_specs = {0x010080, 0x00002f, 0x000035};
  old.challenge = Bytes(16, 3);
  Watch watch;
  const auto& found = watch.client(wire::build_ssl2_record(old), 3).server(alert(2, 70)).end();
  ASSERT_EQ(found.size(), 1U);
  const wire::ClientHello hello = wire::parse_client_hello(base::ByteView(found[0].conversation.events.at(0).raw).subspan(4));
  EXPECT_EQ(hello.cipher_suites, (std::vector<std::uint16_t>{0x2f, 0x35}));
}

TEST(TlsReader, BytesThatOnlyLookLikeARecordAreNone) {
  Watch watch;
  EXPECT_TRUE(watch.client({0x16, 0x03, 0x01, 0x00, 0x05, 0x99, 1, 2, 3, 4, 5, 6, 7, 8}).server({0x17, 0x01, 0x02}).end().empty());
}

/// However the bytes are cut into packets, the handshake is the same.
RC_GTEST_PROP(TlsReader, AnySegmentationGivesTheSameHandshake, ()) {
  const auto size = *rc::gen::inRange<std::size_t>(1, 400);
  const bool upgrade = *rc::gen::arbitrary<bool>();
  const auto run = [&](std::size_t pieces) {
    Watch watch;
    if (upgrade) watch.server(text("* OK ready\r\n"), pieces).client(text("a STARTTLS\r\n"), pieces).server(text("a OK begin\r\n"), pieces);
    return std::move(
        watch.client(client_hello(), pieces).server(flight_12(), pieces).client(client_end_12(), pieces).server(ccs(), pieces).end());
  };
  const auto whole = run(0), cut = run(size);
  RC_ASSERT(whole.size() == 1U);
  RC_ASSERT(cut.size() == 1U);
  RC_ASSERT(types(whole[0]) == types(cut[0]));
  RC_ASSERT(whole[0].history == cut[0].history);
  RC_ASSERT(whole[0].upgrade == cut[0].upgrade);
}

}  // namespace
}  // namespace whytls::sources::capture
