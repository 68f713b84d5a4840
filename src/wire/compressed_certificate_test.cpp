// SPDX-License-Identifier: Apache-2.0
#include "wire/compressed_certificate.h"

#include <brotli/encode.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

namespace whytls::wire {
namespace {

using base::Bytes;
using enum HandshakeType;

constexpr std::uint16_t all[]{certificate_compression::zlib, certificate_compression::brotli, certificate_compression::zstd};

Bytes packed(std::uint16_t algorithm, const Bytes& plain) {
  Bytes out(plain.size() + 1024);
  std::size_t size = out.size();
  if (algorithm == certificate_compression::zlib) {
    uLongf room = out.size();
    compress(out.data(), &room, plain.data(), plain.size());
    size = room;
  } else if (algorithm == certificate_compression::brotli) {
    BrotliEncoderCompress(11, 22, BROTLI_MODE_GENERIC, plain.size(), plain.data(), &size, out.data());
  } else {
    size = ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), 3);
  }
  out.resize(size);
  return out;
}

Bytes chain_of(std::size_t size) { return build(CertificateMessage{{}, {{Bytes(size, 0x30), {}}, {Bytes{0x31}, {}}}, {}}, true); }

Bytes message(std::uint16_t algorithm, const Bytes& plain, std::uint32_t says) {
  return build(CompressedCertificate{algorithm, says, packed(algorithm, plain), {}});
}

TEST(CompressedCertificate, HoldsTheCertificateMessageInEveryPacking) {
  const Bytes plain = chain_of(900);
  for (const std::uint16_t algorithm : all) {
    const Bytes body = message(algorithm, plain, static_cast<std::uint32_t>(plain.size()));
    EXPECT_EQ(build(parse_compressed_certificate(body)), body);
    const auto read = read_certificate(compressed_certificate, body, true);
    ASSERT_TRUE(read) << algorithm;
    EXPECT_FALSE(read->malformed);
    ASSERT_EQ(read->entries.size(), 2U);
    EXPECT_EQ(read->entries[0].der, Bytes(900, 0x30));
  }
}

TEST(CompressedCertificate, OfAnotherSizeThanItSaysBreaksTheProtocol) {
  const Bytes plain = chain_of(900);
  for (const std::uint16_t algorithm : all)
    for (const std::uint32_t says : {0U, 1U, static_cast<std::uint32_t>(plain.size() - 1), static_cast<std::uint32_t>(plain.size() + 1)}) {
      const auto read = read_certificate(compressed_certificate, message(algorithm, plain, says), true);
      ASSERT_TRUE(read);
      ASSERT_TRUE(read->malformed) << algorithm << " " << says;
      EXPECT_EQ(read->malformed->field, "compressed_certificate_message");
      EXPECT_TRUE(read->entries.empty());
    }
}

TEST(CompressedCertificate, OfAnUnknownPackingOrTooLargeIsNotReadAndNobodyIsAccused) {
  EXPECT_FALSE(read_certificate(compressed_certificate, build(CompressedCertificate{0x4001, 100, {1, 2, 3}, {}}), true));
  const Bytes plain = chain_of(largest_unpacked_certificate);
  EXPECT_FALSE(read_certificate(compressed_certificate, message(2, plain, static_cast<std::uint32_t>(plain.size())), true));
}

TEST(CompressedCertificate, NeedsBytesOfItsOwnAndNoneBehindThem) {
  EXPECT_EQ(parse_compressed_certificate(Bytes{0, 1, 0, 0, 5, 0, 0, 0}).malformed->field, "compressed_certificate_message");
  EXPECT_EQ(parse_compressed_certificate(Bytes{0, 1, 0, 0, 5, 0, 0, 1, 9, 9}).malformed->field, "CompressedCertificate");
  EXPECT_EQ(parse_compressed_certificate(Bytes{0, 1, 0, 0}).malformed->field, "uncompressed_length");
  EXPECT_TRUE(read_certificate(compressed_certificate, Bytes{0}, true)->malformed);
}

TEST(CompressedCertificate, IsOneOfTwoMessagesWithCertificates) {
  const Bytes plain = chain_of(5);
  EXPECT_EQ(read_certificate(certificate, plain, true)->entries.size(), 2U);
  EXPECT_FALSE(read_certificate(finished, plain, true));
}

}  // namespace
}  // namespace whytls::wire
