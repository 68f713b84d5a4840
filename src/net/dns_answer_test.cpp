// SPDX-License-Identifier: Apache-2.0
#include "net/dns_answer.h"

#include <gtest/gtest.h>

#include "net/dns_message.h"

namespace whytls::net {
namespace {

TEST(DnsAnswer, GivesTheRecordsOfTheNameAskedFor) {
  const DnsAnswer answer = read_dns_answer(
      message(0x81a0, "_25._tcp.mx.test", dns_tlsa, {{"_25._TCP.mx.test", dns_tlsa, tlsa}, {"other.test", dns_tlsa, tlsa}}));
  EXPECT_FALSE(answer.failure);
  EXPECT_TRUE(answer.validated);
  ASSERT_EQ(answer.tlsa.size(), 1U);
  EXPECT_EQ(answer.tlsa[0].usage, 3);
  EXPECT_EQ(answer.tlsa[0].data, (base::Bytes{0xab, 0xcd}));
}

TEST(DnsAnswer, FollowsAliasesAndNoCircle) {
  const auto alias = [](const std::string& from, const std::string& to) { return Resource{from, 5, name_bytes(to)}; };
  const DnsAnswer led = read_dns_answer(message(
      0x8180, "a.test", dns_caa, {alias("a.test", "b.test"), alias("b.test", "c.test"), {"c.test", dns_caa, caa("issue", "ca.test")}}));
  ASSERT_EQ(led.caa.size(), 1U);
  EXPECT_EQ(led.caa[0].value, "ca.test");
  EXPECT_TRUE(read_dns_answer(message(0x8180, "a.test", dns_caa, {alias("a.test", "b.test"), alias("b.test", "a.test")})).caa.empty());
}

TEST(DnsAnswer, RefusesPointersThatLeadForwardOrToThemselves) {
  for (const std::uint8_t target : {std::uint8_t{12}, std::uint8_t{14}, std::uint8_t{200}}) {
    base::Bytes bad{0, 7, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, target, 0, 52, 0, 1};
    EXPECT_TRUE(read_dns_answer(bad).failure) << int{target};
  }
}

TEST(DnsAnswer, RefusesWhatIsTooShortForARecord) {
  EXPECT_TRUE(read_dns_answer(message(0x8180, "x.test", dns_tlsa, {{"x.test", dns_tlsa, {3, 1, 1}}})).failure);
  EXPECT_TRUE(read_dns_answer(message(0x8180, "x.test", dns_caa, {{"x.test", dns_caa, {0, 9, 'i'}}})).failure);
  EXPECT_TRUE(read_dns_answer(message(0x8180, "x.test", dns_caa, {{"x.test", dns_caa, {0, 0, 'i'}}})).failure);
  base::Bytes cut = message(0x8180, "x.test", dns_tlsa, {{"x.test", dns_tlsa, tlsa}});
  for (std::size_t size = 0; size < cut.size(); ++size) EXPECT_TRUE(read_dns_answer(base::ByteView(cut).first(size)).failure) << size;
}

TEST(DnsAnswer, KeepsADotWithinALabelApart) {
  base::Writer out;
  out.bytes(base::Bytes{0, 7, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0, 3, 'a', '.', 'b', 0, 0, 52, 0, 1});
  EXPECT_EQ(read_dns_answer(out.data()).name, "a\\.b");
}

}  // namespace
}  // namespace whytls::net
