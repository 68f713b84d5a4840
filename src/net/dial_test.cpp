// SPDX-License-Identifier: Apache-2.0
#include "net/dial.h"

#include "net/served.h"

namespace whytls::net {

inline void PrintTo(DialStage stage, std::ostream* out) { *out << "stage " << static_cast<int>(stage); }

namespace {

using testing::HasSubstr;

Dialled dial_to(const Served& server, const std::string& starttls, std::chrono::milliseconds step = 2s) {
  const Address address = server.address();
  return dial({.host = "mail.example", .address = address, .target = address.text(), .proxy = {}, .starttls = starttls, .stream = {}}, step,
              in(5s), nullptr);
}

void speak_smtp(Stream& peer, const std::string& capability, const std::string& answer) {
  say(peer, "220 mail.example ESMTP\r\n");
  read_until(peer, "\r\n");
  say(peer, "250-mail.example\r\n250 " + capability + "\r\n");
  if (read_until(peer, "STARTTLS\r\n").empty()) return;
  say(peer, answer);
  read_until(peer, "end");
}

TEST(Dial, WithoutAnUpgradeIsReadyOnceConnected) {
  const Served server([](Stream& peer) { say(peer, "x"); });
  const Dialled dialled = dial_to(server, "");
  EXPECT_EQ(dialled.stage, DialStage::ready);
  EXPECT_EQ(dialled.end, End::open);
  EXPECT_TRUE(dialled.kernel.available);
  EXPECT_GT(dialled.tcp_took.count(), 0);
}

TEST(Dial, StopsAtTcpWhereNobodyListens) {
  const Dialled dialled = dial({.host = "x", .address = {.ip = "127.0.0.1", .port = 1}, .target = "x:1"}, 2s, in(5s), nullptr);
  EXPECT_EQ(dialled.stage, DialStage::tcp);
  EXPECT_EQ(dialled.end, End::refused);
  EXPECT_EQ(dialled.detail, "127.0.0.1:1: Connection refused");
}

TEST(Dial, UpgradesAndKeepsWhatWasInjected) {
  const Served server([](Stream& peer) { speak_smtp(peer, "STARTTLS", "220 go\r\nearly"); });
  const Dialled dialled = dial_to(server, "smtp");
  EXPECT_EQ(dialled.stage, DialStage::ready) << dialled.detail;
  EXPECT_EQ(base::text(dialled.left_over), "early");
  EXPECT_GT(dialled.starttls_took.count(), 0);
}

TEST(Dial, TellsNotOfferedFromRefused) {
  const Served without([](Stream& peer) { speak_smtp(peer, "SIZE", ""); });
  const Dialled none = dial_to(without, "smtp");
  EXPECT_EQ(none.stage, DialStage::starttls);
  EXPECT_TRUE(none.not_offered);
  EXPECT_FALSE(none.refused);
  const Served refusing([](Stream& peer) { speak_smtp(peer, "STARTTLS", "454 no\r\n"); });
  const Dialled refused = dial_to(refusing, "smtp");
  EXPECT_TRUE(refused.refused);
  EXPECT_FALSE(refused.not_offered);
  EXPECT_EQ(refused.status, 454);
}

TEST(Dial, KeepsTheWordsOfAStranger) {
  const Served server([](Stream& peer) {
    say(peer, "SSH-2.0-x\r\n");
    read_until(peer, "end");
  });
  const Dialled dialled = dial_to(server, "smtp");
  EXPECT_EQ(dialled.stage, DialStage::starttls);
  EXPECT_FALSE(dialled.refused || dialled.not_offered);
  EXPECT_EQ(base::text(dialled.answer), "SSH-2.0-x\r\n");
  EXPECT_THAT(dialled.detail, HasSubstr("does not speak SMTP"));
}

TEST(Dial, ASilentServerMayExpectTlsFromTheStart) {
  const Served server([](Stream& peer) { peer.read(in(5s)); });
  const Dialled dialled = dial_to(server, "imap", 150ms);
  EXPECT_EQ(dialled.end, End::timeout);
  EXPECT_THAT(dialled.detail, HasSubstr("may expect TLS from the start"));
  EXPECT_THAT(dial_to(server, "postgres", 150ms).detail, HasSubstr("the server does not answer in time in the PostgreSQL dialogue"));
}

TEST(Dial, AServerThatGoesInTheMiddleIsQuoted) {
  const Served server([](Stream& peer) {
    say(peer, "220 hello\r\n");
    read_until(peer, "\r\n");
  });
  const Dialled dialled = dial_to(server, "smtp");
  EXPECT_EQ(dialled.stage, DialStage::starttls);
  EXPECT_EQ(dialled.end, End::closed);
  EXPECT_THAT(dialled.detail, HasSubstr("closes the connection in the SMTP dialogue, after \"220 hello\""));
}

TEST(Dial, AnUnknownProtocolIsOurOwnFailure) {
  const Served server([](Stream& peer) { peer.read(in(1s)); });
  EXPECT_EQ(dial_to(server, "gopher").end, End::local);
}

TEST(Dial, CanBeCancelled) {
  const Served server([](Stream& peer) { peer.read(in(5s)); });
  const CancelFlag cancelled{true};
  EXPECT_EQ(dial({.host = "x", .address = server.address(), .target = "x:1", .proxy = {}, .starttls = "smtp"}, 2s, in(5s), &cancelled).end,
            End::cancelled);
}

Dialled through(const Served& proxy, Proxy::Kind kind, const std::string& starttls = "") {
  Proxy settings{.kind = kind, .host = "localhost", .port = proxy.address().port, .user = "me", .password = "pw", .from = "--proxy"};
  settings.host = "127.0.0.1";
  return dial({.host = "mail.example",
               .address = {.ip = "192.0.2.1", .port = 25},
               .target = "mail.example:25",
               .proxy = settings,
               .starttls = starttls},
              2s, in(5s), nullptr);
}

TEST(DialThroughProxy, SpeaksToTheServerBehindAnHttpProxy) {
  const Served proxy([](Stream& peer) {
    const std::string request = read_until(peer, "\r\n\r\n");
    EXPECT_THAT(request, HasSubstr("CONNECT mail.example:25 HTTP/1.1\r\n"));
    EXPECT_THAT(request, HasSubstr("Proxy-Authorization: Basic bWU6cHc=\r\n"));
    say(peer, "HTTP/1.1 200 OK\r\n\r\n220 mail");  // the server's first words come with the proxy's last
    say(peer, ".example ESMTP\r\n");
    read_until(peer, "\r\n");
    say(peer, "250-x\r\n250 STARTTLS\r\n");
    read_until(peer, "STARTTLS\r\n");
    say(peer, "220 go\r\n");
    read_until(peer, "end");
  });
  const Dialled dialled = through(proxy, Proxy::Kind::http, "smtp");
  EXPECT_EQ(dialled.stage, DialStage::ready) << dialled.detail;
  EXPECT_GT(dialled.proxy_took.count(), 0);
  EXPECT_TRUE(dialled.left_over.empty());
}

TEST(DialThroughProxy, SpeaksSocks) {
  const Served proxy([](Stream& peer) {
    read_until(peer, std::string("\5\2\0\2", 4));
    say(peer, std::string_view("\5\2", 2));
    read_until(peer, "pw");
    say(peer, std::string_view("\1\0", 2));
    read_until(peer, std::string("mail.example\0\x19", 14));
    say(peer, std::string_view("\5\0\0\1\0\0\0\0\0\0left", 14));
    read_until(peer, "end");
  });
  const Dialled dialled = through(proxy, Proxy::Kind::socks5);
  EXPECT_EQ(dialled.stage, DialStage::ready) << dialled.detail;
  EXPECT_EQ(base::text(dialled.left_over), "left");
}

TEST(DialThroughProxy, ARefusalHasItsStatus) {
  const Served proxy([](Stream& peer) {
    read_until(peer, "\r\n\r\n");
    say(peer, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
  });
  const Dialled dialled = through(proxy, Proxy::Kind::http);
  EXPECT_EQ(dialled.stage, DialStage::proxy);
  EXPECT_TRUE(dialled.refused);
  EXPECT_EQ(dialled.status, 403);
  EXPECT_THAT(dialled.detail, HasSubstr("403 Forbidden"));
}

TEST(DialThroughProxy, AProxyThatIsNotThereIsNamed) {
  const Proxy gone{.kind = Proxy::Kind::http, .host = "127.0.0.1", .port = 1, .user = {}, .password = {}, .from = "HTTPS_PROXY"};
  const Dialled dialled =
      dial({.host = "x", .address = {.ip = "192.0.2.1", .port = 1}, .target = "x:1", .proxy = gone}, 2s, in(5s), nullptr);
  EXPECT_EQ(dialled.stage, DialStage::proxy);
  EXPECT_EQ(dialled.end, End::refused);
  EXPECT_EQ(dialled.detail, "the proxy of HTTPS_PROXY cannot be reached: 127.0.0.1:1: Connection refused");
}

}  // namespace
}  // namespace whytls::net
