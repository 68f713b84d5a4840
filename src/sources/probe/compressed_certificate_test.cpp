// SPDX-License-Identifier: Apache-2.0
// Our client and a server that compresses its certificate (RFC 8879), as OpenSSL 3.0 and Go cannot. The server is made here: its flight
// goes as far as its Finished.
#include "wire/compressed_certificate.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "crypto/key_exchange.h"
#include "crypto/record_cipher.h"
#include "crypto/schedule.h"
#include "crypto/signature.h"
#include "sources/probe/client.h"
#include "sources/probe/test_stream.h"
#include "x509/mint.h"

namespace whytls::probe {
namespace {

using base::Bytes;
using base::ByteView;
using wire::HandshakeType;

constexpr std::uint16_t x25519 = 0x001d, ecdsa_sha256 = 0x0403;

void append(Bytes& to, const Bytes& more) { to.insert(to.end(), more.begin(), more.end()); }

/// One block of zstd that is not compressed.
Bytes packed(const Bytes& plain) {
  Bytes frame{0x28, 0xb5, 0x2f, 0xfd, 0x60, 0, 0};  // a single segment, its size in two bytes, less 256
  const auto size = static_cast<std::uint16_t>(plain.size() - 256);
  frame[5] = static_cast<std::uint8_t>(size);
  frame[6] = static_cast<std::uint8_t>(size >> 8U);
  const std::size_t block = plain.size() << 3U | 1U;
  for (int shift = 0; shift < 24; shift += 8) frame.push_back(static_cast<std::uint8_t>(block >> shift));
  append(frame, plain);
  return frame;
}

/// Answers a ClientHello with the whole flight of a server of TLS 1.3.
class Server final : public testing::ScriptedStream {
 public:
  explicit Server(int size_error = 0, std::uint16_t algorithm = wire::certificate_compression::zstd)
      : ScriptedStream({}), size_error_(size_error), algorithm_(algorithm) {}

  net::ReadResult read(net::Deadline deadline) override {
    if (answered_ || written.size() < wire::record_header_size) return ScriptedStream::read(deadline);
    answered_ = true;
    return {net::End::open, answer(ByteView(written).subspan(wire::record_header_size))};
  }

  x509::Minted leaf = *x509::mint(x509::leaf_recipe());

 private:
  Bytes certificate() const {
    const Bytes plain = wire::build(wire::CertificateMessage{{}, {{leaf.certificate.der, {}}}, {}}, true);
    const auto says = static_cast<std::uint32_t>(static_cast<int>(plain.size()) + size_error_);
    return wire::handshake_message(HandshakeType::compressed_certificate,
                                   wire::build(wire::CompressedCertificate{algorithm_, says, packed(plain), {}}));
  }

  Bytes answer(ByteView client_hello) const {
    const auto hash = registry::Hash::sha256;
    const auto shares = wire::parse_client_hello(client_hello.subspan(4)).key_shares();
    const auto theirs = std::find_if(shares.begin(), shares.end(), [](const wire::KeyShare& each) { return each.group == x25519; });
    const auto mine = *crypto::EphemeralKey::generate(x25519);
    wire::ServerHello hello = testing::server_hello13(x25519, 0);
    base::Writer share;
    share.u16(x25519);
    share.prefixed16([&] { share.bytes(mine.share()); });
    hello.extensions[1].data = share.take();
    const Bytes server_hello = wire::handshake_message(HandshakeType::server_hello, wire::build(hello));
    Bytes transcript(client_hello.begin(), client_hello.end());
    append(transcript, server_hello);
    const auto schedule = crypto::Schedule13::begin(hash, *mine.shared_secret(theirs->key), crypto::digest(hash, transcript));

    Bytes flight = wire::handshake_message(HandshakeType::encrypted_extensions, Bytes{0, 0});
    append(flight, certificate());
    const auto so_far = [&] {
      Bytes all = transcript;
      append(all, flight);
      return crypto::digest(hash, all);
    };
    base::Writer verify;
    verify.u16(ecdsa_sha256);
    verify.prefixed16(
        [&] { verify.bytes(*crypto::sign(leaf.key.handle.get(), ecdsa_sha256, crypto::certificate_verify_content(true, so_far()))); });
    append(flight, wire::handshake_message(HandshakeType::certificate_verify, verify.data()));
    append(flight, wire::handshake_message(HandshakeType::finished, schedule.finished(schedule.server_handshake, so_far())));

    const registry::Suite& suite = *registry::suite(0x1301);
    const auto seal = crypto::make_record_cipher(suite, registry::version::tls13, *crypto::traffic_keys(suite, schedule.server_handshake),
                                                 crypto::Direction::seal, false);
    Bytes out = testing::record(wire::ContentType::handshake, server_hello);
    append(out, testing::record(wire::ContentType::application_data, *seal->seal(22, 0x0303, flight)));
    return out;
  }

  int size_error_;
  std::uint16_t algorithm_;
  bool answered_ = false;
};

Transcript visit(Server& server) {
  Offer offer = default_offer("server.example", false);
  offer.session_id_size = 0;
  offer.compress_certificate = {wire::certificate_compression::brotli, wire::certificate_compression::zstd};
  return handshake(server, offer, {});
}

TEST(CompressedCertificate, IsReadAndItsSignatureVerified) {
  Server server;
  const Transcript t = visit(server);
  EXPECT_EQ(t.violation, "");
  EXPECT_FALSE(t.malformed);
  EXPECT_EQ(t.compressed_certificate, wire::certificate_compression::zstd);
  ASSERT_EQ(t.certificates.size(), 1U);
  EXPECT_EQ(t.certificates[0], server.leaf.certificate.der);
  EXPECT_EQ(t.signature_valid, true) << "the transcript has the message as it was sent";
  EXPECT_TRUE(t.server_finished_valid);
}

TEST(CompressedCertificate, OfAnotherSizeThanItSaysIsMalformed) {
  Server server(1);
  const Transcript t = visit(server);
  ASSERT_TRUE(t.malformed);
  EXPECT_EQ(t.malformed_message, "compressed_certificate");
  EXPECT_TRUE(t.certificates.empty());
}

TEST(CompressedCertificate, PackedInAnUnknownWayIsPassedOver) {
  Server server(0, 0x4001);
  const Transcript t = visit(server);
  EXPECT_FALSE(t.malformed);
  EXPECT_TRUE(t.certificates.empty());
  EXPECT_TRUE(t.certificate_seen);
  EXPECT_FALSE(t.signature_valid);
  EXPECT_TRUE(t.server_finished_valid);
}

}  // namespace
}  // namespace whytls::probe
