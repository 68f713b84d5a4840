// SPDX-License-Identifier: Apache-2.0
#include "wire/upgrade/conversation.h"

namespace whytls::wire::dialogue {
namespace {

using enum UpgradeState;

const std::string ask = "STARTTLS\r\n";

TEST(UpgradeIrc, UpgradesWhereTheServerOffersIt) {
  expect_conversation("irc", ask,
                      {{":irc.example NOTICE AUTH :*** Looking up your hostname\r\nPING :c001\r\n", "PONG :c001\r\n"},
                       {":irc.example 670 * :STARTTLS successful\r\n", ""}},
                      {.state = upgraded});
}

TEST(UpgradeIrc, SaysThatItIsNotOffered) {
  expect_conversation("irc", ask, {{":irc.example 421 * STARTTLS :Unknown command\r\n", ""}},
                      {.state = not_offered, .status = 421, .detail = "Unknown command"});
  expect_conversation("irc", ask, {{":irc.example 451 * :You have not registered\r\n", ""}},
                      {.state = not_offered, .status = 451, .detail = "not registered"});
}

TEST(UpgradeIrc, SaysThatItIsRefused) {
  expect_conversation("irc", ask, {{":irc.example 691 * :STARTTLS failed\r\n", ""}},
                      {.state = refused, .status = 691, .detail = "STARTTLS failed"});
  expect_conversation("irc", ask, {{"ERROR :Closing Link (banned)\r\n", ""}}, {.state = refused, .detail = "banned"});
}

TEST(UpgradeIrc, StrangersFail) {
  expect_strangers_fail("irc", ask);
  expect_conversation("irc", ask, {{":only-a-prefix\r\n", ""}}, {.state = failed, .detail = "does not speak IRC"});
}

}  // namespace
}  // namespace whytls::wire::dialogue
