// SPDX-License-Identifier: Apache-2.0
#include "net/dns_records.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <mutex>

#include "net/dns_message.h"
#include "net/served.h"

namespace whytls::net {
namespace {

using testing::ElementsAre;

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
