// SPDX-License-Identifier: Apache-2.0
#include "x509/constraints.h"

#include "x509/testing.h"

namespace whytls::x509 {
namespace {

using namespace testing;

TEST(Constraints, of_dns_names_hold_for_the_name_and_all_below) {
  EXPECT_TRUE(dns_within("example.com", "example.com"));
  EXPECT_TRUE(dns_within("a.b.EXAMPLE.com", "example.com"));
  EXPECT_TRUE(dns_within("anything", ""));
  EXPECT_FALSE(dns_within("badexample.com", "example.com"));
  EXPECT_FALSE(dns_within("com", "example.com"));
}

TEST(Constraints, with_a_leading_dot_hold_below_only) {
  EXPECT_TRUE(dns_within("a.example.com", ".example.com"));
  EXPECT_FALSE(dns_within("example.com", ".example.com"));
  EXPECT_TRUE(dns_within("*.example.com", ".example.com"));
}

TEST(Constraints, take_a_wildcard_for_all_that_it_covers) {
  EXPECT_TRUE(dns_within("*.example.com", "example.com"));
  EXPECT_FALSE(dns_within("*.example.com", "foo.example.com"));
  EXPECT_TRUE(dns_touches("*.example.com", "bar.example.com"));     // CVE-2025-61727
  EXPECT_FALSE(dns_touches("*.example.com", "a.bar.example.com"));  // a wildcard is one label
  EXPECT_FALSE(dns_touches("*.example.com", ".bar.example.com"));
  EXPECT_FALSE(dns_touches("www.example.com", "bar.example.com"));
}

TEST(Constraints, of_mailboxes_have_three_forms) {
  EXPECT_TRUE(mailbox_within("foo@example.com", "foo@EXAMPLE.com"));
  EXPECT_FALSE(mailbox_within("Foo@example.com", "foo@example.com"));
  EXPECT_TRUE(mailbox_within("foo@example.com", "example.com"));
  EXPECT_FALSE(mailbox_within("foo@a.example.com", "example.com"));
  EXPECT_TRUE(mailbox_within("foo@a.example.com", ".example.com"));
  EXPECT_FALSE(mailbox_within("foo@example.com", ".example.com"));
  EXPECT_FALSE(mailbox_within("*@a.example.com", "*@example.com"));
}

TEST(Constraints, know_a_mailbox) {
  EXPECT_TRUE(is_mailbox("foo@example.com"));
  EXPECT_TRUE(is_mailbox("\"a@b\"@example.com"));
  EXPECT_FALSE(is_mailbox("invalid@invalid@example.com"));
  EXPECT_FALSE(is_mailbox("example.com"));
  EXPECT_FALSE(is_mailbox("@example.com"));
  EXPECT_FALSE(is_mailbox("foo@"));
}

TEST(Constraints, of_uris_are_about_the_host) {
  EXPECT_EQ(uri_host("https://user@www.example.com:8443/path?x#y"), "www.example.com");
  EXPECT_EQ(uri_host("urn:uuid:1"), "");
  EXPECT_EQ(uri_host("https://192.0.2.1/"), "");
  EXPECT_EQ(uri_host("https://[2001:db8::1]/"), "");
  EXPECT_TRUE(host_within("www.example.com", ".example.com"));
  EXPECT_FALSE(host_within("www.example.com", "example.com"));
  EXPECT_FALSE(host_within("", ""));
}

struct Case {
  const char* constraints;
  std::vector<std::string> dns, ip, email, uri;
  bool good;
};

TEST(Constraints, are_applied_in_all_forms) {
  const std::vector<Case> cases{
      {"permitted;DNS:example.com", {"www.example.com"}, {}, {}, {}, true},
      {"permitted;DNS:example.org", {"www.example.com"}, {}, {}, {}, false},
      {"permitted;DNS:example.org,permitted;DNS:example.com", {"www.example.com"}, {}, {}, {}, true},
      {"permitted;DNS:example.com,excluded;DNS:www.example.com", {"www.example.com"}, {}, {}, {}, false},
      {"excluded;DNS:bar.example.com", {"www.example.com", "*.example.com"}, {}, {}, {}, false},
      {"permitted;IP:192.0.2.0/255.255.255.0", {"www.example.com"}, {"192.0.2.7"}, {}, {}, true},
      {"permitted;IP:192.0.2.0/255.255.255.0", {"www.example.com"}, {"198.51.100.7"}, {}, {}, false},
      {"permitted;IP:192.0.2.0/255.255.255.0", {"www.example.com"}, {"2001:db8::1"}, {}, {}, false},
      {"excluded;IP:192.0.2.0/255.255.255.0", {"www.example.com"}, {"192.0.2.7"}, {}, {}, false},
      {"excluded;IP:192.0.2.0/255.255.0.255", {"www.example.com"}, {"198.51.100.7"}, {}, {}, false},  // no range
      {"permitted;email:example.com", {"www.example.com"}, {}, {"a@example.com"}, {}, true},
      {"permitted;email:example.com", {"www.example.com"}, {}, {"a@b.example.com"}, {}, false},
      {"permitted;email:a@b@example.com", {"www.example.com"}, {}, {}, {}, false},
      {"permitted;URI:.example.com", {"www.example.com"}, {}, {}, {"https://a.example.com/"}, true},
      {"permitted;URI:.example.com", {"www.example.com"}, {}, {}, {"urn:x:y"}, false},
      {"permitted;DNS:*.example.com", {"www.example.com"}, {}, {}, {}, false},  // no DNS name
      {"permitted;email:example.com", {"www.example.com"}, {}, {}, {}, true},   // of a form that does not occur
  };
  for (const Case& one : cases) {
    Chain c;
    c.intermediate_as.name_constraints = std::string("critical,") + one.constraints;
    c.leaf_as.dns = one.dns;
    c.leaf_as.ip = one.ip;
    c.leaf_as.email = one.email;
    c.leaf_as.uri = one.uri;
    const Judgement j = judge_chain(c.issue());
    EXPECT_EQ(j.trusted, one.good) << one.constraints << ": " << codes(j);
    EXPECT_EQ(j.has(Code::name_constraint), !one.good) << one.constraints;
  }
}

TEST(Constraints, bind_intermediates_but_not_those_that_are_self_issued) {
  Chain c;
  c.root_as.name_constraints = "critical,permitted;DNS:example.com";
  c.intermediate_as.dns = {"ca.example.org"};
  EXPECT_EQ(codes(judge_chain(c.issue())), "name_constraint@1");
  c.intermediate_as.common_name = c.root_as.common_name;
  c.intermediate_as.key_slot = "rolled over";
  EXPECT_TRUE(judge_chain(c.issue()).trusted) << codes(judge_chain(c));
}

TEST(Constraints, are_not_compared_without_end) {
  Chain c;
  std::string many = "critical";
  for (int i = 0; i < 600; ++i) many += ",permitted;DNS:p" + std::to_string(i) + ".test";
  c.intermediate_as.name_constraints = many;
  c.leaf_as.dns.clear();
  for (int i = 0; i < 600; ++i) c.leaf_as.dns.emplace_back("p599.test");
  const Judgement j = judge_chain(c.issue());
  EXPECT_TRUE(j.has(Code::name_constraint)) << codes(j);
}

}  // namespace
}  // namespace whytls::x509
