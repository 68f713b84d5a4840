// SPDX-License-Identifier: Apache-2.0
#include "wire/quic.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.h"

namespace whytls::wire {
namespace {

using base::Bytes;
using base::ByteView;

Bytes bytes_of(std::string_view hex) { return *base::unhex(hex); }

/// A packet with a long header whose payload is `rest` bytes, packet number included.
Bytes packet_of(std::uint8_t first, std::uint32_t version, std::size_t rest = 40, bool token = true) {
  base::Writer out;
  out.u8(first);
  out.u32(version);
  out.prefixed8([&] { out.bytes(Bytes(8, 0xd1)); });
  out.prefixed8([&] { out.bytes(Bytes(4, 0x5c)); });
  if (token) {
    write_varint(out, 3);
    out.bytes(Bytes{7, 8, 9});
  }
  write_varint(out, rest);
  out.bytes(Bytes(rest, 0xee));
  return out.take();
}

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// RFC 9000 A.1.
TEST(Quic, ReadsNumbersOfEachLength) {
  for (const auto& [hex, expected] :
       {std::pair{"c2197c5eff14e88c", std::uint64_t{151288809941952652}}, std::pair{"9d7f3e7d", std::uint64_t{494878333}},
        std::pair{"7bbd", std::uint64_t{15293}}, std::pair{"25", std::uint64_t{37}}, std::pair{"4025", std::uint64_t{37}}}) {
    const Bytes bytes = bytes_of(hex);
    base::Reader reader(bytes);
    std::uint64_t value = 0;
    EXPECT_TRUE(read_varint(reader, value, "number"));
    EXPECT_EQ(value, expected);
    EXPECT_TRUE(reader.empty());
    base::Reader cut(ByteView(bytes).first(bytes.size() - 1));
    EXPECT_FALSE(read_varint(cut, value, "number"));
  }
}

RC_GTEST_PROP(Quic, ANumberIsReadBackAsItWasWritten, ()) {
  const auto value = *rc::gen::inRange<std::uint64_t>(0, std::uint64_t{1} << 62U);
  base::Writer out;
  write_varint(out, value);
  base::Reader reader(out.data());
  std::uint64_t read = 0;
  RC_ASSERT(read_varint(reader, read, "number") && read == value && reader.empty());
}

TEST(Quic, ReadsAnInitialAndWhatFollowsInTheDatagram) {
  const Bytes datagram = packet_of(0xc3, 1) + packet_of(0xe0, 1, 30, false) + Bytes{0x41, 1, 2};
  const auto initial = next_quic_packet(datagram);
  ASSERT_TRUE(initial);
  EXPECT_EQ(initial->type, QuicPacketType::initial);
  EXPECT_EQ(initial->version, 1U);
  EXPECT_EQ(initial->destination.size(), 8U);
  EXPECT_EQ(initial->source.size(), 4U);
  EXPECT_EQ(Bytes(initial->token.begin(), initial->token.end()), Bytes({7, 8, 9}));
  EXPECT_EQ(initial->bytes.size() - initial->number_at, 40U);
  const auto handshake = next_quic_packet(ByteView(datagram).subspan(initial->bytes.size()));
  ASSERT_TRUE(handshake);
  EXPECT_EQ(handshake->type, QuicPacketType::handshake);
  EXPECT_FALSE(next_quic_packet(ByteView(datagram).subspan(initial->bytes.size() + handshake->bytes.size()))) << "a short header";
  EXPECT_FALSE(next_quic_packet(ByteView(datagram).first(initial->bytes.size() - 1)));
}

// RFC 9369 3.2.
TEST(Quic, TypesAreTurnedInVersion2) {
  EXPECT_EQ(next_quic_packet(packet_of(0xd0, 0x6b3343cf))->type, QuicPacketType::initial);
  EXPECT_EQ(next_quic_packet(packet_of(0xe0, 0x6b3343cf, 40, false))->type, QuicPacketType::zero_rtt);
  EXPECT_EQ(next_quic_packet(packet_of(0xf0, 0x6b3343cf, 40, false))->type, QuicPacketType::handshake);
  EXPECT_EQ(next_quic_packet(packet_of(0xc0, 0x6b3343cf, 40, false))->type, QuicPacketType::retry);
  EXPECT_EQ(next_quic_packet(packet_of(0xd0, 1, 40, false))->type, QuicPacketType::zero_rtt);
  EXPECT_EQ(next_quic_packet(packet_of(0xf0, 1, 40, false))->type, QuicPacketType::retry);
}

TEST(Quic, ReadsVersionNegotiationAndRetry) {
  const Bytes negotiation = bytes_of("80000000000411223344015500000001ff00001d");
  const auto versions = next_quic_packet(negotiation);
  ASSERT_TRUE(versions);
  EXPECT_EQ(versions->type, QuicPacketType::version_negotiation);
  EXPECT_EQ(base::hex(versions->versions), "00000001ff00001d");
  EXPECT_FALSE(next_quic_packet(bytes_of("80000000000411223344015500000001ff0000")));
  // RFC 9001 A.4.
  const Bytes again = bytes_of("ff000000010008f067a5502a4262b5746f6b656e04a265ba2eff4d829058fb3f0f2496ba");
  const auto retry = next_quic_packet(again);
  ASSERT_TRUE(retry);
  EXPECT_EQ(retry->type, QuicPacketType::retry);
  EXPECT_EQ(base::text(retry->token), "token");
  EXPECT_EQ(base::hex(retry->source), "f067a5502a4262b5");
}

TEST(Quic, KnowsABeginningFromOtherProtocols) {
  EXPECT_TRUE(begins_quic(packet_of(0xc0, 1)));
  EXPECT_TRUE(begins_quic(packet_of(0xc0, 0xff00001d)));
  EXPECT_TRUE(begins_quic(packet_of(0xd0, 0x6b3343cf)));
  EXPECT_FALSE(begins_quic(packet_of(0xe0, 1, 40, false))) << "no Initial";
  EXPECT_FALSE(begins_quic(packet_of(0x80, 1))) << "the fixed bit";
  EXPECT_TRUE(begins_quic(packet_of(0xc0, 0x12345678, 1300))) << "an unknown version, large as an Initial must be";
  EXPECT_FALSE(begins_quic(packet_of(0xc0, 0x12345678, 100)));
  EXPECT_FALSE(begins_quic(bytes_of("80000000000411223344015500000001")));
  EXPECT_FALSE(begins_quic({}));
}

TEST(Quic, NamesVersions) {
  EXPECT_EQ(quic_version_name(1), "QUIC v1");
  EXPECT_EQ(quic_version_name(0x51303436), "Q046");
  EXPECT_EQ(quic_version_name(0x1a2a3a4a), "reserved (0x1a2a3a4a)");
  EXPECT_EQ(quic_version_name(0x12345678), "0x12345678");
  EXPECT_EQ(google_quic(bytes_of("0d") + Bytes(8, 0xaa) + bytes_of("51303433") + Bytes(20, 0)), "Q043");
  EXPECT_EQ(google_quic(bytes_of("c351303436") + Bytes(20, 0)), "Q046");
  EXPECT_FALSE(google_quic(bytes_of("c354303530") + Bytes(20, 0))) << "T050 is TLS";
  EXPECT_FALSE(google_quic(packet_of(0xc0, 1)));
  EXPECT_FALSE(google_quic(Bytes(40, 0)));
}

TEST(Quic, ReadsFramesAndPassesOverTheOthers) {
  const Bytes payload = bytes_of(
      "000000"               // padding
      "01"                   // PING
      "02 05 00 01 00 0001"  // ACK, one more range
      "03 05 00 00 00 010203"
      "06 00 03 616263"
      "06 4064 02 6465"
      "18 01 00 04 aabbccdd 00112233445566778899aabbccddeeff"
      "07 02 1122"
      "0a 04 02 6869"  // STREAM with a length
      "1e");
  base::Reader reader(payload);
  std::vector<std::uint64_t> types;
  std::string crypto;
  while (const auto frame = next_quic_frame(reader)) {
    types.push_back(frame->type);
    if (frame->type == quic_frame::crypto) crypto += std::to_string(frame->offset) + std::string(base::text(frame->data));
  }
  EXPECT_FALSE(reader.failure());
  EXPECT_EQ(types, (std::vector<std::uint64_t>{1, 2, 3, 6, 6, 0x18, 7, 0x0a, 0x1e}));
  EXPECT_EQ(crypto, "0abc100de");
}

TEST(Quic, ReadsTheFramesOfGooglesLastVersions) {
  const Bytes payload = bytes_of(
      "0000 07"
      "40 05 0000 05 00"                                   // ACK of packet 5, no times
      "65 0005 0000 01 0001 02 0001 02 0111223344 0a0b0c"  // ... with two blocks and two times
      "08 02 03 616263"
      "02 00");
  base::Reader reader(payload);
  const auto crypto = next_google_frame(reader);
  ASSERT_TRUE(crypto);
  EXPECT_EQ(crypto->type, quic_frame::crypto);
  EXPECT_EQ(crypto->offset, 2U);
  EXPECT_EQ(base::text(crypto->data), "abc");
  EXPECT_FALSE(next_google_frame(reader));
  EXPECT_FALSE(reader.failure()) << "another frame is no fault";
}

TEST(Quic, ReadsHowAConnectionIsClosed) {
  const Bytes alert = bytes_of("1c 4128 06 05 68656c6c6f");
  base::Reader first(alert);
  const auto transport = next_quic_frame(first);
  ASSERT_TRUE(transport);
  EXPECT_EQ(transport->error, 0x128U);
  EXPECT_EQ(base::text(transport->data), "hello");
  const Bytes application = bytes_of("1d 4100 00");
  base::Reader second(application);
  EXPECT_EQ(next_quic_frame(second)->error, 0x100U);
  EXPECT_EQ(quic_error_name(0x02), "CONNECTION_REFUSED");
  EXPECT_EQ(quic_error_name(0x128), "CRYPTO_ERROR");
  EXPECT_EQ(quic_error_name(0x4000), "0x4000");
}

TEST(Quic, AFrameThatIsNoneEndsTheReading) {
  for (const char* const hex : {"06 00 05 616263", "21", "02 05 00 3f 00", "1c 01"}) {
    const Bytes payload = bytes_of(hex);
    base::Reader reader(payload);
    EXPECT_FALSE(next_quic_frame(reader)) << hex;
    EXPECT_TRUE(reader.failure()) << hex;
  }
}

}  // namespace
}  // namespace whytls::wire
