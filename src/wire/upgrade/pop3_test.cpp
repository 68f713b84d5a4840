// SPDX-License-Identifier: Apache-2.0
#include "wire/upgrade/conversation.h"

namespace whytls::wire::dialogue {
namespace {

using enum UpgradeState;

TEST(UpgradePop3, UpgradesWhereTheServerOffersIt) {
  expect_conversation("pop3", "",
                      {{"+OK ready <1@x>\r\n", "CAPA\r\n"}, {"+OK\r\nUIDL\r\nstls\r\n.\r\n", "STLS\r\n"}, {"+OK begin\r\n", ""}},
                      {.state = upgraded});
}

TEST(UpgradePop3, TriesStlsWhereCapaIsUnknown) {
  expect_conversation("pop3", "", {{"+OK\r\n", "CAPA\r\n"}, {"-ERR what\r\n", "STLS\r\n"}, {"+OK begin\r\n", ""}}, {.state = upgraded});
  expect_conversation("pop3", "", {{"+OK\r\n", "CAPA\r\n"}, {"-ERR what\r\n", "STLS\r\n"}, {"-ERR no\r\n", ""}},
                      {.state = not_offered, .detail = "neither CAPA nor STLS"});
}

TEST(UpgradePop3, SaysThatItIsNotOffered) {
  expect_conversation("pop3", "", {{"+OK\r\n", "CAPA\r\n"}, {"+OK\r\nUIDL\r\nSASL STLS\r\n.\r\n", ""}},
                      {.state = not_offered, .detail = "do not include STLS"});
}

TEST(UpgradePop3, SaysThatItIsRefused) {
  expect_conversation("pop3", "", {{"+OK\r\n", "CAPA\r\n"}, {"+OK\r\nSTLS\r\n.\r\n", "STLS\r\n"}, {"-ERR TLS unavailable\r\n", ""}},
                      {.state = refused, .detail = "-ERR TLS unavailable"});
  expect_conversation("pop3", "", {{"-ERR blocked\r\n", ""}}, {.state = refused, .detail = "blocked"});
}

TEST(UpgradePop3, StrangersFail) { expect_strangers_fail("pop3", ""); }

}  // namespace
}  // namespace whytls::wire::dialogue
