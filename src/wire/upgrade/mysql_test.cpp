// SPDX-License-Identifier: Apache-2.0
#include "wire/upgrade/conversation.h"

namespace whytls::wire::dialogue {
namespace {

using enum UpgradeState;

/// A greeting of protocol 10 with these lower capabilities.
std::string greeting(const std::string& version, char low, char high) {
  const std::string body = "\x0a" + version + raw("\0\1\2\3\4authauth\0") + low + high + raw("\x2d\x02\0\0\0\0");
  return static_cast<char>(body.size()) + raw("\0\0\0") + body;
}

const std::string ssl_request = raw("\x20\0\0\1\x00\x8a\x08\x00\0\0\0\1\x2d") + std::string(23, '\0');

TEST(UpgradeMysql, UpgradesWhereTheGreetingHasTheCapability) {
  expect_conversation("mysql", "", {{greeting("8.0.36", '\0', '\x08'), ssl_request}}, {.state = upgraded});
  expect_conversation("mariadb", "", {{greeting("5.5.5-10.11.6-MariaDB", '\xff', '\xff') + "x", ssl_request}},
                      {.state = upgraded, .left_over = "x"});
}

TEST(UpgradeMysql, SaysThatItIsNotOffered) {
  expect_conversation("mysql", "", {{greeting("8.0.36", '\xff', '\xf7'), ""}}, {.state = not_offered, .detail = "8.0.36"});
  expect_conversation("mysql", "", {{raw("\x08\0\0\0\x09") + "3.20\033" + raw("\0\0"), ""}}, {.state = not_offered, .detail = "3.20\\x1b"});
}

TEST(UpgradeMysql, SaysThatItIsRefused) {
  expect_conversation("mysql", "", {{raw("\x0b\0\0\0\xff\x10\x04") + "Too many", ""}},
                      {.state = refused, .status = 1040, .detail = "Too many"});
  expect_conversation("mysql", "", {{raw("\x0f\0\0\1\xff\x6a\x04#HY000") + "Banned", ""}},
                      {.state = refused, .status = 1130, .detail = "Banned"});
  expect_conversation("mysql", "", {{raw("\x06\0\0\0\xff\x6a\x04#HY"), ""}},
                      {.state = refused, .status = 1130, .detail = "turns the client away"});
}

TEST(UpgradeMysql, StrangersFail) {
  expect_strangers_fail("mysql", "");
  expect_conversation("mysql", "", {{raw("\x05\0\0\0\x0a") + "8888", ""}}, {.state = failed, .detail = "does not speak MySQL"});
}

}  // namespace
}  // namespace whytls::wire::dialogue
