// SPDX-License-Identifier: Apache-2.0
// Every dialogue before TLS that the prober knows, as a bystander sees it: what is behind it is found; where it is refused, that is said;
// who never asked is refused nothing.
#include "sources/capture/tls/prelude.h"

#include <gtest/gtest.h>

#include "sources/capture/facts.h"
#include "sources/capture/tls/testing.h"
#include "wire/upgrade.h"

namespace whytls::sources::capture {
namespace {

using namespace testing;
using evidence::Kind;

template <std::size_t n>
std::string raw(const char (&literal)[n]) {
  return {literal, n - 1};
}

const std::string ldap_request = raw("\x30\x1d\x02\x01\x01\x77\x18\x80\x16") + "1.3.6.1.4.1.1466.20037";
const std::string postgres_request = raw("\0\0\0\x08\x04\xd2\x16\x2f");
const std::string mysql_greeting = raw("\x4a\0\0\0\x0a") + "8.0.35" + raw("\0\x08\0\0\0") + "abcdefgh" +
                                   raw("\0\xff\xff\xff\x02\0\xff\xdf\x15") + std::string(10, '\0') + "ijklmnopqrst" + raw("\0") +
                                   "mysql_native_password" + raw("\0");
const std::string mysql_request = raw("\x20\0\0\x01\x85\xae\xff\x19\0\0\0\x01\x2d") + std::string(23, '\0');
const std::string rdp_request = raw("\x03\0\0\x13\x0e\xe0\0\0\0\0\0\x01\0\x08\0\x03\0\0\0");
const std::string socks5_target = raw("\x05\x01\0\x03\x0cshop.example\x01\xbb");

struct Turn {
  End who;
  std::string words;
};
constexpr End client = End::opener, server = End::answerer;

struct Case {
  const char* protocol;
  std::vector<Turn> until;  ///< the request, and what precedes it
  std::string yes, no;
  int status = 0;
  bool not_offered = false;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {"smtp",
       {{server, "220 mail ESMTP\r\n"}, {client, "EHLO me\r\n"}, {server, "250-mail\r\n250 STARTTLS\r\n"}, {client, "STARTTLS\r\n"}},
       "220 go ahead\r\n",
       "454 4.7.0 TLS not available\r\n",
       454},
      {"lmtp",
       {{server, "220 mail LMTP\r\n"}, {client, "LHLO me\r\n"}, {server, "250-mail\r\n250 STARTTLS\r\n"}, {client, "STARTTLS\r\n"}},
       "220 go ahead\r\n",
       "502 5.5.1 not here\r\n",
       502},
      {"imap", {{server, "* OK ready\r\n"}, {client, "x9 STARTTLS\r\n"}}, "x9 OK begin\r\n", "x9 NO TLS is off\r\n"},
      {"pop3", {{server, "+OK ready\r\n"}, {client, "STLS\r\n"}}, "+OK begin\r\n", "-ERR no TLS\r\n"},
      {"ftp", {{server, "220 FTP\r\n"}, {client, "AUTH TLS\r\n"}}, "234 begin\r\n", "534 policy\r\n", 534},
      {"nntp", {{server, "200 news\r\n"}, {client, "STARTTLS\r\n"}}, "382 begin\r\n", "580 cannot\r\n", 580},
      {"sieve",
       {{server, "\"IMPLEMENTATION\" \"x\"\r\n\"STARTTLS\"\r\nOK\r\n"}, {client, "STARTTLS\r\n"}},
       "OK begin\r\n",
       "NO \"not now\"\r\n"},
      {"irc", {{client, "STARTTLS\r\n"}}, ":irc 670 * :go\r\n", ":irc NOTICE * :hm\r\n:irc 691 * :STARTTLS failed\r\n", 691},
      {"xmpp",
       {{client, "<?xml version='1.0'?><stream:stream xmlns='jabber:client' to='x'>"},
        {server, "<stream:stream id='1'><stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>"},
        {client, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"}},
       "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
       "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>"},
      {"xmpp-server",
       {{client, "<stream:stream xmlns='jabber:server' to='x'>"},
        {server, "<stream:stream id='1' xmlns='jabber:server'><stream:features><starttls/></stream:features>"},
        {client, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"}},
       "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
       "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"},
      {"ldap",
       {{client, ldap_request}},
       raw("\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\0\x04\0\x04\0"),
       raw("\x30\x0f\x02\x01\x01\x78\x0a\x0a\x01\x34\x04\0\x04\x03") + "off",
       52},
      {"postgres", {{client, postgres_request}}, "S", "N", 0, true},
      {"mysql", {{server, mysql_greeting}, {client, mysql_request}}, "", raw("\x16\0\0\x02\xff\x15\x04#28000") + "Access denied", 1045},
      {"rdp",
       {{client, rdp_request}},
       raw("\x03\0\0\x13\x0e\xd0\0\0\x12\x34\0\x02\0\x08\0\x01\0\0\0"),
       raw("\x03\0\0\x13\x0e\xd0\0\0\x12\x34\0\x03\0\x08\0\x05\0\0\0"),
       5},
      {"http-connect",
       {{client, "CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\n\r\n"}},
       "HTTP/1.1 200 OK\r\n\r\n",
       "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n",
       407},
      {"socks5",
       {{client, raw("\x05\x01\0")}, {server, raw("\x05\0")}, {client, socks5_target}},
       raw("\x05\0\0\x01\0\0\0\0\0\0"),
       raw("\x05\x05\0\x01\0\0\0\0\0\0"),
       5},
      {"socks4", {{client, raw("\x04\x01\x01\xbb\x0a\0\0\x01\0")}}, raw("\0\x5a\0\0\0\0\0\0"), raw("\0\x5b\0\0\0\0\0\0"), 91},
  };
  return all;
}

Watch& speak(Watch& watch, const std::vector<Turn>& turns) {
  for (const Turn& turn : turns) turn.who == client ? watch.client(text(turn.words)) : watch.server(text(turn.words));
  return watch;
}

TEST(Prelude, NoDialogueOfTheProberIsForgotten) {
  for (const wire::UpgradeProtocol* protocol : wire::upgrade_protocols)
    EXPECT_TRUE(std::any_of(cases().begin(), cases().end(), [&](const Case& c) { return c.protocol == protocol->name; })) << protocol->name;
}

TEST(Prelude, TheHandshakeBehindEveryDialogueIsFound) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.protocol);
    Watch watch;
    speak(watch, c.until);
    if (!c.yes.empty()) watch.server(text(c.yes));
    const auto& found = watch.client(client_hello()).server(server_hello(0x0303, 0xc02f)).end();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].upgrade, c.protocol);
    EXPECT_FALSE(found[0].refusal);
    EXPECT_EQ(found[0].conversation.events.size(), 2U);
    EXPECT_TRUE(found[0].conversation.malformed.empty());
    EXPECT_TRUE(found[0].conversation.not_tls.empty());
  }
}

