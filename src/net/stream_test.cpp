// SPDX-License-Identifier: Apache-2.0
#include "net/stream.h"

#include <arpa/inet.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/served.h"

namespace whytls::net {

namespace {

Connected reach(const Address& address, const StreamOptions& options = {}) { return connect(address, options, in(2s), nullptr); }

TEST(Stream, CarriesBytesBothWaysOverBothFamilies) {
  for (const char* ip : {"127.0.0.1", "::1"}) {
    const Served server([](Stream& peer) { say(peer, "you said " + read_until(peer, "\n")); }, ip);
    const Connected made = reach(server.address());
    ASSERT_NE(made.stream, nullptr) << made.text;
    EXPECT_EQ(made.end, End::open);
    say(*made.stream, "hello\n");
    EXPECT_EQ(read_until(*made.stream, ""), "you said hello\n");
    EXPECT_EQ(made.stream->remote().text(), server.address().text());
    EXPECT_EQ(made.stream->local().ip, ip);
    EXPECT_NE(made.stream->local().port, 0);
  }
}

TEST(Stream, TellsAnOrderlyEndFromAReset) {
  const Served closes([](Stream& peer) { peer.close(); });
  const Served resets([](Stream& peer) { peer.abort(); });
  EXPECT_EQ(reach(closes.address()).stream->read(in(2s)).end, End::closed);
  EXPECT_EQ(reach(resets.address()).stream->read(in(2s)).end, End::reset);
}

TEST(Stream, AResetIsNotForgottenOnceAWriteMetIt) {
  const Served server([](Stream& peer) { peer.abort(); });
  const Connected made = reach(server.address());
  ASSERT_NE(made.stream, nullptr) << made.text;
  std::this_thread::sleep_for(50ms);
  EXPECT_EQ(made.stream->write(base::view("x"), in(1s), 0), End::reset);
  EXPECT_EQ(made.stream->write(base::view("x"), in(1s), 0), End::reset);
  EXPECT_EQ(made.stream->read(in(1s)).end, End::reset);
  EXPECT_EQ(made.stream->read(in(1s)).end, End::reset);
}

TEST(Stream, AResetRightAfterTheAcceptIsNoFailureToConnect) {
  const Served server([](Stream& peer) { peer.abort(); });
  for (int i = 0; i < 200; ++i) {
    const Connected made = reach(server.address());
    ASSERT_NE(made.stream, nullptr) << made.text;
    EXPECT_EQ(made.stream->read(in(1s)).end, End::reset);
  }
}

TEST(Stream, WhatCameBeforeAResetIsStillRead) {
  const Served server([](Stream& peer) {
    say(peer, "last words");
    read_until(peer, "go");
    peer.abort();
  });
  const Connected made = reach(server.address());
  std::this_thread::sleep_for(20ms);
  say(*made.stream, "go");
  std::this_thread::sleep_for(50ms);
  EXPECT_EQ(base::text(made.stream->read(in(2s)).bytes), "last words");
  EXPECT_EQ(made.stream->read(in(2s)).end, End::reset);
}

TEST(Stream, ASilentPeerMeansTimeoutAtTheDeadline) {
  const Served server([](Stream& peer) { peer.read(in(5s)); });
  const Connected made = reach(server.address());
  const auto took = time_of([&] { EXPECT_EQ(made.stream->read(in(150ms)).end, End::timeout); });
  EXPECT_GE(took, 149ms);
  EXPECT_LT(took, 900ms);
}

TEST(Stream, APeerThatDoesNotReadStopsAWriteAtTheDeadline) {
  const Served server([](Stream& peer) {
    std::this_thread::sleep_for(1s);
    peer.abort();
  });
  const Connected made = reach(server.address());
  const base::Bytes large(64 << 20, 'x');
  const auto took = time_of([&] { EXPECT_EQ(made.stream->write(large, in(150ms), 0), End::timeout); });
  EXPECT_LT(took, 1s);
}

TEST(Stream, NobodyListeningIsRefused) {
  Address free;
  {
    const auto listener = Listener::open({.ip = "127.0.0.1", .port = 0});
    free = (*listener)->address();
  }
  const Connected made = reach(free);
  EXPECT_EQ(made.end, End::refused);
  EXPECT_EQ(made.text, "Connection refused");
  EXPECT_EQ(made.stream, nullptr);
}

TEST(Stream, AnAddressThatIsNoneIsOurOwnFailure) {
  EXPECT_EQ(reach({.ip = "no address", .port = 1}).end, End::local);
  EXPECT_EQ(reach({.ip = "127.0.0.1", .port = 9}, {.max_segment = 1}).end, End::local) << "the kernel takes no such segment";
}

TEST(Stream, ACancelledReadEndsWithin200Milliseconds) {
  const Served server([](Stream& peer) { peer.read(in(5s)); });
  CancelFlag cancel{false};
  const Connected made = connect(server.address(), {}, in(2s), &cancel);
  std::thread canceller([&] {
    std::this_thread::sleep_for(50ms);
    cancel = true;
  });
  const auto took = time_of([&] { EXPECT_EQ(made.stream->read(in(5s)).end, End::cancelled); });
  canceller.join();
  EXPECT_LT(took, 600ms);
}

TEST(Stream, KnowsThatItsDataWereAcknowledgedBeforeTheReset) {
  const Served server([](Stream& peer) {
    std::this_thread::sleep_for(100ms);
    peer.abort();
  });
  const Connected made = reach(server.address());
  say(*made.stream, "0123456789");
  EXPECT_EQ(made.stream->read(in(2s)).end, End::reset);
  const KernelView view = made.stream->kernel();
  ASSERT_TRUE(view.available);
  EXPECT_EQ(view.bytes_sent, 10U);
  EXPECT_EQ(view.bytes_acknowledged, 10U);
  EXPECT_EQ(view.bytes_received, 0U);
  EXPECT_GT(view.path_mtu, 1000U);
  made.stream->close();
  EXPECT_EQ(made.stream->kernel().bytes_acknowledged, 10U) << "what was known is kept behind the close";
  EXPECT_EQ(made.stream->read(in(1s)).end, End::closed);
  EXPECT_EQ(made.stream->write(base::view("x"), in(1s), 0), End::closed);
}

TEST(Stream, ClampsItsSegments) {
  const Served server([](Stream& peer) { say(peer, read_until(peer, "\n")); });
  const Connected made = reach(server.address(), {.max_segment = 200});
  ASSERT_NE(made.stream, nullptr) << made.text;
  EXPECT_LE(made.stream->kernel().send_mss, 200U);
  const std::string line = std::string(3000, 'x') + "\n";
  say(*made.stream, line);
  EXPECT_EQ(read_until(*made.stream, "\n"), line);
}

/// Segments with data that a plain socket received in one connection.
unsigned segments_for(std::size_t segment) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  EXPECT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&at), size), 0);
  EXPECT_EQ(listen(listener, 1), 0);
  getsockname(listener, reinterpret_cast<sockaddr*>(&at), &size);
  const Connected made = reach({.ip = "127.0.0.1", .port = ntohs(at.sin_port)});
  const int peer = accept(listener, nullptr, nullptr);
  EXPECT_EQ(made.stream->write(base::Bytes(500, 'x'), in(2s), segment), End::open);
  std::this_thread::sleep_for(20ms);
  tcp_info info{};
  size = sizeof info;
  EXPECT_EQ(getsockopt(peer, IPPROTO_TCP, TCP_INFO, &info, &size), 0);
  ::close(peer);
  ::close(listener);
  return info.tcpi_data_segs_in;
}

