// SPDX-License-Identifier: Apache-2.0
#include "wire/upgrade/conversation.h"

namespace whytls::wire::dialogue {
namespace {

using enum UpgradeState;

const std::string greeting = "\"IMPLEMENTATION\" \"Example {5}\"\r\n\"SASL\" \"\"\r\n\"starttls\"\r\nOK \"ready\"\r\n";

TEST(UpgradeSieve, UpgradesWhereTheServerOffersIt) {
  expect_conversation("sieve", "", {{greeting, "STARTTLS\r\n"}, {"OK\r\n", ""}}, {.state = upgraded});
  expect_conversation("sieve", "", {{greeting, "STARTTLS\r\n"}, {"ok (WARNINGS) \"begin\"\r\n", ""}}, {.state = upgraded});
}

TEST(UpgradeSieve, ALiteralIsNoCapability) {
  expect_conversation("sieve", "", {{"\"X\" {14}\r\n\"STARTTLS\"\r\nx\r\nOK\r\n", ""}},
                      {.state = not_offered, .detail = "do not include STARTTLS"});
}

TEST(UpgradeSieve, SaysThatItIsNotOffered) {
  expect_conversation("sieve", "", {{"\"SIEVE\" \"fileinto\"\r\nOK\r\n", ""}}, {.state = not_offered, .detail = "do not include STARTTLS"});
}

TEST(UpgradeSieve, SaysThatItIsRefused) {
  expect_conversation("sieve", "", {{greeting, "STARTTLS\r\n"}, {"NO \"no TLS today\"\r\n", ""}},
                      {.state = refused, .detail = "no TLS today"});
  expect_conversation("sieve", "", {{"BYE \"full\"\r\n", ""}}, {.state = refused, .detail = "full"});
}

TEST(UpgradeSieve, StrangersFail) { expect_strangers_fail("sieve", ""); }

}  // namespace
}  // namespace whytls::wire::dialogue
