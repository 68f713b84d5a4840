// SPDX-License-Identifier: Apache-2.0
#include "wire/upgrade/conversation.h"

namespace whytls::wire::dialogue {
namespace {

using enum UpgradeState;

const std::string ask = raw("\x00\x00\x00\x08\x04\xd2\x16\x2f");

TEST(UpgradePostgres, UpgradesWhereTheServerAgrees) {
  expect_conversation("postgres", ask, {{"S", ""}}, {.state = upgraded});
  expect_conversation("postgres", ask, {{"Sinjected", ""}}, {.state = upgraded, .left_over = "injected"});
}

TEST(UpgradePostgres, SaysThatItIsNotOffered) {
  expect_conversation("postgres", ask, {{"N", ""}}, {.state = not_offered, .detail = "switched off"});
}

TEST(UpgradePostgres, SaysThatItIsRefused) {
  const std::string fields = raw("SFATAL\0C53300\0Mtoo many\x1b\0Fx.c\0\0");
  expect_conversation("postgres", ask, {{raw("E\0\0\0") + static_cast<char>(fields.size() + 4) + fields, ""}},
                      {.state = refused, .detail = "FATAL 53300 too many\\x1b"});
  expect_conversation("postgres", ask, {{raw("EFATAL: unsupported frontend protocol\n\0"), ""}},
                      {.state = refused, .detail = "unsupported frontend"});
}

TEST(UpgradePostgres, StrangersFail) {
  expect_strangers_fail("postgres", ask);
  expect_conversation("postgres", ask, {{"E" + std::string(9000, 'x'), ""}}, {.state = failed, .detail = "does not speak PostgreSQL"});
}

}  // namespace
}  // namespace whytls::wire::dialogue
