// SPDX-License-Identifier: Apache-2.0
#include "wire/quic.h"

namespace whytls::wire {
namespace {

constexpr std::uint8_t long_header = 0x80, fixed_bit = 0x40;
/// Packet number and sample: what must follow the header of a packet that can be opened (RFC 9001 5.4.2).
constexpr std::size_t least_protected = 4 + 16;

/// RFC 9000 17.2 and RFC 9369 3.2: the same four types, turned by one.
QuicPacketType type_of(std::uint8_t first, bool v2) {
  using enum QuicPacketType;
  constexpr std::array v1_types{initial, zero_rtt, handshake, retry};
  const unsigned bits = (first >> 4U) & 3U;
  return v1_types[v2 ? (bits + 3U) % 4U : bits];
}

bool read_connection_id(base::Reader& reader, base::ByteView& id, bool bounded) {
  base::Reader child;
  if (!reader.prefixed8(child, "connection_id")) return false;
  id = child.rest();
  return !bounded || id.size() <= longest_connection_id;
}

/// RFC 9000 17.2.1; RFC 8999 6 lets ids be longer than any version of today has them.
std::optional<QuicPacket> version_negotiation(base::Reader reader, QuicPacket packet) {
  packet.type = QuicPacketType::version_negotiation;
  if (!read_connection_id(reader, packet.destination, false) || !read_connection_id(reader, packet.source, false)) return std::nullopt;
  packet.versions = reader.rest();
  if (packet.versions.empty() || packet.versions.size() % 4 != 0) return std::nullopt;
  return packet;
}

/// RFC 9000 17.2.5: a token and an integrity tag fill the rest.
std::optional<QuicPacket> retry(base::Reader reader, QuicPacket packet) {
  constexpr std::size_t tag = 16;
  if (reader.remaining() <= tag) return std::nullopt;
  packet.token = reader.rest().first(reader.remaining() - tag);
  return packet;
}

}  // namespace

bool read_varint(base::Reader& reader, std::uint64_t& value, std::string_view field) {
  std::uint8_t byte = 0;
  if (!reader.u8(byte, field)) return false;
  const unsigned more = (1U << (byte >> 6U)) - 1;
  std::uint64_t sum = byte & 0x3fU;
  for (unsigned i = 0; i < more; ++i) {
    if (!reader.u8(byte, field)) return false;
    sum = sum << 8U | byte;
  }
  value = sum;
  return true;
}

void write_varint(base::Writer& out, std::uint64_t value) {
  const unsigned power = value < 64 ? 0 : value < 16384 ? 1 : value < (std::uint64_t{1} << 30U) ? 2 : 3;
  const unsigned size = 1U << power;
  for (unsigned i = size; i-- > 0;) {
    const auto byte = static_cast<std::uint8_t>(value >> (8 * i));
    out.u8(i + 1 == size ? static_cast<std::uint8_t>((byte & 0x3fU) | power << 6U) : byte);
  }
}

std::optional<QuicPacket> next_quic_packet(base::ByteView datagram, bool v2) {
  base::Reader reader(datagram);
  std::uint8_t first = 0;
  QuicPacket packet;
  packet.bytes = datagram;
  if (!reader.u8(first, "flags") || (first & long_header) == 0 || !reader.u32(packet.version, "version")) return std::nullopt;
  if (packet.version == 0) return version_negotiation(reader, packet);
  if (!read_connection_id(reader, packet.destination, true) || !read_connection_id(reader, packet.source, true)) return std::nullopt;
  const QuicVersion* const known = quic_version(packet.version);
  packet.type = type_of(first, known != nullptr ? known->v2 : v2);
  if (packet.type == QuicPacketType::retry) return retry(reader, packet);
  std::uint64_t size = 0;
  if (packet.type == QuicPacketType::initial &&
      (!read_varint(reader, size, "token_length") || !reader.bytes(static_cast<std::size_t>(size), packet.token, "token")))
    return std::nullopt;
  if (!read_varint(reader, size, "length") || size < least_protected || size > reader.remaining()) return std::nullopt;
  packet.number_at = reader.offset();
  packet.bytes = datagram.first(packet.number_at + static_cast<std::size_t>(size));
  return packet;
}

bool begins_quic(base::ByteView datagram) {
  if (datagram.size() < 7 || (datagram[0] & (long_header | fixed_bit)) != (long_header | fixed_bit)) return false;
  constexpr std::size_t least_size = 1200;  // RFC 9000 14.1
  const auto v1 = next_quic_packet(datagram, false);
  if (!v1 || v1->version == 0) return false;
  if (quic_version(v1->version) != nullptr) return v1->type == QuicPacketType::initial;
  if (datagram.size() < least_size || google_quic(datagram)) return false;
  // RFC 9000 7.2: the first id of a client has at least eight bytes.
  const auto v2 = next_quic_packet(datagram, true);
  return v1->destination.size() >= 8 && (v1->type == QuicPacketType::initial || (v2 && v2->type == QuicPacketType::initial));
}

namespace {

/// What follows the type, as a pattern: v a number, 8 eight bytes, b a byte and as many, l a number and as many bytes, t sixteen bytes.
struct Shape {
  std::uint64_t type;
  std::string_view fields;
};
// RFC 9000 19; RFC 9221 4 (DATAGRAM without a length fills the packet: *); draft-ietf-quic-ack-frequency.
constexpr std::array shapes{
    Shape{0x01, ""},     Shape{0x04, "vvv"}, Shape{0x05, "vv"}, Shape{0x07, "l"},    Shape{0x10, "v"}, Shape{0x11, "vv"},
    Shape{0x12, "v"},    Shape{0x13, "v"},   Shape{0x14, "v"},  Shape{0x15, "vv"},   Shape{0x16, "v"}, Shape{0x17, "v"},
    Shape{0x18, "vvbt"}, Shape{0x19, "v"},   Shape{0x1a, "8"},  Shape{0x1b, "8"},    Shape{0x1e, ""},  Shape{0x1f, ""},
    Shape{0x30, "*"},    Shape{0x31, "l"},   Shape{0xac, ""},   Shape{0xaf, "vvvv"},
};

bool skip_field(base::Reader& reader, char kind) {
  std::uint64_t value = 0;
  base::Reader child;
  switch (kind) {
    case 'v':
      return read_varint(reader, value, "frame");
    case 'l':
      return read_varint(reader, value, "frame") && reader.skip(static_cast<std::size_t>(value), "frame");
    case 'b':
      return reader.prefixed8(child, "frame");
    case '8':
      return reader.skip(8, "frame");
    case 't':
      return reader.skip(16, "frame");
    default:
      return reader.skip(reader.remaining(), "frame");
  }
}

bool skip_frame(base::Reader& reader, std::uint64_t type) {
  for (const Shape& shape : shapes) {
    if (shape.type != type) continue;
    for (const char kind : shape.fields)
      if (!skip_field(reader, kind)) return false;
    return true;
  }
  reader.refuse("frame type");
  return false;
}

/// RFC 9000 19.3. Ranges take at least two bytes each: their number is bounded by the packet.
bool skip_ack(base::Reader& reader, bool counts) {
  std::uint64_t value = 0, ranges = 0;
  if (!read_varint(reader, value, "ACK") || !read_varint(reader, value, "ACK") || !read_varint(reader, ranges, "ACK") ||
      !read_varint(reader, value, "ACK"))
    return false;
  for (std::uint64_t i = 0; i < ranges; ++i)
    if (!read_varint(reader, value, "ACK") || !read_varint(reader, value, "ACK")) return false;
  for (int i = 0; counts && i < 3; ++i)
    if (!read_varint(reader, value, "ACK")) return false;
  return true;
}

/// RFC 9000 19.8: bits of the type say which fields stand there.
bool skip_stream(base::Reader& reader, std::uint64_t type) {
  std::uint64_t value = 0;
  if (!read_varint(reader, value, "STREAM")) return false;
  if ((type & 4U) != 0 && !read_varint(reader, value, "STREAM")) return false;
  return skip_field(reader, (type & 2U) != 0 ? 'l' : '*');
}

bool read_sized(base::Reader& reader, base::ByteView& data) {
  std::uint64_t size = 0;
  return read_varint(reader, size, "length") && reader.bytes(static_cast<std::size_t>(size), data, "data");
}

/// RFC 9000 19.19: the one of the transport says which frame was at fault.
bool read_close(base::Reader& reader, QuicFrame& frame) {
  std::uint64_t at_fault = 0;
  if (!read_varint(reader, frame.error, "CONNECTION_CLOSE")) return false;
  if (frame.type == quic_frame::connection_close && !read_varint(reader, at_fault, "CONNECTION_CLOSE")) return false;
  return read_sized(reader, frame.data);
}

bool read_frame(base::Reader& reader, QuicFrame& frame) {
  using namespace quic_frame;
  if (frame.type == ack || frame.type == ack_ecn) return skip_ack(reader, frame.type == ack_ecn);
  if (frame.type == crypto) return read_varint(reader, frame.offset, "CRYPTO") && read_sized(reader, frame.data);
  if (frame.type >= 0x08 && frame.type <= 0x0f) return skip_stream(reader, frame.type);
  if (frame.type == connection_close || frame.type == application_close) return read_close(reader, frame);
  return skip_frame(reader, frame.type);
}

}  // namespace

std::optional<QuicFrame> next_quic_frame(base::Reader& reader) {
  QuicFrame frame;
  do {  // padding is most of an Initial: passed over in one go
    if (reader.empty() || !read_varint(reader, frame.type, "frame type")) return std::nullopt;
  } while (frame.type == quic_frame::padding);
  if (!read_frame(reader, frame)) return std::nullopt;
  return frame;
}

}  // namespace whytls::wire
