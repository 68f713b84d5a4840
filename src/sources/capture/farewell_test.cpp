// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/farewell.h"

#include <gtest/gtest.h>

#include "sources/capture/standing.h"
#include "sources/capture/tls/testing.h"

namespace whytls::sources::capture {
namespace {

using namespace testing;
using wire::HandshakeType;

Bytes hello(bool named, bool speaks_http) {
  wire::ClientHello out = offer();
  if (!named) out.extensions.erase(out.extensions.begin());
  if (speaks_http) out.extensions.push_back(wire::alpn_extension({"http/1.1"}));
  return message(HandshakeType::client_hello, wire::build(out));
}

struct Visit {
  bool named = true, speaks_http = false, goodbye = false, answered = false, server_closes = false;
  std::int64_t waits = 1;  ///< milliseconds
};

/// A handshake of TLS 1.2 that is completed, and how the client goes.
bool refused(const Visit& how) {
  Watch watch;
  const Bytes finish = join({ccs(), sealed_handshake()});
  watch.client(hello(how.named, how.speaks_http))
      .server(join({server_hello(0x0303, 0xc02f), message(HandshakeType::certificate, {0, 0, 0})}));
  watch.server(message(HandshakeType::server_hello_done, {})).client(join({message(HandshakeType::client_key_exchange, {1, 5}), finish}));
  watch.server(finish).waits(how.waits);
  if (how.goodbye) watch.client(record(wire::ContentType::alert, Bytes(26, 0xcc)));
  if (how.answered) watch.server(record(wire::ContentType::alert, Bytes(26, 0xcc)));
  const Assessment a = assess(watch.closes(how.server_closes ? End::answerer : End::opener).end().at(0));
  EXPECT_EQ(a.standing, Standing::complete);
  return a.sent_nothing;
}

TEST(Farewell, WhoGoesAtOnceWithoutAWordMayHaveRefused) { EXPECT_TRUE(refused({})); }

TEST(Farewell, WhoCameToSpeakHttpAndSaysGoodbyeInsteadMayHaveRefused) {
  EXPECT_TRUE(refused({.speaks_http = true, .goodbye = true}));
  EXPECT_TRUE(refused({.speaks_http = true}));
}

TEST(Farewell, AnAlertThatTheServerAnswersByClosingIsTheClientsGoing) {
  EXPECT_TRUE(refused({.speaks_http = true, .goodbye = true, .server_closes = true}));
  EXPECT_FALSE(refused({.speaks_http = true, .server_closes = true}));
}

TEST(Farewell, WhoWaitsForTheServersGoodbyePartsInPeace) {
  EXPECT_FALSE(refused({.speaks_http = true, .goodbye = true, .answered = true}));
}

TEST(Farewell, AMonitorThatSaysGoodbyeOnlyLooked) { EXPECT_FALSE(refused({.goodbye = true})); }

TEST(Farewell, AGoodbyeThatTls13HidesShowsInItsSize) {
  for (const bool goodbye : {false, true}) {
    Watch watch;
    watch.client(hello(true, false)).server(join({server_hello(0x0304, 0x1301), sealed(30), sealed(900), sealed(53)})).client(sealed(53));
    if (goodbye) watch.client(sealed(19));
    const Assessment a = assess(watch.closes(End::opener).end().at(0));
    EXPECT_EQ(a.standing, Standing::complete);
    EXPECT_EQ(a.sent_nothing, !goodbye);
  }
}

TEST(Farewell, AHealthCheckAsksForNoName) { EXPECT_FALSE(refused({.named = false})); }

TEST(Farewell, ASpareConnectionIsKeptForAWhile) {
  EXPECT_FALSE(refused({.speaks_http = true, .waits = 5000}));
  EXPECT_TRUE(refused({.speaks_http = true, .waits = 2000}));
}

}  // namespace
}  // namespace whytls::sources::capture
