// SPDX-License-Identifier: Apache-2.0
#include "wire/upgrade/conversation.h"

namespace whytls::wire::dialogue {
namespace {

using enum UpgradeState;

TEST(UpgradeNntp, UpgradesWhereTheServerOffersIt) {
  expect_conversation(
      "nntp", "",
      {{"201 ready\r\n", "CAPABILITIES\r\n"}, {"101 list:\r\nVERSION 2\r\nStartTLS\r\n.\r\n", "STARTTLS\r\n"}, {"382 go\r\n", ""}},
      {.state = upgraded});
}

TEST(UpgradeNntp, SaysThatItIsNotOffered) {
  expect_conversation("nntp", "", {{"200 ready\r\n", "CAPABILITIES\r\n"}, {"101 list:\r\nVERSION 2\r\n.\r\n", ""}},
                      {.state = not_offered, .detail = "do not include STARTTLS"});
  expect_conversation("nntp", "", {{"200 ready\r\n", "CAPABILITIES\r\n"}, {"500 what\r\n", "STARTTLS\r\n"}, {"500 what\r\n", ""}},
                      {.state = not_offered, .status = 500, .detail = "neither CAPABILITIES nor STARTTLS"});
}

TEST(UpgradeNntp, SaysThatItIsRefused) {
  expect_conversation("nntp", "",
                      {{"200 x\r\n", "CAPABILITIES\r\n"}, {"101 x\r\nSTARTTLS\r\n.\r\n", "STARTTLS\r\n"}, {"580 cannot\r\n", ""}},
                      {.state = refused, .status = 580, .detail = "580 cannot"});
  expect_conversation("nntp", "", {{"502 access denied\r\n", ""}}, {.state = refused, .status = 502, .detail = "access denied"});
}

TEST(UpgradeNntp, StrangersFail) {
  expect_strangers_fail("nntp", "");
  expect_conversation("nntp", "", {{"220 mail ESMTP\r\n", ""}}, {.state = failed, .detail = "does not speak NNTP"});
}

}  // namespace
}  // namespace whytls::wire::dialogue
