// SPDX-License-Identifier: Apache-2.0
#include "net/dns_records.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <map>
#include <mutex>

#include "net/served.h"

namespace whytls::net {
namespace {

using testing::ElementsAre;

struct Resource {
  std::string owner;
  std::uint16_t type = 0;
  base::Bytes data;
};

void write_name(base::Writer& out, const std::string& name) {
  std::size_t at = 0;
  while (at < name.size()) {
    const std::size_t dot = std::min(name.find('.', at), name.size());
    out.prefixed8([&] { out.text(std::string_view(name).substr(at, dot - at)); });
    at = dot + 1;
  }
  out.u8(0);
}

base::Bytes name_bytes(const std::string& name) {
  base::Writer out;
  write_name(out, name);
  return out.take();
}

base::Bytes message(std::uint16_t flags, const std::string& name, std::uint16_t type, const std::vector<Resource>& answers) {
  base::Writer out;
  out.u16(7);
  out.u16(flags);
  out.u16(1);
  out.u16(static_cast<std::uint16_t>(answers.size()));
  out.u32(0);
  write_name(out, name);
  out.u16(type);
  out.u16(1);
  for (const Resource& one : answers) {
    write_name(out, one.owner);
    out.u16(one.type);
    out.u16(1);
    out.u32(60);
    out.prefixed16([&] { out.bytes(one.data); });
  }
  return out.take();
}

base::Bytes caa(std::string_view tag, std::string_view value, std::uint8_t flags = 0) {
  base::Writer out;
  out.u8(flags);
  out.prefixed8([&] { out.text(tag); });
  out.text(value);
  return out.take();
}

const base::Bytes tlsa{3, 1, 1, 0xab, 0xcd};

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

TEST(ResolvConf, TrustsAdOnlyWhereItSaysSo) {
  EXPECT_TRUE(trusts_ad("nameserver 192.0.2.53\noptions edns0 trust-ad\n"));
  EXPECT_FALSE(trusts_ad("nameserver 192.0.2.53\noptions edns0\n# options trust-ad\n"));
  EXPECT_FALSE(trusts_ad(""));
}

/// A DNS server on loopback with some records; what it does not have does not exist, and "silent" names are not answered at all.
class Zone {
 public:
  explicit Zone(std::vector<Resource> records, std::uint16_t flags = 0x81a0)
      : records_(std::move(records)), flags_(flags), descriptor_(socket(AF_INET, SOCK_DGRAM, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    EXPECT_EQ(bind(descriptor_, reinterpret_cast<sockaddr*>(&at), size), 0);
    getsockname(descriptor_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Zone() {
    stop_ = true;
    thread_.join();
    ::close(descriptor_);
  }
  Zone(const Zone&) = delete;
  Zone& operator=(const Zone&) = delete;

  ResolveOptions options() const { return {.nameserver = "127.0.0.1:" + std::to_string(port_), .retry = 300ms}; }
  std::vector<std::string> asked() {
    const std::scoped_lock lock(guard_);
    return asked_;
  }

 private:
  void serve() {
    while (!stop_) {
      pollfd one{.fd = descriptor_, .events = POLLIN};
      if (poll(&one, 1, 20) <= 0) continue;
      std::array<std::uint8_t, 512> query{};
      sockaddr_in from{};
      socklen_t size = sizeof from;
      const ssize_t got = recvfrom(descriptor_, query.data(), query.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
      if (got < 17) continue;
      const base::Bytes out = answer(base::ByteView(query).first(static_cast<std::size_t>(got)));
      if (!out.empty()) sendto(descriptor_, out.data(), out.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
    }
  }

  base::Bytes answer(base::ByteView query) {
    const DnsAnswer question = read_dns_answer(query);
    const std::scoped_lock lock(guard_);
    asked_.push_back(question.name);
    EXPECT_TRUE(question.validated) << "the query lacks the AD bit";
    if (question.name.find("silent") != std::string::npos) return {};
    std::vector<Resource> found;
    for (const Resource& one : records_)
      if (one.owner == question.name && one.type == question.type) found.push_back(one);
    base::Bytes out = message(static_cast<std::uint16_t>(flags_ | (found.empty() ? 3U : 0U)), question.name, question.type, found);
    std::copy(query.begin(), query.begin() + 2, out.begin());
    return out;
  }

  std::vector<Resource> records_;
  std::uint16_t flags_;
  int descriptor_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stop_{false};
  std::mutex guard_;
  std::vector<std::string> asked_;
  std::thread thread_;
};

TEST(DnsRecords, OfThePortAndOfTheNearestNameAbove) {
  Zone zone({{"_25._tcp.mx.shop.test", dns_tlsa, tlsa},
             {"shop.test", dns_caa, caa("issue", "ca.test", 128)},
             {"test", dns_caa, caa("issue", "far.test")}});
  const Records records = dns_records("MX.shop.test.", 25, in(2s), nullptr, zone.options());
  ASSERT_EQ(records.tlsa.size(), 1U);
  EXPECT_TRUE(records.tlsa_validated);
  ASSERT_EQ(records.caa.size(), 1U);
  EXPECT_EQ(records.caa[0].value, "ca.test");
  EXPECT_TRUE(records.caa[0].critical);
  EXPECT_EQ(records.caa_at, "shop.test");
}

TEST(DnsRecords, AreNotValidatedWhereTheResolverDoesNotSaySo) {
  Zone zone({{"_25._tcp.mx.test", dns_tlsa, tlsa}}, 0x8180);
  const Records records = dns_records("mx.test", 25, in(2s), nullptr, zone.options());
  EXPECT_EQ(records.tlsa.size(), 1U);
  EXPECT_FALSE(records.tlsa_validated);
}

TEST(DnsRecords, OfNamesThatDnsDoesNotHaveAreNotAskedFor) {
  Zone zone({});
  for (const char* host : {"192.0.2.1", "2001:db8::1", "localhost", "app.localhost", "printer.local", "router"}) {
    const Records records = dns_records(host, 443, in(1s), nullptr, zone.options());
    EXPECT_TRUE(records.tlsa.empty() && records.caa.empty());
  }
  EXPECT_THAT(zone.asked(), ElementsAre());
}

TEST(DnsRecords, EndAtTheDeadlineAndWhatCameCounts) {
  Zone zone({{"silent.test", dns_caa, caa("issue", "near.test")}, {"test", dns_caa, caa("issue", "ca.test")}});
  const auto begin = Clock::now();
  const Records records = dns_records("silent.test", 443, in(300ms), nullptr, zone.options());
  EXPECT_LT(Clock::now() - begin, 600ms);
  EXPECT_TRUE(records.caa.empty()) << "a nearer name that did not answer might have records";
  CancelFlag cancelled{true};
  EXPECT_TRUE(dns_records("test.test", 443, in(5s), &cancelled, zone.options()).caa.empty());
}

}  // namespace
}  // namespace whytls::net
