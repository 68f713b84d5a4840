// SPDX-License-Identifier: Apache-2.0
#include "wire/upgrade/conversation.h"

namespace whytls::wire::dialogue {
namespace {

using enum UpgradeState;

const std::string ask = raw("\x03\0\0\x13\x0e\xe0\0\0\0\0\0\x01\0\x08\0\x03\0\0\0");
const std::string confirm = raw("\x03\0\0\x13\x0e\xd0\0\0\x12\x34\0");

TEST(UpgradeRdp, UpgradesWhereTheServerChoosesTls) {
  for (const char protocol : {'\1', '\2', '\x08'})
    expect_conversation("rdp", ask, {{confirm + raw("\x02\x1f\x08\0") + protocol + raw("\0\0\0"), ""}}, {.state = upgraded});
}

TEST(UpgradeRdp, SaysThatItIsNotOffered) {
  expect_conversation("rdp", ask, {{confirm + raw("\x02\0\x08\0\0\0\0\0"), ""}}, {.state = not_offered, .detail = "RDP's own security"});
  expect_conversation("rdp", ask, {{raw("\x03\0\0\x0b\x06\xd0\0\0\x12\x34\0"), ""}},
                      {.state = not_offered, .detail = "knows no negotiation"});
}

TEST(UpgradeRdp, SaysThatItIsRefused) {
  expect_conversation("rdp", ask, {{confirm + raw("\x03\0\x08\0\x03\0\0\0"), ""}},
                      {.state = refused, .status = 3, .detail = "SSL_CERT_NOT_ON_SERVER (3)"});
  expect_conversation("rdp", ask, {{confirm + raw("\x03\0\x08\0\x63\0\0\0"), ""}},
                      {.state = refused, .status = 99, .detail = "unknown failure"});
}

TEST(UpgradeRdp, StrangersFail) {
  expect_strangers_fail("rdp", ask);
  expect_conversation("rdp", ask, {{raw("\x03\0\0\x0b\x06\x80\0\0\x12\x34\0"), ""}}, {.state = failed, .detail = "does not speak RDP"});
  expect_conversation("rdp", ask, {{raw("\x03\0\0\x04"), ""}}, {.state = failed, .detail = "does not speak RDP"});
  expect_conversation("rdp", ask, {{confirm + raw("\x07\0\x08\0\x03\0\0\0"), ""}}, {.state = failed, .detail = "makes no sense"});
}

}  // namespace
}  // namespace whytls::wire::dialogue
