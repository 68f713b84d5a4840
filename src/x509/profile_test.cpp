// SPDX-License-Identifier: Apache-2.0
#include "x509/profile.h"

#include <algorithm>
#include <functional>

#include "base/text.h"
#include "x509/testing.h"

namespace whytls::x509 {
namespace {

using namespace testing;
using std::chrono::hours;
using std::chrono::year;

std::string rules(const Certificate& certificate, Role role, Asked asked = {}) {
  std::vector<std::string> out;
  for (const Departure& d : departures(certificate, role, asked)) {
    EXPECT_FALSE(d.clause.empty() || d.text.empty()) << d.rule;
    out.push_back(d.rule);
  }
  return base::join(out, " ");
}

/// A chain that keeps to all rules.
Chain conforming() {
  Chain c;
  c.leaf_as.common_name = "www.example.com";
  c.leaf_as.dns = {"www.example.com"};
  c.intermediate_as.extensions.clear();
  return c;
}

TEST(Profile, has_nothing_to_say_of_a_conforming_chain) {
  Chain c = conforming();
  c.issue();
  EXPECT_EQ(rules(c.leaf.certificate, Role::leaf), "");
  EXPECT_EQ(rules(c.intermediate.certificate, Role::intermediate), "");
  EXPECT_EQ(rules(c.root.certificate, Role::anchor), "");
  const TrustStore store = c.store();
  JudgeOptions options = options_with(store);
  for (const Profile profile : {Profile::clients, Profile::rfc5280, Profile::web_pki}) {
    options.profile = profile;
    EXPECT_EQ(codes(judge(c.served(), options)), "");
  }
}

struct Case {
  const char* rule;
  std::function<void(Recipe&)> change;
};

TEST(Profile, names_each_rule_that_a_leaf_breaks) {
  const std::vector<Case> cases{
      {"serial-not-positive", [](Recipe& r) { r.serial = "00"; }},
      {"serial-too-long", [](Recipe& r) { r.serial = std::string(42, '4'); }},
      {"authority-key-id-missing", [](Recipe& r) { r.key_ids = false; }},
      {"extension-critical",
       [](Recipe& r) {
         r.extensions = {{"authorityInfoAccess", "critical,OCSP;URI:http://ocsp.example/"}};
       }},
      {"extension-form",
       [](Recipe& r) {
         r.extensions = {{"1.3.6.1.5.5.7.1.1", "DER:0500"}};
       }},
      {"extension-form",  // CA:FALSE spelled out, which DER leaves to the default
       [](Recipe& r) {
         r.basic_constraints = false;
         r.extensions = {{"2.5.29.19", "critical,DER:3003010100"}};
       }},
      {"information-access-empty",
       [](Recipe& r) {
         r.extensions = {{"1.3.6.1.5.5.7.1.1", "DER:3000"}};
       }},
      {"names-critical",
       [](Recipe& r) {
         r.dns.clear();
         r.extensions = {{"subjectAltName", "critical,DNS:www.example.com"}};
       }},
      {"names-not-critical", [](Recipe& r) { r.common_name.clear(); }},
      {"names-dns", [](Recipe& r) { r.dns.emplace_back("foo_bar.example.com"); }},
      {"names-dns", [](Recipe& r) { r.dns.emplace_back("-www.example.com"); }},
      {"names-dns", [](Recipe& r) { r.dns.emplace_back("*.com"); }},
      {"names-dns", [](Recipe& r) { r.dns.emplace_back("foo.*.example.com"); }},
      {"names-dns-address", [](Recipe& r) { r.dns.emplace_back("192.0.2.1"); }},
      {"names-mailbox", [](Recipe& r) { r.email.emplace_back("nobody"); }},
      {"common-name", [](Recipe& r) { r.common_name = "Example"; }},
      {"common-name-spelling common-name", [](Recipe& r) { r.common_name = "WWW.example.com"; }},
      {"common-name-spelling common-name",
       [](Recipe& r) {
         r.ip = {"192.0.2.1"};
         r.common_name = "0xC0.0.2.1";
       }},
      {"common-name-spelling common-name",
       [](Recipe& r) {
         r.ip = {"2001:db8::1"};
         r.common_name = "2001:0DB8::1";
       }},
      {"key-kind", [](Recipe& r) { r.key = "ed25519"; }},
      {"key-kind", [](Recipe& r) { r.key = "rsa-2052"; }},
      {"key-kind", [](Recipe& r) { r.key = "ec-secp192r1"; }},
      {"extended-key-usage-missing", [](Recipe& r) { r.extended_key_usage = ""; }},
      {"extended-key-usage-any", [](Recipe& r) { r.extended_key_usage = "serverAuth,anyExtendedKeyUsage"; }},
      {"extended-key-usage-critical", [](Recipe& r) { r.extended_key_usage = "critical,serverAuth"; }},
      {"name-constraints-in-leaf", [](Recipe& r) { r.name_constraints = "critical,permitted;DNS:example.com"; }},
      {"policy-constraints",
       [](Recipe& r) {
         r.extensions = {{"policyConstraints", "requireExplicitPolicy:0"}};
       }},
      {"inhibit-any-policy",
       [](Recipe& r) {
         r.extensions = {{"inhibitAnyPolicy", "0"}};
       }},
      {"key-usage-signs key-usage-of-leaf", [](Recipe& r) { r.key_usage = "critical,digitalSignature,keyCertSign"; }},
      {"crl-points-critical",
       [](Recipe& r) {
         r.extensions = {{"crlDistributionPoints", "critical,URI:http://crl.example/"}};
       }},
      {"validity-reversed", [](Recipe& r) { r.not_after = r.not_before - hours(1); }},
  };
  for (const Case& one : cases) {
    Chain c = conforming();
    one.change(c.leaf_as);
    c.issue();
    EXPECT_EQ(rules(c.leaf.certificate, Role::leaf), one.rule);
  }
}

TEST(Profile, names_each_rule_that_an_authority_breaks) {
  const std::vector<Case> cases{
      {"subject-key-id-missing",
       [](Recipe& r) {
         r.key_ids = false;
         r.authority_key_id = "4142";
       }},
      {"key-usage-missing", [](Recipe& r) { r.key_usage = ""; }},
      {"path-length",
       [](Recipe& r) {
         r.key_usage = "critical,cRLSign";
         r.path_length = 0;
       }},
      {"constraints-not-critical",
       [](Recipe& r) {
         r.basic_constraints = false;
         r.extensions = {{"basicConstraints", "CA:TRUE"}};
       }},
      {"name-constraints-not-critical", [](Recipe& r) { r.name_constraints = "permitted;DNS:example.com"; }},
      {"name-constraints-dot", [](Recipe& r) { r.name_constraints = "critical,permitted;DNS:.example.com"; }},
      {"name-constraints-empty",
       [](Recipe& r) {
         r.extensions = {{"2.5.29.30", "critical,DER:3000"}};
       }},
  };
  for (const Case& one : cases) {
    Chain c = conforming();
    one.change(c.intermediate_as);
    c.issue();
    EXPECT_EQ(rules(c.intermediate.certificate, Role::intermediate), one.rule);
  }
}

TEST(Profile, has_rules_of_its_own_for_roots) {
  Chain c = conforming();
  c.root_as.extended_key_usage = "serverAuth";
  c.issue();
  EXPECT_EQ(rules(c.root.certificate, Role::anchor), "extended-key-usage-of-root");
  EXPECT_EQ(rules(c.root.certificate, Role::anchor, {.server = true, .usage = false}), "");
  Chain d = conforming();
  d.root_as.authority_key_id = "4142";
  d.issue();
  EXPECT_EQ(rules(d.root.certificate, Role::anchor), "authority-key-id-not-own");
}

TEST(Profile, writes_years_as_rfc_5280_does) {
  Chain c = conforming();
  c.leaf_as.not_after = std::chrono::sys_days{year{2051} / 1 / 1};
  c.issue();
  EXPECT_EQ(rules(c.leaf.certificate, Role::leaf), "");
}

TEST(Profile, of_the_web_lets_constraints_be_uncritical_and_rfc_5280_lets_authorities_be_leaves) {
  Chain c = conforming();
  c.intermediate_as.name_constraints = "permitted;DNS:example.com";
  c.issue();
  const TrustStore store = c.store();
  JudgeOptions options = options_with(store);
  options.profile = Profile::web_pki;
  EXPECT_EQ(codes(judge(c.served(), options)), "");
  options.profile = Profile::rfc5280;
  EXPECT_EQ(codes(judge(c.served(), options)), "name_constraint@1");
  Chain d = conforming();
  d.leaf_as.ca = true;
  d.leaf_as.extended_key_usage = "serverAuth";
  d.leaf_as.key_usage = "critical,digitalSignature,keyCertSign";
  d.issue();
  const TrustStore other = d.store();
  options.store = &other;
  EXPECT_EQ(codes(judge(d.served(), options)), "");
  options.profile = Profile::web_pki;
  EXPECT_TRUE(judge(d.served(), options).has(Code::invalid_ca));
}

/// Sets one octet behind `marker`, where it stands for the first time.
Certificate changed(const Certificate& c, const base::Bytes& marker, std::uint8_t value) {
  base::Bytes der = c.der;
  const auto at = std::search(der.begin(), der.end(), marker.begin(), marker.end());
  EXPECT_NE(at, der.end());
  *(at + static_cast<std::ptrdiff_t>(marker.size())) = value;
  return examine(der);
}

TEST(Profile, knows_der_from_other_encodings) {
  Chain c = conforming();
  c.issue();
  // basicConstraints, critical: the BOOLEAN behind its OID is TRUE, which DER writes as FF, and FALSE it does not write.
  const base::Bytes critical{0x06, 0x03, 0x55, 0x1d, 0x13, 0x01, 0x01};
  EXPECT_EQ(rules(changed(c.root.certificate, critical, 0xff), Role::intermediate), "");
  EXPECT_EQ(rules(changed(c.leaf.certificate, critical, 0x01), Role::leaf), "encoding");
  EXPECT_EQ(rules(changed(c.leaf.certificate, critical, 0x00), Role::leaf), "encoding");
}

TEST(Profile, says_nothing_of_what_cannot_be_parsed) { EXPECT_TRUE(departures(examine({}), Role::leaf).empty()); }

}  // namespace
}  // namespace whytls::x509
