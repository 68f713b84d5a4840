// SPDX-License-Identifier: Apache-2.0
// DTLS 1.3 with the secrets of a key log: RFC 9147 4.
#include <gtest/gtest.h>

#include "base/text.h"
#include "crypto/dtls13_sealer.h"
#include "observe/conversation.h"
#include "sources/capture/udp/testing.h"
#include "wire/dtls_builder.h"

namespace whytls::sources::capture {
namespace {

using built::Bytes;
using built::Watch;
using wire::built::dtls_fragment, wire::built::dtls_message;
using wire::built::operator+;  // NOLINT(misc-unused-using-decls): clang-tidy 14 overlooks operators
using enum wire::HandshakeType;

constexpr std::uint8_t handshake_type = 22, alert_type = 21, acknowledgement_type = 26;

Bytes secret(const char* label) { return Bytes(32, static_cast<std::uint8_t>(label[0] + label[7])); }
void give(Watch& watch, const char* label) {
  watch.keys.add(std::string(label) + " " + base::hex(Bytes(32, 7)) + " " + base::hex(secret(label)) + "\n");
}
Bytes sealed(const char* label, std::uint8_t epoch, std::uint16_t number, Bytes inner, std::uint8_t type) {
  inner.push_back(type);
  return crypto::seal_dtls13(crypto::dtls13_keys(*registry::suite(0x1301), secret(label)), epoch, number, inner);
}
Bytes message(wire::HandshakeType type, std::uint16_t sequence, const Bytes& body) {
  return dtls_fragment(type, sequence, body, 0, body.size());
}

constexpr const char* client_handshake = "CLIENT_HANDSHAKE_TRAFFIC_SECRET";
constexpr const char* server_handshake = "SERVER_HANDSHAKE_TRAFFIC_SECRET";

/// As far as the server's certificate, which the client refuses.
void refuse(Watch& watch) {
  wire::ClientHello hello = built::client_hello(7, {0xfefc});
  hello.legacy_version = 0xfefd;
  watch.from_client(dtls_message(client_hello, 0, wire::built::with_cookie(hello, {})));
  watch.from_server(dtls_message(server_hello, 0, wire::build(built::server_hello(0xfefc, 0x1301))) +
                    sealed(server_handshake, 2, 0, message(encrypted_extensions, 1, {0, 0}), handshake_type));
  const Bytes chain = wire::build(wire::CertificateMessage{{}, {{Bytes{0x30, 0}, {}}}, {}}, true);
  watch.from_server(sealed(server_handshake, 2, 1, message(certificate, 2, chain), handshake_type));
  watch.from_client(sealed(client_handshake, 2, 0, Bytes{0, 0}, acknowledgement_type));
  watch.from_client(sealed(client_handshake, 2, 1, Bytes{2, 48}, alert_type));
}

TEST(Dtls13, OpensWithSecrets) {
  Watch watch(true);
  give(watch, client_handshake);
  give(watch, server_handshake);
  refuse(watch);
  const Handshake& one = watch.finish().at(0);
  EXPECT_EQ(one.secrets, Secrets::open);
  EXPECT_EQ(one.protected_server, 2U);
  EXPECT_EQ(observe::server_chain(one.conversation).size(), 1U);
  const auto facts = observe::facts_of(one.conversation);
  EXPECT_EQ(facts.text(evidence::Kind::alert), "unknown_ca");
  EXPECT_EQ(facts.text(evidence::Kind::alert_from), "client");
  EXPECT_EQ(facts.text(evidence::Kind::violation), "");
}

TEST(Dtls13, StaysClosedWithoutThem) {
  Watch watch(true);
  give(watch, client_handshake);
  refuse(watch);
  EXPECT_EQ(watch.finish().at(0).secrets, Secrets::open) << "one side's";
  EXPECT_TRUE(observe::server_chain(watch.seen[0].conversation).empty());
  Watch wrong(true);
  wrong.keys.add(std::string(server_handshake) + " " + base::hex(Bytes(32, 7)) + " " + base::hex(Bytes(32, 1)) + "\n");
  refuse(wrong);
  EXPECT_EQ(wrong.finish().at(0).secrets, Secrets::useless);
  Watch none(true);
  refuse(none);
  EXPECT_EQ(none.finish().at(0).secrets, Secrets::none);
}

}  // namespace
}  // namespace whytls::sources::capture