TEST(Prelude, EveryRefusalIsAFailedHandshake) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.protocol);
    Watch watch;
    auto& found = speak(watch, c.until).server(text(c.no)).closes(End::opener).end();
    ASSERT_EQ(found.size(), 1U);
    ASSERT_TRUE(found[0].refusal);
    EXPECT_EQ(found[0].upgrade, c.protocol);
    EXPECT_EQ(found[0].refusal->status, c.status);
    EXPECT_EQ(found[0].refusal->not_offered, c.not_offered);
    EXPECT_EQ(found[0].client.port, 51234);
    const Facts facts = facts_of(found[0], {});
    EXPECT_EQ(facts.assessment.standing, Standing::failed);
    const bool proxy = found[0].refusal->by_proxy;
    EXPECT_EQ(facts.evidence.text(Kind::failed_stage), proxy ? "proxy" : "starttls");
    EXPECT_EQ(facts.evidence.text(Kind::failure), proxy ? "proxy" : "starttls");
    if (proxy)
      EXPECT_EQ(facts.evidence.number(Kind::proxy_status), c.status);
    else
      EXPECT_EQ(facts.evidence.text(Kind::starttls_answer), c.not_offered ? "not-offered" : "refused");
  }
}

TEST(Prelude, WhoIsLetThroughAndSpeaksSomethingElseIsNoHandshake) {
  for (const Case& c : cases()) {
    if (c.yes.empty()) continue;
    SCOPED_TRACE(c.protocol);
    Watch watch;
    EXPECT_TRUE(speak(watch, c.until).server(text(c.yes)).client(text("SSH-2.0-x\r\n")).server(text("SSH-2.0-y\r\n")).end().empty());
  }
}

