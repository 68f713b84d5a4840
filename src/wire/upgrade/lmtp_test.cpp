// SPDX-License-Identifier: Apache-2.0
#include "wire/upgrade/conversation.h"

namespace whytls::wire::dialogue {
namespace {

using enum UpgradeState;

TEST(UpgradeLmtp, GreetsWithLhlo) {
  expect_conversation(
      "lmtp", "",
      {{"220 x LMTP\r\n", "LHLO [127.0.0.1]\r\n"}, {"250-x\r\n250-PIPELINING\r\n250 STARTTLS\r\n", "STARTTLS\r\n"}, {"220 go\r\n", ""}},
      {.state = upgraded});
}

TEST(UpgradeLmtp, AnSmtpServerTakesNoLhlo) {
  expect_conversation("lmtp", "", {{"220 x ESMTP\r\n", "LHLO [127.0.0.1]\r\n"}, {"500 what?\r\n", ""}},
                      {.state = not_offered, .status = 500, .detail = "does not take LHLO"});
}

TEST(UpgradeLmtp, StrangersFail) { expect_strangers_fail("lmtp", ""); }

}  // namespace
}  // namespace whytls::wire::dialogue