TEST(Stream, WritesInSegmentsWhereAsked) {
  EXPECT_EQ(segments_for(0), 1U);
  EXPECT_EQ(segments_for(100), 5U);
}

TEST(Listener, GivesUpAtItsDeadlineAndWhenCancelled) {
  const auto listener = Listener::open({.ip = "127.0.0.1", .port = 0});
  EXPECT_LT(time_of([&] { EXPECT_EQ((*listener)->accept(in(50ms), nullptr), nullptr); }), 600ms);
  const CancelFlag cancelled{true};
  EXPECT_LT(time_of([&] { EXPECT_EQ((*listener)->accept(in(5s), &cancelled), nullptr); }), 600ms);
}

TEST(Listener, SaysWhyItCannotListen) {
  const auto taken = Listener::open({.ip = "127.0.0.1", .port = 0});
  const auto second = Listener::open((*taken)->address());
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().text(), testing::HasSubstr("Address already in use"));
  EXPECT_FALSE(Listener::open({.ip = "nowhere", .port = 0}));
}

TEST(Address, IsWrittenWithBracketsForIpv6) {
  EXPECT_EQ((Address{.ip = "192.0.2.1", .port = 443}.text()), "192.0.2.1:443");
  EXPECT_EQ((Address{.ip = "2001:db8::1", .port = 443}.text()), "[2001:db8::1]:443");
}

}  // namespace
}  // namespace whytls::net
