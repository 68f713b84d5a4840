// SPDX-License-Identifier: Apache-2.0
#include "wire/upgrade/conversation.h"

namespace whytls::wire::dialogue {
namespace {

using enum UpgradeState;

const std::string ask = "a1 CAPABILITY\r\n", starttls = "a2 STARTTLS\r\n";

TEST(UpgradeImap, UpgradesWhereTheServerOffersIt) {
  expect_conversation("imap", "",
                      {{"* OK [CAPABILITY IMAP4rev1] ready\r\n", ask},
                       {"* CAPABILITY IMAP4rev1 StartTLS LOGINDISABLED\r\na1 OK done\r\n", starttls},
                       {"a2 OK begin\r\n", ""}},
                      {.state = upgraded});
}

TEST(UpgradeImap, SaysThatItIsNotOffered) {
  expect_conversation("imap", "", {{"* OK hi\r\n", ask}, {"* CAPABILITY IMAP4rev1 XSTARTTLS\r\na1 OK done\r\n", ""}},
                      {.state = not_offered, .detail = "do not include STARTTLS"});
  expect_conversation("imap", "", {{"* PREAUTH welcome back\r\n", ""}}, {.state = not_offered, .detail = "PREAUTH"});
  expect_conversation("imap", "", {{"* OK hi\r\n", ask}, {"a1 BAD no\r\n", ""}}, {.state = not_offered, .detail = "a1 BAD no"});
}

TEST(UpgradeImap, SaysThatItIsRefused) {
  expect_conversation(
      "imap", "", {{"* OK hi\r\n", ask}, {"* CAPABILITY STARTTLS\r\na1 OK\r\n", starttls}, {"* OK wait\r\na2 NO no certificate\r\n", ""}},
      {.state = refused, .detail = "a2 NO no certificate"});
  expect_conversation("imap", "", {{"* BYE too many\r\n", ""}}, {.state = refused, .detail = "too many"});
  expect_conversation("imap", "", {{"* OK hi\r\n", ask}, {"* BYE idle\r\n", ""}}, {.state = refused, .detail = "idle"});
}

TEST(UpgradeImap, StrangersFail) {
  expect_strangers_fail("imap", "");
  expect_conversation("imap", "", {{"* OK hi\r\n", ask}, {"b7 OK\r\n", ""}}, {.state = failed, .detail = "b7 OK"});
}

}  // namespace
}  // namespace whytls::wire::dialogue
