// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/tls/finder.h"

#include <gtest/gtest.h>

#include "sources/capture/tls/testing.h"

namespace whytls::sources::capture {
namespace {

using namespace testing;

TEST(Finder, AHelloIsKnownAtTheStartAndAnywhere) {
  EXPECT_EQ(opening_at(client_hello(), true, false), Opening::client_hello);
  EXPECT_EQ(opening_at(server_hello(0x0303, 0xc02f), false, false), Opening::server_hello);
  const Bytes behind = join({text("some words before"), client_hello()});
  EXPECT_EQ(find_hello(behind), 17U);
}

TEST(Finder, WordsThatHoldTheSameFirstBytesAreNone) {
  const Bytes words{0x16, 0x03, 0x01, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k'};
  EXPECT_EQ(opening_at(words, false, false), Opening::none);
  EXPECT_EQ(find_hello(join({text("x"), words})), std::nullopt);
}

TEST(Finder, RecordsOfTheMiddleCountOnlyWhereTheBeginningIsMissing) {
  const Bytes records = join({sealed(100), sealed(30)});
  EXPECT_EQ(opening_at(records, false, true), Opening::records);
  EXPECT_EQ(opening_at(records, false, false), Opening::none);
}

TEST(Finder, AnAlertInTheClearHasTwoBytes) {
  EXPECT_EQ(opening_at(alert(2, 40), true, false), Opening::alert);
  EXPECT_EQ(opening_at(record(wire::ContentType::alert, Bytes(26, 1)), true, false), Opening::none);
}

TEST(Finder, ProtocolsAreNamedByWhatBothSidesSay) {
  const auto named = [](std::string_view client, std::string_view server, std::uint16_t port = 1) {
    return upgrade_of(base::view(client), base::view(server), port);
  };
  EXPECT_EQ(named("EHLO me\r\nSTARTTLS\r\n", "220 mail ESMTP\r\n"), "smtp");
  EXPECT_EQ(named("a1 STARTTLS\r\n", "* OK ready\r\n"), "imap");
  EXPECT_EQ(named("STLS\r\n", "+OK\r\n"), "pop3");
  EXPECT_EQ(named("AUTH TLS\r\n", "220 FTP\r\n"), "ftp");
  EXPECT_EQ(named("CONNECT shop.example:443 HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"), "http-connect");
  EXPECT_EQ(named(std::string_view("\x05\x01\x00", 3), std::string_view("\x05\x00", 2)), "socks5");
  EXPECT_EQ(named(std::string_view("\0\0\0\x08\x04\xd2\x16\x2f", 8), "S"), "postgres");
  EXPECT_EQ(named("", ""), "");
}

}  // namespace
}  // namespace whytls::sources::capture
