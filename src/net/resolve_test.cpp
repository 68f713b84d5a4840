// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "net/dial.h"
#include "net/served.h"

namespace whytls::net {
namespace {

/// A DNS server on loopback that knows a few names under "test" and how to fail.
class FakeDns {
 public:
  FakeDns() : descriptor_(socket(AF_INET, SOCK_DGRAM, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    EXPECT_EQ(bind(descriptor_, reinterpret_cast<sockaddr*>(&at), size), 0);
    getsockname(descriptor_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~FakeDns() {
    stop_ = true;
    thread_.join();
    ::close(descriptor_);
  }
  FakeDns(const FakeDns&) = delete;
  FakeDns& operator=(const FakeDns&) = delete;

  ResolveOptions options() const { return {.nameserver = "127.0.0.1:" + std::to_string(port_), .retry = 300ms}; }
  int asked() const { return asked_; }

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
      ++asked_;
      const base::Bytes answer = reply(base::ByteView(query).first(static_cast<std::size_t>(got)));
      if (!answer.empty()) sendto(descriptor_, answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
    }
  }

  static base::Bytes reply(base::ByteView query) {
    std::size_t end = 12;
    while (end < query.size() && query[end] != 0) end += query[end] + 1U;
    const std::string_view name = base::text(query.subspan(13, query[12]));  // the first label decides
    const std::uint8_t type = query[end + 2];
    const bool v4 = type == 1;
    const std::uint8_t code = name == "fail"                                                           ? 2
                              : name == "refuse"                                                       ? 5
                              : name == "both" || name == "four" || name == "alias" || name == "empty" ? 0
                                                                                                       : 3;
    if (name == "silent") return {};
    base::Writer out;
    out.bytes(query.first(2));
    out.u16(static_cast<std::uint16_t>(0x8180U | code));
    const bool answers = name == "both" || name == "alias" || (name == "four" && v4);
    out.u16(1);
    out.u16(static_cast<std::uint16_t>(answers ? (name == "alias" ? 2 : 1) : 0));
    out.u32(0);
    out.bytes(query.subspan(12, end + 5 - 12));
    if (answers && name == "alias") record(out, 0xc00c, 5, base::Bytes{4, 'r', 'e', 'a', 'l', 4, 't', 'e', 's', 't', 0});
    const auto owner = static_cast<std::uint16_t>(name == "alias" ? 0xc000U | (end + 5 + 12) : 0xc00cU);
    if (answers && v4) record(out, owner, 1, base::Bytes{192, 0, 2, 7});
    if (answers && !v4) record(out, owner, 28, base::Bytes{0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7});
    return out.take();
  }

  static void record(base::Writer& out, std::uint16_t owner, std::uint16_t type, const base::Bytes& data) {
    out.u16(owner);
    out.u16(type);
    out.u16(1);
    out.u32(60);
    out.prefixed16([&] { out.bytes(data); });
  }

  int descriptor_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stop_{false};
  std::atomic<int> asked_{0};
  std::thread thread_;
};

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

TEST(Resolve, ALiteralIsItself) {
  EXPECT_THAT(resolve("192.0.2.1", Family::any, in(1s), nullptr).addresses, ElementsAre("192.0.2.1"));
  EXPECT_THAT(resolve("[2001:db8::1]", Family::v6, in(1s), nullptr).addresses, ElementsAre("2001:db8::1"));
  const Resolved wrong = resolve("192.0.2.1", Family::v6, in(1s), nullptr);
  EXPECT_TRUE(wrong.addresses.empty());
  EXPECT_EQ(wrong.failure, "192.0.2.1 is an IPv4 address, and IPv6 was asked for");
}

TEST(Resolve, LocalhostNeverLeavesTheMachine) {
  const FakeDns dns;
  for (const char* name : {"localhost", "LOCALHOST.", "app.localhost"}) {
    EXPECT_THAT(resolve(name, Family::v4, in(1s), nullptr, dns.options()).addresses, ElementsAre("127.0.0.1")) << name;
    EXPECT_THAT(resolve(name, Family::v6, in(1s), nullptr, dns.options()).addresses, ElementsAre("::1")) << name;
  }
  EXPECT_EQ(dns.asked(), 0);
}

TEST(Resolve, BothFamiliesAreAsked) {
  const FakeDns dns;
  const Resolved both = resolve("both.test", Family::any, in(2s), nullptr, dns.options());
  EXPECT_THAT(both.addresses, UnorderedElementsAre("192.0.2.7", "2001:db8::7"));
  EXPECT_EQ(both.failure, "");
  EXPECT_THAT(resolve("both.test", Family::v6, in(2s), nullptr, dns.options()).addresses, ElementsAre("2001:db8::7"));
  EXPECT_THAT(resolve("four.test", Family::any, in(2s), nullptr, dns.options()).addresses, ElementsAre("192.0.2.7"));
}

TEST(Resolve, FollowsAnAlias) {
  const FakeDns dns;
  const Resolved found = resolve("alias.test", Family::v4, in(2s), nullptr, dns.options());
  EXPECT_THAT(found.addresses, ElementsAre("192.0.2.7"));
  EXPECT_EQ(found.canonical, "real.test");
}

TEST(Resolve, EachFailureHasItsOwnWords) {
  const FakeDns dns;
  const auto failure = [&](const char* name, Family family = Family::any) {
    const Resolved out = resolve(name, family, in(3s), nullptr, dns.options());
    EXPECT_TRUE(out.addresses.empty()) << name;
    EXPECT_FALSE(out.timed_out) << name;
    return out.failure;
  };
  EXPECT_EQ(failure("nothing.test"), "no such name (NXDOMAIN)");
  EXPECT_EQ(failure("empty.test"), "the name exists and has no address record");
  EXPECT_EQ(failure("four.test", Family::v6), "the name exists and has no IPv6 address record");
  EXPECT_EQ(failure("fail.test"), "the resolver 127.0.0.1 fails (SERVFAIL)");
  EXPECT_EQ(failure("refuse.test"), "the resolver 127.0.0.1 refuses to answer (REFUSED)");
  EXPECT_EQ(failure(""), "not a valid host name");
  EXPECT_EQ(failure(std::string(300, 'a').c_str()), "not a valid host name");
}

TEST(Resolve, ASilentResolverIsATimeoutByTheDeadline) {
  const FakeDns dns;
  Resolved out;
  const auto took = time_of([&] { out = resolve("silent.test", Family::any, in(200ms), nullptr, dns.options()); });
  EXPECT_LT(took, 900ms);
  EXPECT_TRUE(out.timed_out);
  EXPECT_EQ(out.failure, "the resolver 127.0.0.1 does not answer");
}

TEST(Resolve, WhereNoResolverListensItSaysSo) {
  ResolveOptions options;
  {
    const FakeDns gone;
    options = gone.options();
  }
  EXPECT_THAT(resolve("x.test", Family::any, in(5s), nullptr, options).failure, HasSubstr("no resolver listens at 127.0.0.1"));
}

TEST(Resolve, CanBeCancelled) {
  const FakeDns dns;
  const CancelFlag cancelled{true};
  const auto took =
      time_of([&] { EXPECT_EQ(resolve("silent.test", Family::any, in(5s), &cancelled, dns.options()).failure, "interrupted"); });
  EXPECT_LT(took, 900ms);
}

}  // namespace
}  // namespace whytls::net
