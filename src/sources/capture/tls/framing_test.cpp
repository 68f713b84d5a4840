// SPDX-License-Identifier: Apache-2.0
// TLS within frames of another protocol, and within TLS.
#include "sources/capture/tls/framing.h"

#include <gtest/gtest.h>

#include "crypto/record_cipher.h"
#include "registry/registry.h"
#include "sources/capture/decrypt/key_log.h"
#include "sources/capture/tls/testing.h"

namespace whytls::sources::capture {
namespace {

using namespace testing;
using wire::HandshakeType;

Bytes tds(const Bytes& payload, std::uint8_t type = 0x12) {
  base::Writer out;
  out.u8(type);
  out.u8(1);
  out.u16(static_cast<std::uint16_t>(payload.size() + 8));
  out.u32(0);
  out.bytes(payload);
  return out.take();
}

/// As many packets as it takes.
Bytes tds_packets(const Bytes& payload, std::size_t size) {
  Bytes out;
  for (std::size_t at = 0; at < payload.size(); at += size) {
    const auto from = payload.begin() + static_cast<std::ptrdiff_t>(at);
    const Bytes packet = tds(Bytes(from, from + static_cast<std::ptrdiff_t>(std::min(size, payload.size() - at))));
    out.insert(out.end(), packet.begin(), packet.end());
  }
  return out;
}

Bytes flight() {
  return join({server_hello(0x0303, 0xc02f), message(HandshakeType::certificate, {0, 0, 0}),
               message(HandshakeType::server_key_exchange, {3, 0, 29, 1, 5, 4, 3, 0, 1, 9}),
               message(HandshakeType::server_hello_done, {})});
}
Bytes client_end() { return join({message(HandshakeType::client_key_exchange, {1, 5}), ccs(), sealed_handshake()}); }
Bytes server_end() { return join({ccs(), sealed_handshake()}); }

TEST(Framing, TheHandshakeOfATdsServerIsReadThroughItsPackets) {
  for (const std::size_t pieces : {std::size_t{0}, std::size_t{3}}) {
    Watch watch;
    const auto& found = watch.client(tds(Bytes(30, 7)))
                            .server(tds(Bytes(30, 9), 0x04))
                            .client(tds(client_hello()))
                            .server(tds_packets(flight(), 60), pieces)
                            .client(tds(client_end()), pieces)
                            .server(tds(server_end()), pieces)
                            .client(sealed(100), pieces)
                            .server(sealed(200), pieces)
                            .end();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].upgrade, "tds");
    EXPECT_TRUE(found[0].conversation.established);
    EXPECT_TRUE(found[0].conversation.malformed.empty());
    EXPECT_EQ(found[0].protected_server, 2U);
  }
}

/// A packet of OpenVPN over TCP; `auth`: bytes of tls-auth.
Bytes vpn(std::uint8_t operation, const Bytes& payload, std::uint8_t acknowledged = 0, std::size_t auth = 0) {
  base::Writer out;
  const std::size_t size = 9 + auth + 1 + (acknowledged > 0 ? 4U * acknowledged + 8 : 0) + 4 + payload.size();
  out.u16(static_cast<std::uint16_t>(size));
  out.u8(static_cast<std::uint8_t>(operation << 3U));
  out.bytes(Bytes(8 + auth, 0x16));
  out.u8(acknowledged);
  if (acknowledged > 0) out.bytes(Bytes(4U * acknowledged + 8, 3));
  out.u32(1);
  out.bytes(payload);
  return out.take();
}

TEST(Framing, TheHandshakeInOpenVpnsControlChannelIsRead) {
  for (const std::size_t auth : {std::size_t{0}, std::size_t{28}, std::size_t{72}}) {
    const Bytes hello = client_hello();
    const Bytes front(hello.begin(), hello.begin() + 40), back(hello.begin() + 40, hello.end());
    Watch watch;
    const auto& found = watch.client(vpn(7, {}, 0, auth))
                            .server(vpn(8, {}, 1, auth))
                            .client(vpn(4, front, 1, auth))
                            .client(vpn(4, back, 0, auth), 5)
                            .server(vpn(4, flight(), 2, auth))
                            .client(vpn(4, client_end(), 0, auth))
                            .server(vpn(4, server_end(), 1, auth))
                            .client(vpn(6, Bytes(300, 9)))
                            .end();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].upgrade, "openvpn");
    EXPECT_TRUE(found[0].conversation.established);
    EXPECT_TRUE(found[0].conversation.malformed.empty());
  }
}

