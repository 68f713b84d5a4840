// SPDX-License-Identifier: Apache-2.0
#include "wire/upgrade.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace whytls::wire {
namespace {

TEST(UpgradeProtocols, AreAllThere) {
  std::set<std::string_view> names;
  for (const UpgradeProtocol* protocol : upgrade_protocols) {
    names.insert(protocol->name);
    EXPECT_FALSE(protocol->title.empty());
    EXPECT_FALSE(protocol->ports.empty());
    EXPECT_NE(protocol->begin, nullptr);
  }
  EXPECT_EQ(names, (std::set<std::string_view>{"smtp", "lmtp", "imap", "pop3", "ftp", "nntp", "sieve", "ldap", "xmpp", "xmpp-server", "irc",
                                               "postgres", "mysql", "rdp", "http-connect", "socks5"}));
}

TEST(UpgradeProtocols, AreFoundByNameInAnyCaseAndByAlias) {
  EXPECT_EQ(upgrade_protocol("SMTP")->title, "SMTP");
  EXPECT_EQ(upgrade_protocol("postgresql"), upgrade_protocol("postgres"));
  EXPECT_EQ(upgrade_protocol("gopher"), nullptr);
  EXPECT_EQ(upgrade_protocol(""), nullptr);
}

TEST(UpgradeProtocols, AreFoundByPortButProxiesAreNot) {
  EXPECT_EQ(upgrade_for_port(587), upgrade_protocol("smtp"));
  EXPECT_EQ(upgrade_for_port(5269), upgrade_protocol("xmpp-server"));
  EXPECT_EQ(upgrade_for_port(1080), nullptr);
  EXPECT_EQ(upgrade_for_port(443), nullptr);
}

TEST(UpgradeProtocols, NoPortBelongsToTwo) {
  std::set<std::uint16_t> seen;
  for (const UpgradeProtocol* protocol : upgrade_protocols)
    for (const std::uint16_t port : protocol->ports) EXPECT_TRUE(seen.insert(port).second) << port;
}

}  // namespace
}  // namespace whytls::wire
