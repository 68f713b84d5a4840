// SPDX-License-Identifier: Apache-2.0
#include "x509/intercept.h"

#include "x509/testing.h"

namespace whytls::x509 {
namespace {

using namespace testing;

std::string product(const std::string& issuer, const std::string& organization = "") {
  Recipe r = root_recipe(issuer);
  r.organization = organization;
  r.key_slot = "any";
  const Minted root = must(mint(r));
  const auto found = intercepted_by({must(mint(leaf_recipe(), &root)).certificate});
  return found ? found->product : "";
}

TEST(Interception, is_recognised_by_the_issuers_of_products) {
  EXPECT_EQ(product("Zscaler Intermediate Root CA (zscaler.net)", "Zscaler Inc."), "Zscaler");
  EXPECT_EQ(product("FG100D3G00000000", "Fortinet"), "Fortinet FortiGate");
  EXPECT_EQ(product("Kaspersky Anti-Virus Personal Root Certificate"), "Kaspersky");
  EXPECT_EQ(product("avast! Web/Mail Shield Root"), "Avast");
  EXPECT_EQ(product("ca.example.goskope.com"), "Netskope");
  EXPECT_EQ(product("Gateway CA - Cloudflare Managed G1"), "Cloudflare Gateway");
  EXPECT_EQ(product("PortSwigger CA", "PortSwigger"), "Burp Suite");
  EXPECT_EQ(product("mitmproxy"), "mitmproxy");
  EXPECT_EQ(product("DO_NOT_TRUST_FiddlerRoot"), "Fiddler");
  EXPECT_EQ(product("ESET SSL Filter CA"), "ESET");
  EXPECT_EQ(product("Cisco Umbrella Secondary SubCA", "Cisco"), "Cisco Umbrella");
}

TEST(Interception, is_not_seen_in_public_or_private_authorities) {
  EXPECT_EQ(product("R11", "Let's Encrypt"), "");
  EXPECT_EQ(product("Cloudflare Inc ECC CA-3", "Cloudflare, Inc."), "");
  EXPECT_EQ(product("Symantec Class 3 Secure Server CA - G4", "Symantec Corporation"), "");
  EXPECT_EQ(product("Trend Micro CA", "Trend Micro Inc"), "");
  EXPECT_EQ(product("Test Root CA"), "");
  EXPECT_EQ(product("Corporate Proxy CA"), "");
}

TEST(Interception, is_looked_for_in_issuers_not_in_subjects) {
  const Minted root = must(mint(root_recipe("Public CA")));
  EXPECT_FALSE(intercepted_by({must(mint(leaf_recipe("www.zscaler.com"), &root)).certificate}));
  EXPECT_FALSE(intercepted_by({}));
}

TEST(Interception, is_part_of_the_judgement) {
  Chain c;
  c.root_as = root_recipe("Charles Proxy CA (1 Jan 2026, laptop)");
  c.issue();
  const Judgement j = judge_chain(c);
  ASSERT_TRUE(j.interception);
  EXPECT_TRUE(j.interception->debugger);
  EXPECT_EQ(j.interception->position, 1U);
}

}  // namespace
}  // namespace whytls::x509
