// SPDX-License-Identifier: Apache-2.0
#include "wire/upgrade/conversation.h"

namespace whytls::wire::dialogue {
namespace {

using enum UpgradeState;

TEST(UpgradeFtp, UpgradesWhereTheServerOffersIt) {
  expect_conversation("ftp", "", {{"220-Welcome\r\n 220 to the jungle\r\n220 ready\r\n", "AUTH TLS\r\n"}, {"234 go\r\n", ""}},
                      {.state = upgraded});
}

TEST(UpgradeFtp, WaitsForAServerThatIsNotReadyYet) {
  expect_conversation("ftp", "", {{"120 ready in 1 minute\r\n220 ready\r\n", "AUTH TLS\r\n"}, {"234 go\r\n", ""}}, {.state = upgraded});
}

TEST(UpgradeFtp, SaysThatItIsNotOffered) {
  for (const int code : {500, 502, 504})
    expect_conversation("ftp", "", {{"220 x\r\n", "AUTH TLS\r\n"}, {std::to_string(code) + " not understood\r\n", ""}},
                        {.state = not_offered, .status = code, .detail = "not understood"});
}

TEST(UpgradeFtp, SaysThatItIsRefused) {
  for (const int code : {431, 530, 534})
    expect_conversation("ftp", "", {{"220 x\r\n", "AUTH TLS\r\n"}, {std::to_string(code) + " no\r\n", ""}},
                        {.state = refused, .status = code, .detail = "answers AUTH TLS"});
  expect_conversation("ftp", "", {{"421 too many\r\n", ""}}, {.state = refused, .status = 421, .detail = "too many"});
}

TEST(UpgradeFtp, StrangersFail) {
  expect_strangers_fail("ftp", "");
  expect_conversation("ftp", "", {{"+OK POP3\r\n", ""}}, {.state = failed, .detail = "does not speak FTP"});
}

}  // namespace
}  // namespace whytls::wire::dialogue
