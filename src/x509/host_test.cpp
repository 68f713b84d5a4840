// SPDX-License-Identifier: Apache-2.0
#include "x509/host.h"

#include <gmock/gmock.h>

#include "x509/testing.h"

namespace whytls::x509 {
namespace {

using namespace testing;
using ::testing::ElementsAre;

TEST(HostNames, match_whole_and_without_case) {
  EXPECT_TRUE(matches_dns("www.example.com", "www.example.com"));
  EXPECT_TRUE(matches_dns("WWW.Example.COM", "www.example.com"));
  EXPECT_TRUE(matches_dns("www.example.com", "www.example.com."));
  EXPECT_TRUE(matches_dns("localhost", "localhost"));
  EXPECT_TRUE(matches_dns("xn--mnchen-3ya.example", "xn--mnchen-3ya.example"));
  EXPECT_TRUE(matches_dns("a_b.example", "a_b.example"));
  EXPECT_FALSE(matches_dns("example.com", "www.example.com"));
  EXPECT_FALSE(matches_dns("www.example.com", "example.com"));
  EXPECT_FALSE(matches_dns("", ""));
  EXPECT_FALSE(matches_dns(".", "."));
  EXPECT_FALSE(matches_dns("a..b", "a..b"));
}

TEST(HostNames, match_a_wildcard_for_one_whole_leftmost_label) {
  EXPECT_TRUE(matches_dns("*.example.com", "www.example.com"));
  EXPECT_TRUE(matches_dns("*.example.com", "xn--mnchen-3ya.example.com"));
  EXPECT_FALSE(matches_dns("*.example.com", "example.com"));
  EXPECT_FALSE(matches_dns("*.example.com", "a.b.example.com"));
  EXPECT_FALSE(matches_dns("w*.example.com", "www.example.com"));
  EXPECT_FALSE(matches_dns("*w.example.com", "www.example.com"));
  EXPECT_FALSE(matches_dns("www.*.com", "www.example.com"));
  EXPECT_FALSE(matches_dns("*.*.com", "www.example.com"));
  EXPECT_FALSE(matches_dns("*.com", "example.com"));
  EXPECT_FALSE(matches_dns("*", "localhost"));
  EXPECT_FALSE(matches_dns("*.", "a."));
  EXPECT_FALSE(matches_dns("*.example.com", "*.example.com"));
  EXPECT_FALSE(matches_dns("*.example.com", ".example.com"));
}

Certificate with(std::vector<std::string> dns, std::vector<std::string> ip, const std::string& common_name = "unrelated") {
  Recipe r;
  r.common_name = common_name;
  r.dns = std::move(dns);
  r.ip = std::move(ip);
  return must(mint(r)).certificate;
}

TEST(Hosts, asked_for_by_address_need_an_address) {
  EXPECT_TRUE(match_host(with({}, {"192.0.2.1"}), "192.0.2.1").covered);
  EXPECT_TRUE(match_host(with({}, {"2001:db8::1"}), "2001:0db8:0:0::1").covered);
  EXPECT_FALSE(match_host(with({}, {"192.0.2.1"}), "192.0.2.2").covered);
  const HostMatch named = match_host(with({"www.example.com", "192.0.2.1"}, {}), "192.0.2.1");
  EXPECT_FALSE(named.covered);
  EXPECT_EQ(named.reason, "an address was asked for and the certificate has names only");
  EXPECT_FALSE(match_host(with({}, {"192.0.2.1"}), "www.example.com").covered);
}

TEST(Hosts, are_never_covered_by_the_common_name) {
  const HostMatch m = match_host(with({}, {}, "www.example.com"), "www.example.com");
  EXPECT_FALSE(m.covered);
  EXPECT_TRUE(m.only_common_name);
  EXPECT_EQ(m.reason, "the name stands only in the common name, which clients no longer read");
  EXPECT_FALSE(match_host(with({"other.example"}, {}, "www.example.com"), "www.example.com").covered);
}

TEST(Hosts, that_are_not_covered_come_with_the_nearest_names) {
  const HostMatch m = match_host(with({"example.org", "mail.example.com", "*.example.com"}, {}), "a.b.example.com");
  EXPECT_FALSE(m.covered);
  EXPECT_EQ(m.reason, "a wildcard covers one label only");
  EXPECT_THAT(m.nearest, ElementsAre("mail.example.com", "*.example.com", "example.org"));
  EXPECT_EQ(match_host(with({"example.org"}, {}), "www.example.com").reason, "the certificate names others");
}

TEST(Hosts, that_are_covered_come_with_the_name) {
  const HostMatch m = match_host(with({"example.com", "*.example.com"}, {}), "www.example.com");
  EXPECT_TRUE(m.covered);
  EXPECT_EQ(m.matched, "*.example.com");
  EXPECT_TRUE(m.reason.empty());
}

}  // namespace
}  // namespace whytls::x509
