// SPDX-License-Identifier: Apache-2.0
#include "wire/upgrade/conversation.h"

namespace whytls::wire::dialogue {
namespace {

using enum UpgradeState;

const std::string ask = raw("\x30\x1d\x02\x01\x01\x77\x18\x80\x16") + "1.3.6.1.4.1.1466.20037";

TEST(UpgradeLdap, UpgradesWhereTheServerAgrees) {
  expect_conversation("ldap", ask, {{raw("\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"), ""}}, {.state = upgraded});
}

TEST(UpgradeLdap, ReadsTheLongLengthsOfActiveDirectory) {
  const std::string answer = raw("\x30\x84\x00\x00\x00\x10\x02\x01\x01\x78\x84\x00\x00\x00\x07\x0a\x01\x00\x04\x00\x04\x00");
  expect_conversation("ldap", ask, {{answer + "more", ""}}, {.state = upgraded, .left_over = "more"});
}

TEST(UpgradeLdap, SaysThatItIsNotOffered) {
  expect_conversation("ldap", ask, {{raw("\x30\x10\x02\x01\x01\x78\x0b\x0a\x01\x02\x04\x00\x04\x04") + "what", ""}},
                      {.state = not_offered, .status = 2, .detail = "result 2: what"});
}

TEST(UpgradeLdap, SaysThatItIsRefused) {
  expect_conversation("ldap", ask, {{raw("\x30\x0f\x02\x01\x01\x78\x0a\x0a\x01\x34\x04\x00\x04\x03") + "n\x01o", ""}},
                      {.state = refused, .status = 52, .detail = "result 52: n\\x01o"});
  expect_conversation("ldap", ask, {{raw("\x30\x0c\x02\x01\x00\x78\x07\x0a\x01\x34\x04\x00\x04\x00"), ""}},
                      {.state = refused, .status = 52, .detail = "ends the conversation"});
}

TEST(UpgradeLdap, StrangersFail) {
  expect_strangers_fail("ldap", ask);
  expect_conversation("ldap", ask, {{raw("\x30\x80\x02\x01"), ""}}, {.state = failed, .detail = "does not speak LDAP"});
  expect_conversation("ldap", ask, {{raw("\x30\x84\xff\xff\xff\xff"), ""}}, {.state = failed, .detail = "does not speak LDAP"});
  expect_conversation("ldap", ask, {{raw("\x30\x05\x02\x09\x01\x78\x00"), ""}}, {.state = failed, .detail = "does not speak LDAP"});
}

}  // namespace
}  // namespace whytls::wire::dialogue