TEST(Prelude, WhoDoesNotAskIsRefusedNothing) {
  Watch mail;
  EXPECT_TRUE(mail.server(text("220 mail\r\n"))
                  .client(text("EHLO me\r\n"))
                  .server(text("250 mail\r\n"))
                  .client(text("MAIL FROM:<a@b>\r\n"))
                  .server(text("550 no\r\n"))
                  .end()
                  .empty());
  Watch web;
  EXPECT_TRUE(web.client(text("GET http://a/ HTTP/1.1\r\n\r\n")).server(text("HTTP/1.1 407 no\r\n\r\n")).end().empty());
  Watch list;
  EXPECT_TRUE(list.server(text("200 news\r\n"))
                  .client(text("CAPABILITIES\r\n"))
                  .server(text("101 list\r\nSTARTTLS\r\n"))
                  .client(text("QUIT\r\n"))
                  .server(text("502 hm\r\n"))
                  .end()
                  .empty());
}

TEST(Prelude, ARequestToPortsOfWhatIsNeverTlsIsNone) {
  Watch watch;
  EXPECT_TRUE(watch.client(text("CONNECT a.example:22 HTTP/1.1\r\n\r\n")).server(text("HTTP/1.1 403 no\r\n\r\n")).end().empty());
}

TEST(Prelude, TheWordInTheMiddleOfAMailIsNoRequest) {
  Watch watch;
  EXPECT_TRUE(watch.server(text("220 mail\r\n"))
                  .client(text("DATA\r\n"))
                  .server(text("354 go\r\n"))
                  .client(text("how do I say\r\nSTARTTLS\r\nin telnet?\r\n.\r\n"))
                  .server(text("554 spam\r\n"))
                  .end()
                  .empty());
}

TEST(Prelude, WhoGoesOnWithoutTlsIsSaidTo) {
  Watch watch;
  auto& found = watch.client(text(postgres_request)).server(text("N")).client(text("start up")).server(text("R")).end();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NE(found[0].refusal->text.find("goes on"), std::string::npos);
}

TEST(Prelude, ASecondRequestThatSucceedsCounts) {
  Watch watch;
  const auto& found = watch.client(text("CONNECT shop.example:443 HTTP/1.1\r\n\r\n"))
                          .server(text("HTTP/1.1 407 who\r\n\r\n"))
                          .client(text("CONNECT shop.example:443 HTTP/1.1\r\nProxy-Authorization: Basic eA==\r\n\r\n"))
                          .server(text("HTTP/1.1 200 OK\r\n\r\n"))
                          .client(client_hello())
                          .server(server_hello(0x0303, 0xc02f))
                          .end();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_FALSE(found[0].refusal);
  EXPECT_EQ(found[0].upgrade, "http-connect");
}

TEST(Prelude, WordsOfARefusalAreHarmless) {
  Watch watch;
  auto& found = watch.server(text("220 x\r\n")).client(text("STARTTLS\r\n"), 1).server(text("454 \x1b[31mred\r\n"), 1).end();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].refusal->words.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace whytls::sources::capture
