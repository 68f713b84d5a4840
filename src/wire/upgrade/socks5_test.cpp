// SPDX-License-Identifier: Apache-2.0
#include "wire/upgrade/conversation.h"

namespace whytls::wire::dialogue {
namespace {

using enum UpgradeState;

const std::string hello = raw("\5\1\0");
const std::string request = raw("\5\1\0\3\x0e") + "server.example" + raw("\x11\x5c");
const UpgradeOptions known{.host = "server.example", .port = 4444, .user = "me", .password = "pw"};

TEST(UpgradeSocks5, OpensTheTunnel) {
  expect_conversation("socks5", hello, {{raw("\5\0"), request}, {raw("\5\0\0\1\0\0\0\0\0\0") + "x", ""}},
                      {.state = upgraded, .left_over = "x"});
  expect_conversation("socks5", hello, {{raw("\5\0"), request}, {raw("\5\0\0\3\2ab\0\1"), ""}}, {.state = upgraded});
}

TEST(UpgradeSocks5, SendsAddressesAsAddresses) {
  expect_conversation("socks5", hello, {{raw("\5\0"), raw("\5\1\0\1\x7f\0\0\1\1\xbb")}, {raw("\5\0\0\1\0\0\0\0\0\0"), ""}},
                      {.state = upgraded}, {.host = "127.0.0.1", .port = 443, .user = {}, .password = {}});
  expect_conversation("socks5", hello,
                      {{raw("\5\0"), raw("\5\1\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\1\xbb")}, {raw("\5\0\0\4") + std::string(18, '\0'), ""}},
                      {.state = upgraded}, {.host = "::1", .port = 443, .user = {}, .password = {}});
}

TEST(UpgradeSocks5, Authenticates) {
  expect_conversation("socks5", raw("\5\2\0\2"),
                      {{raw("\5\2"), raw("\1\2me\2pw")}, {raw("\1\0"), request}, {raw("\5\0\0\1\0\0\0\0\0\0"), ""}}, {.state = upgraded},
                      known);
  expect_conversation("socks5", raw("\5\2\0\2"), {{raw("\5\2"), raw("\1\2me\2pw")}, {raw("\1\1"), ""}},
                      {.state = refused, .status = 1, .detail = "does not accept user and password"}, known);
}

TEST(UpgradeSocks5, SaysThatItIsRefused) {
  expect_conversation("socks5", hello, {{raw("\5\xff"), ""}}, {.state = refused, .status = 255, .detail = "without authentication"});
  expect_conversation("socks5", hello, {{raw("\5\0"), request}, {raw("\5\5\0\1\0\0\0\0\0\0"), ""}},
                      {.state = refused, .status = 5, .detail = "connection refused (5)"});
}

TEST(UpgradeSocks5, StrangersFail) {
  expect_strangers_fail("socks5", hello);
  expect_conversation("socks5", hello, {{raw("\5\2"), ""}}, {.state = failed, .detail = "was not offered"});
  expect_conversation("socks5", hello, {{raw("\5\0"), request}, {raw("\5\0\0\7\0"), ""}},
                      {.state = failed, .detail = "does not speak SOCKS5"});
}

TEST(UpgradeSocks5, CredentialsThatDoNotFitAreNotSent) {
  expect_conversation("socks5", "", {}, {.state = failed, .detail = "at most 255"},
                      {.host = "a", .port = 1, .user = std::string(256, 'u'), .password = {}});
}

}  // namespace
}  // namespace whytls::wire::dialogue
