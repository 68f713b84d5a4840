// SPDX-License-Identifier: Apache-2.0
#include "wire/plaintext.h"

#include <gtest/gtest.h>

namespace whytls::wire {
namespace {

using namespace std::string_view_literals;

struct Row {  // NOLINT(clang-analyzer-optin.performance.Padding): the rows read best in this order
  std::string_view answer;
  std::uint16_t port;
  std::string_view protocol;
  std::string_view starttls;
  int status;
};

std::string name_of(const Row& row) { return std::string(row.answer.substr(0, 60)); }

void expect(const Row& row) {
  const Plaintext found = recognise_plaintext(base::view(row.answer), row.port);
  EXPECT_EQ(found.protocol, row.protocol) << name_of(row);
  EXPECT_EQ(found.starttls, row.starttls) << name_of(row);
  EXPECT_EQ(found.status, row.status) << name_of(row);
  EXPECT_LE(found.excerpt.size(), 120U) << name_of(row);
}

TEST(Plaintext, Http) {
  const Row rows[]{
      {"HTTP/1.1 400 Bad Request\r\nServer: nginx/1.22.1\r\n\r\n<html>", 443, "http", "", 400},
      {"HTTP/1.0 400 Bad request\r\nCache-Control: no-cache\r\n\r\n<html><body><h1>400 Bad request</h1>", 8443, "http", "", 400},
      {"<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<html><head>\n<title>400 Bad Request</title>\n", 443, "http", "", 400},
      {"<html>\r\n<head><title>400 The plain HTTP request was sent to HTTPS port</title></head>", 443, "http", "", 400},
      {"HTTP/1.1 ", 443, "http", "", 0},
      {"<!DOCTYPE HTML>\n<html lang=\"en\"><head><title>Error response</title></head><p>Error code: 400</p>", 443, "http", "", 400},
      {"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x80"sv, 443, "http", "", 0},  // an HTTP/2 server that was not asked
  };
  for (const Row& row : rows) expect(row);
}

TEST(Plaintext, AServerThatWantedTlsIsToldFromOneThatServesPlainHttp) {
  const std::string_view wanted[]{
      "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n<html><head><title>400 The plain HTTP request was sent to HTTPS "
      "port</title></head>",
      "HTTP/1.1 400 Bad Request\r\n\r\n<p>Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />",
      "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n",
      "HTTP/1.1 400 \r\n\r\nBad Request\r\nThis combination of host and port requires TLS.\r\n",
  };
  for (const std::string_view answer : wanted) EXPECT_TRUE(recognise_plaintext(base::view(answer), 443).says_tls_expected) << answer;
  EXPECT_FALSE(recognise_plaintext(base::view("HTTP/1.1 400 Bad Request\r\n\r\n<html>No required SSL certificate was sent</html>"), 443)
                   .says_tls_expected);
}

TEST(Plaintext, Mail) {
  const Row rows[]{
      {"220 mail.example.com ESMTP Postfix (Debian)\r\n", 9999, "smtp", "smtp", 220},
      {"220-mail.example.com ESMTP Exim 4.96\r\n220-no spam\r\n", 25, "smtp", "smtp", 220},
      {"220 mail.example.com ready\r\n", 25, "smtp", "smtp", 220},
      {"220 mail.example.com LMTP ready\r\n", 2003, "lmtp", "lmtp", 220},
      {"502 5.5.2 Error: command not recognized\r\n", 9999, "smtp", "smtp", 502},
      {"500 unrecognized command\r\n", 587, "smtp", "smtp", 500},
      {"554 5.7.1 Service unavailable; Client host blocked\r\n", 25, "smtp", "", 554},
      {"421 4.7.0 too many connections\r\n", 25, "smtp", "", 421},
      {"* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS STARTTLS LOGINDISABLED] Dovecot ready.\r\n", 143, "imap", "imap", 0},
      {"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready.\r\n", 143, "imap", "", 0},
      {"* OK IMAP4 ready\r\n", 993, "imap", "imap", 0},
      {"* BYE too many\r\n", 143, "imap", "", 0},
      {"* BAD Error in IMAP command received by server.\r\n", 143, "imap", "", 0},
      {"+OK Dovecot ready.\r\n", 9999, "pop3", "pop3", 0},
      {"+OK\r\n", 110, "pop3", "pop3", 0},
      {"-ERR [SYS/TEMP] try later\r\n", 9999, "pop3", "", 0},
      {"-ERR Unknown command.\r\n", 110, "pop3", "", 0},
      {"\"IMPLEMENTATION\" \"Dovecot Pigeonhole\"\r\n\"SIEVE\" \"fileinto\"\r\n\"STARTTLS\"\r\nOK \"Dovecot ready.\"\r\n", 4190, "sieve",
       "sieve", 0},
      {"\"IMPLEMENTATION\" \"x\"\r\n\"SIEVE\" \"fileinto\"\r\nOK \"ready.\"\r\n", 4190, "sieve", "", 0},
  };
  for (const Row& row : rows) expect(row);
}

TEST(Plaintext, FilesNewsAndChat) {
  const Row rows[]{
      {"220 (vsFTPd 3.0.3)\r\n", 9999, "ftp", "ftp", 220},
      {"220 ProFTPD Server (Debian) [::ffff:192.0.2.1]\r\n", 9999, "ftp", "ftp", 220},
      {"220-FileZilla Server 1.7.0\r\n220 Please visit\r\n", 9999, "ftp", "ftp", 220},
      {"220---------- Welcome to Pure-FTPd [privsep] [TLS] ----------\r\n", 9999, "ftp", "ftp", 220},
      {"220 files.example.com FTP ready\r\n", 9999, "ftp", "ftp", 220},
      {"220 ready\r\n", 21, "ftp", "ftp", 220},
      {"530 Please login with USER and PASS.\r\n", 21, "ftp", "ftp", 530},
      {"421 Too many connections\r\n", 21, "ftp", "", 421},
      {"200 news.example.com InterNetNews NNRP server INN 2.7.1 ready (posting ok)\r\n", 9999, "nntp", "nntp", 200},
      {"201 read only\r\n", 119, "nntp", "nntp", 201},
      {":irc.example.com NOTICE * :*** Looking up your hostname...\r\n", 6667, "irc", "irc", 0},
      {"NOTICE AUTH :*** Checking Ident\r\n", 6667, "irc", "irc", 0},
      {"ERROR :Closing Link: 127.0.0.1 (Throttled)\r\n", 6667, "irc", "", 0},
      {"<?xml version='1.0'?><stream:stream xmlns='jabber:client' id='1'><stream:error>", 5222, "xmpp", "xmpp", 0},
      {"<?xml version='1.0'?><stream:stream xmlns='jabber:server' id='1'>", 5269, "xmpp", "xmpp-server", 0},
      {"<stream:stream xmlns:stream='http://etherx.jabber.org/streams' id='1'>", 5269, "xmpp", "xmpp-server", 0},
      {"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n", 443, "ssh", "", 0},
      {"Exceeded MaxStartups\r\n", 22, "ssh", "", 0},
      {"RFB 003.008\n", 5900, "vnc", "", 0},
      {"\xff\xfd\x18\xff\xfd\x20"sv, 23, "telnet", "", 0},
      {"RTSP/1.0 400 Bad Request\r\n", 554, "rtsp", "", 400},
      {"SIP/2.0 400 Bad Request\r\n", 5060, "sip", "", 400},
      {"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n", 443, "proxy-protocol", "", 0},
      {"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c"sv, 443, "proxy-protocol", "", 0},
  };
  for (const Row& row : rows) expect(row);
}

TEST(Plaintext, DatabasesAndDirectories) {
  const Row rows[]{
      {"\x4a\0\0\0\x0a"
       "8.0.36\0\x08\0\0\0abcdefgh\0\xff\xff\xff\x02\0\xff\xdf\x15"sv,
       3306, "mysql", "mysql", 0},
      {"\x4a\0\0\0\x0a"
       "5.5.5-10.11.6-MariaDB\0\x08\0\0\0abcdefgh\0\xff\xf7\x08\x02\0\xff\x81\x15"sv,
       3306, "mysql", "", 0},
      {"\x45\0\0\0\xff\x6a\x04Host '192.0.2.1' is not allowed to connect to this MariaDB server"sv, 3306, "mysql", "", 0},
      {"\x21\0\0\x01\xff\x84\x04#08S01Got packets out of order"sv, 3306, "mysql", "", 0},
      {"\x05\0\0\0\x0b\x08\x05\x1a\0"sv, 33060, "mysql", "", 0},
      {"E\0\0\0\x40SFATAL\0VFATAL\0C0A000\0Munsupported frontend protocol 5635.0\0\0"sv, 5432, "postgres", "postgres", 0},
      {"EFATAL:  unsupported frontend protocol\n\0"sv, 5432, "postgres", "postgres", 0},
      {"R\0\0\0\x08\0\0\0\x03"sv, 5432, "postgres", "postgres", 0},
      {"N", 5432, "postgres", "postgres", 0},
      {"\x03\0\0\x13\x0e\xd0\0\0\x12\x34\0\x02\x0f\x08\0\x02\0\0\0"sv, 3389, "rdp", "rdp", 0},
      {"0\x24\x02\x01\0x\x1f\x0a\x01\x02\x04\0\x04\0\x8a\x16"
       "1.3.6.1.4.1.1466.20036"sv,
       389, "ldap", "ldap", 0},
      {"0\x0c\x02\x01\x01\x61\x07\x0a\x01\0\x04\0\x04\0"sv, 389, "ldap", "ldap", 0},
      {"-ERR unknown command '\\x16\\x03\\x01', with args beginning with: \r\n", 9999, "redis", "", 0},
      {"-NOAUTH Authentication required.\r\n", 9999, "redis", "", 0},
      {"-DENIED Redis is running in protected mode because\r\n", 9999, "redis", "", 0},
      {"-ERR Unknown\r\n", 6379, "redis", "", 0},
      {"ERROR\r\n", 11211, "memcached", "", 0},
      {"CLIENT_ERROR bad\r\n", 9999, "memcached", "", 0},
      {"AMQP\0\0\x09\x01"sv, 5672, "amqp", "", 0},
      {"\x20\x02\0\x01"sv, 1883, "mqtt", "", 0},
      {"\x05\xff"sv, 1080, "socks", "", 0},
      {"\0\x5b\0\0\0\0\0\0"sv, 1080, "socks", "", 0},
  };
  for (const Row& row : rows) expect(row);
}

TEST(Plaintext, WhatIsNotCertainIsTextOrNothing) {
  const Row rows[]{
      {"", 443, "", "", 0},
      {"220 welcome\r\n", 9999, "text", "", 0},  // SMTP or FTP
      {"220 SFTP.example.com\r\n", 9999, "text", "", 0},
      {"200 OK\r\n", 9999, "text", "", 0},                             // many protocols
      {"-ERR 'Unknown Protocol Operation'\r\n", 4222, "text", "", 0},  // NATS, neither POP3 nor Redis
      {"+OK\r\n", 9999, "text", "", 0},
      {"HTTPS only\r\n", 9999, "text", "", 0},
      {"<?xml version=\"1.0\"?><methodResponse/>", 9999, "text", "", 0},
      {"N", 9999, "", "", 0},
      {"2200 is a number\r\n", 25, "text", "", 0},
      {"\x4a\0\0\0\x09"
       "3.20\0\x08\0\0\0abcdefgh\0\0"sv,
       3306, "", "", 0},                                          // a protocol of the last century
      {"\x03\0\0\x13\x0e\xe0\0\0\x12\x34\0"sv, 3389, "", "", 0},  // a request, not an answer
      {"0\x24\x02\x01\0y\x1f\x0a"sv, 389, "", "", 0},
      {"E\0\0\0\x40XFATAL\0"sv, 5432, "", "", 0},
      {"\x20\x02\0\x09"sv, 1883, "", "", 0},
      {"\x05\x09"sv, 1080, "", "", 0},
      {"\x16\x03\x01\x02\0\x01\0\x01\xfc"sv, 443, "", "", 0},
      {"\0\0\0\0"sv, 443, "", "", 0},
      {"SSH_2.0-foo\r\n", 22, "text", "", 0},
      {"* OKAY but no IMAP"sv.substr(0, 3), 143, "", "", 0},
  };
  for (const Row& row : rows) expect(row);
}

TEST(Plaintext, TheExcerptIsTheLineThatMattersAndPrintable) {
  EXPECT_EQ(recognise_plaintext(base::view("220 mail.example.com ESMTP\r\nmore\r\n"), 25).excerpt, "220 mail.example.com ESMTP");
  EXPECT_EQ(recognise_plaintext(base::view("<html><head><title>400 Bad Request</title>"), 80).excerpt, "400 Bad Request");
  EXPECT_EQ(recognise_plaintext(base::view("E\0\0\0\x40SFATAL\0C0A000\0Mno entry\0\0"sv), 5432).excerpt, "no entry");
  EXPECT_EQ(recognise_plaintext(base::view("220 \x1b[2J\x07 ESMTP\r\n"), 25).excerpt.find('\x1b'), std::string::npos);
  for (const char* const unit : {"a", "\xff", "\xe2\x80\xae", "\xf3\xa0\x80\x81"}) {
    std::string answer = "220 ";
    while (answer.size() < 5000) answer += unit;
    for (std::size_t shift = 0; shift < 12; ++shift)
      EXPECT_LE(recognise_plaintext(base::view(std::string(shift, 'x') + answer), 1).excerpt.size(), 120U);
  }
}

TEST(Plaintext, EveryPrefixOfAnAnswerIsReadWithoutHarm) {
  const std::string_view answers[]{
      "\x4a\0\0\0\x0a"
      "8.0.36\0\x08\0\0\0abcdefgh\0\xff\xff"sv,
      "E\0\0\0\x40SFATAL\0C0A000\0Mno entry\0\0"sv, "502 5.5.2 Error"sv, "<html><title>40"sv, "HTTP/1.1 400 Bad"sv};
  for (const std::string_view answer : answers)
    for (std::size_t length = 0; length <= answer.size(); ++length)
      EXPECT_LE(recognise_plaintext(base::view(answer.substr(0, length)), 1).excerpt.size(), 120U);
}

}  // namespace
}  // namespace whytls::wire
