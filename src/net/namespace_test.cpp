// SPDX-License-Identifier: Apache-2.0
// What only a network of one's own can show: filters that drop, reject or forge. Each test makes a network namespace for its thread
// (which needs root, else it is skipped), so that nothing outside of it is touched.
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "net/dial.h"
#include "net/served.h"

namespace whytls::net {
namespace {

bool raise_loopback() {
  const int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  const bool up = ioctl(descriptor, SIOCSIFFLAGS, &request) == 0;
  ::close(descriptor);
  return up;
}

/// Loads rules of nftables into the thread's namespace.
bool filter(const std::string& rules) {
  const std::string command = "nft '" + rules + "'";
  return std::system(command.c_str()) == 0;  // NOLINT(concurrency-mt-unsafe): a constant of the test
}

const std::string table = "table inet t { chain in { type filter hook input priority 0; ";

/// Runs `body` in a thread with a network of its own.
template <class Body>
void in_own_network(Body body) {
  bool possible = false;
  std::thread([&] {
    possible = unshare(CLONE_NEWNET) == 0 && raise_loopback() && filter("add table inet probe");
    if (possible) body();
  }).join();
  if (!possible) GTEST_SKIP() << "needs root and nft to make a network namespace";
}

Served::Handler silent() {
  return [](Stream& peer) { peer.read(in(3s)); };
}

TEST(OwnNetwork, WithoutARouteIsUnreachable) {
  in_own_network([] {
    const Connected made = connect({.ip = "192.0.2.1", .port = 443}, {}, in(2s), nullptr);
    EXPECT_EQ(made.end, End::unreachable);
    EXPECT_EQ(made.text, "Network is unreachable");
    EXPECT_FALSE(routable("192.0.2.1"));
    EXPECT_TRUE(routable("127.0.0.1"));
  });
}

TEST(OwnNetwork, AnIcmpErrorIsUnreachableEvenWhereTheSystemSaysRefused) {
  in_own_network([] {
    const Served server(silent());
    ASSERT_TRUE(filter(table + "tcp dport " + std::to_string(server.address().port) + " reject with icmp type port-unreachable; }; }"));
    const Connected made = connect(server.address(), {}, in(2s), nullptr);
    EXPECT_EQ(made.end, End::unreachable);
    EXPECT_EQ(made.text, "Connection refused");
    ASSERT_EQ(made.icmp.size(), 1U);
    EXPECT_EQ(made.icmp[0].type, 3);
    EXPECT_EQ(made.icmp[0].code, 3);
    EXPECT_EQ(made.icmp[0].from, "127.0.0.1");
  });
}

TEST(OwnNetwork, AResetToTheSynIsRefused) {
  in_own_network([] {
    const Served server(silent());
    ASSERT_TRUE(filter(table + "tcp dport " + std::to_string(server.address().port) + " reject with tcp reset; }; }"));
    const Connected made = connect(server.address(), {}, in(2s), nullptr);
    EXPECT_EQ(made.end, End::refused);
    EXPECT_TRUE(made.icmp.empty());
  });
}

TEST(OwnNetwork, ASynThatIsDroppedIsATimeout) {
  in_own_network([] {
    const Served server(silent());
    ASSERT_TRUE(filter(table + "tcp dport " + std::to_string(server.address().port) + " drop; }; }"));
    const auto took = time_of([&] { EXPECT_EQ(connect(server.address(), {}, in(300ms), nullptr).end, End::timeout); });
    EXPECT_LT(took, 1s);
    CancelFlag cancelled{true};
    EXPECT_EQ(connect(server.address(), {}, in(5s), &cancelled).end, End::cancelled);
  });
}

TEST(OwnNetwork, Ipv6ErrorsAreReadToo) {
  in_own_network([] {
    const Served server(silent(), "::1");
    ASSERT_TRUE(filter(table + "tcp dport " + std::to_string(server.address().port) + " reject with icmpv6 type admin-prohibited; }; }"));
    const Connected made = connect(server.address(), {}, in(2s), nullptr);
    EXPECT_EQ(made.end, End::unreachable);
    ASSERT_EQ(made.icmp.size(), 1U);
    EXPECT_EQ(made.icmp[0].type, 1);
    EXPECT_EQ(made.icmp[0].code, 1);
    EXPECT_EQ(made.icmp[0].from, "::1");
  });
}

TEST(OwnNetwork, AResetThatComesInPlaceOfTheAcknowledgementShowsUnacknowledgedData) {
  in_own_network([] {
    const Served server(silent());
    ASSERT_TRUE(filter(table + "tcp dport " + std::to_string(server.address().port) + " tcp flags psh reject with tcp reset; }; }"));
    const Connected made = connect(server.address(), {}, in(2s), nullptr);
    ASSERT_NE(made.stream, nullptr) << made.text;
    say(*made.stream, "0123456789");
    EXPECT_EQ(made.stream->read(in(2s)).end, End::reset);
    const KernelView view = made.stream->kernel();
    EXPECT_EQ(view.bytes_sent, 10U);
    EXPECT_EQ(view.bytes_acknowledged, 0U);
  });
}

TEST(OwnNetwork, DataThatVanishAreRetransmittedAndNotAcknowledged) {
  in_own_network([] {
    const Served server(silent());
    ASSERT_TRUE(filter(table + "tcp dport " + std::to_string(server.address().port) + " tcp flags psh drop; }; }"));
    const Connected made = connect(server.address(), {}, in(2s), nullptr);
    say(*made.stream, "0123456789");
    EXPECT_EQ(made.stream->read(in(900ms)).end, End::timeout);
    const KernelView view = made.stream->kernel();
    EXPECT_EQ(view.bytes_acknowledged, 0U);
    EXPECT_GE(view.retransmissions, 1U);
  });
}

TEST(OwnNetwork, IcmpErrorsForDataEndTheWaitBeforeTheDeadline) {
  in_own_network([] {
    const Served server(silent());
    ASSERT_TRUE(filter(table + "tcp dport " + std::to_string(server.address().port) +
                       " tcp flags psh reject with icmp type host-unreachable; }; }"));
    const Connected made = connect(server.address(), {}, in(2s), nullptr);
    ASSERT_NE(made.stream, nullptr) << made.text;
    say(*made.stream, "0123456789");
    const auto took = time_of([&] { EXPECT_EQ(made.stream->read(in(4s)).end, End::unreachable); });
    EXPECT_LT(took, 3s);
    EXPECT_GE(took, 100ms) << "one error alone may be a blip";
  });
}

TEST(OwnNetwork, SeesTheHopsOfTheSynAckAndOfAForgedReset) {
  for (const char* ip : {"127.0.0.1", "::1"})
    in_own_network([ip] {
      const Served server(
          [](Stream& peer) {
            read_until(peer, "bye");
            peer.abort();
          },
          ip);
      ASSERT_TRUE(
          filter("table inet t { chain out { type filter hook output priority 0; tcp flags rst ip ttl set 33; tcp flags rst ip6 hoplimit "
                 "set 33; }; }"));
      const Connected made = connect(server.address(), {.watch_hops = true}, in(2s), nullptr);
      ASSERT_NE(made.stream, nullptr) << made.text;
      ASSERT_TRUE(made.stream->hops());
      EXPECT_EQ(made.stream->hops()->syn_ack_ttl, 64);
      EXPECT_EQ(made.stream->hops()->reset_ttl, 0);
      say(*made.stream, "bye");
      EXPECT_EQ(made.stream->read(in(2s)).end, End::reset);
      made.stream->close();
      EXPECT_EQ(made.stream->hops()->reset_ttl, 33);
    });
}

TEST(OwnNetwork, NoHopsAreSeenWhereNobodyAsked) {
  const Served server(silent());
  EXPECT_FALSE(connect(server.address(), {}, in(2s), nullptr).stream->hops());
}

}  // namespace
}  // namespace whytls::net
