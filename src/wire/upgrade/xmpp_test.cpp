// SPDX-License-Identifier: Apache-2.0
#include "wire/upgrade/conversation.h"

namespace whytls::wire::dialogue {
namespace {

using enum UpgradeState;

const std::string ask =
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='server.example' "
    "version='1.0'>";
const std::string starttls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
const std::string header = "<?xml version='1.0'?>\n<stream:stream id=\"a>b\" xmlns='jabber:client' version='1.0'>";

TEST(UpgradeXmpp, UpgradesWhereTheServerOffersIt) {
  expect_conversation(
      "xmpp", ask,
      {{header + "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>", starttls},
       {"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>\x16", ""}},
      {.state = upgraded, .left_over = "\x16"});
}

TEST(UpgradeXmpp, SaysThatItIsNotOffered) {
  expect_conversation("xmpp", ask,
                      {{header + "<stream:features><mechanisms>\n<mechanism>starttls</mechanism></mechanisms></stream:features>", ""}},
                      {.state = not_offered, .detail = "do not include STARTTLS"});
  expect_conversation("xmpp", ask, {{header + "<features/>", ""}}, {.state = not_offered, .detail = "do not include STARTTLS"});
}

TEST(UpgradeXmpp, SaysThatItIsRefused) {
  expect_conversation("xmpp", ask, {{header + "<stream:features><starttls/></stream:features>", starttls}, {"<failure xmlns='x'/>", ""}},
                      {.state = refused, .detail = "failure"});
  expect_conversation("xmpp", ask, {{header + "<stream:error><host-unknown xmlns='x'/>", ""}},
                      {.state = refused, .detail = "host-unknown"});
  expect_conversation("xmpp", ask, {{header + "</stream:stream>", ""}}, {.state = refused, .detail = "ends the stream"});
}

TEST(UpgradeXmpp, StrangersFail) {
  expect_strangers_fail("xmpp", ask);
  expect_conversation("xmpp", ask, {{"<html>", ""}}, {.state = failed, .detail = "does not speak XMPP"});
  expect_conversation("xmpp", ask, {{header + "<" + std::string(9000, 'a'), ""}}, {.state = failed, .detail = "does not speak XMPP"});
}

TEST(UpgradeXmpp, AHostNameThatWouldBreakTheHeaderIsNotSent) {
  expect_conversation("xmpp", "", {}, {.state = failed, .detail = "cannot stand"},
                      {.host = "a'><b", .port = 1, .user = {}, .password = {}});
}

}  // namespace
}  // namespace whytls::wire::dialogue