TEST(Framing, WhatIsHiddenByTlsCryptIsNoHandshake) {
  Watch watch;
  EXPECT_TRUE(watch.client(vpn(7, {}, 0, 40)).server(vpn(8, {}, 1, 40)).client(vpn(4, Bytes(200, 0x5a), 0, 40)).end().empty());
}

TEST(Framing, BytesThatLookLikeAResetAndGoOnOtherwiseAreHarmless) {
  Watch watch;
  EXPECT_TRUE(watch.client(vpn(7, {})).client(Bytes(5000, 0xff)).server(Bytes(5000, 0)).end().empty());
}

/// One side's records of application data under a secret of TLS 1.3.
class Sealer {
 public:
  explicit Sealer(const Bytes& secret)
      : cipher_(crypto::make_record_cipher(*registry::suite(0x1301), 0x0304, *crypto::traffic_keys(*registry::suite(0x1301), secret),
                                           crypto::Direction::seal, false)) {}
  Bytes operator()(const Bytes& plain) { return record(wire::ContentType::application_data, *cipher_->seal(23, 0x0303, plain)); }

 private:
  std::unique_ptr<crypto::RecordCipher> cipher_;
};

struct Tunnel {
  KeyLog keys;
  Bytes client_secret = Bytes(32, 0x11), server_secret = Bytes(32, 0x22);
  Sealer client{client_secret}, server{server_secret};

  Tunnel() {
    const std::string random = base::hex(Bytes(32, 7));
    keys.add("CLIENT_TRAFFIC_SECRET_0 " + random + " " + base::hex(client_secret) + "\nSERVER_TRAFFIC_SECRET_0 " + random + " " +
             base::hex(server_secret) + "\n");
  }
};

TEST(Nested, AHandshakeWithinTlsIsOneOfItsOwn) {
  Tunnel tunnel;
  Watch watch({&tunnel.keys});
  auto& found = watch.client(client_hello("proxy.example"))
                    .server(server_hello(0x0304, 0x1301))
                    .client(tunnel.client(text("CONNECT shop.example:443 HTTP/1.1\r\n\r\n")))
                    .server(tunnel.server(text("HTTP/1.1 200 OK\r\n\r\n")))
                    .client(tunnel.client(client_hello("shop.example")))
                    .server(tunnel.server(alert(2, 40)))
                    .end();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].upgrade, "");
  EXPECT_EQ(found[1].upgrade, "http-connect");
  ASSERT_EQ(found[1].conversation.events.size(), 2U);
  EXPECT_EQ(found[1].conversation.events[1].alert.description, 40);
  EXPECT_NE(found[1].conversation.events[0].packet, 0U);
}

TEST(Nested, AProxyThatRefusesWithinTlsIsHeard) {
  Tunnel tunnel;
  Watch watch({&tunnel.keys});
  auto& found = watch.client(client_hello("proxy.example"))
                    .server(server_hello(0x0304, 0x1301))
                    .client(tunnel.client(text("CONNECT shop.example:443 HTTP/1.1\r\n\r\n")))
                    .server(tunnel.server(text("HTTP/1.1 403 Forbidden\r\n\r\n")))
                    .end();
  ASSERT_EQ(found.size(), 2U);
  ASSERT_TRUE(found[1].refusal);
  EXPECT_EQ(found[1].refusal->status, 403);
}

TEST(Nested, DataThatIsNoTlsIsNoSecondHandshake) {
  Tunnel tunnel;
  Watch watch({&tunnel.keys});
  const auto& found = watch.client(client_hello())
                          .server(server_hello(0x0304, 0x1301))
                          .client(tunnel.client(text("GET / HTTP/1.1\r\n\r\n")))
                          .server(tunnel.server(text("HTTP/1.1 400 The plain HTTP request was sent to HTTPS port\r\n\r\n")))
                          .end();
  EXPECT_EQ(found.size(), 1U);
}

}  // namespace
}  // namespace whytls::sources::capture
