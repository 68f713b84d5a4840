// SPDX-License-Identifier: Apache-2.0
// What Google spoke before RFC 9000: enough to name it, and to read the TLS of its last versions.
#include "wire/quic.h"

namespace whytls::wire {
namespace {

bool is_digit(std::uint8_t one) { return one >= '0' && one <= '9'; }

/// 'Q' or 'T' and three digits.
bool google_code(base::ByteView code) {
  return code.size() == 4 && (code[0] == 'Q' || code[0] == 'T') && is_digit(code[1]) && is_digit(code[2]) && is_digit(code[3]);
}

/// Google's ACK, 0b01nullmm: more blocks, sizes of the largest number acknowledged and of the blocks; then times of arrival.
bool skip_ack(base::Reader& reader, std::uint8_t type) {
  constexpr std::array<std::size_t, 4> sizes{1, 2, 4, 6};
  const std::size_t largest = sizes[(type >> 2U) & 3U], block = sizes[type & 3U];
  std::uint8_t blocks = 0, times = 0;
  if (!reader.skip(largest + 2, "ACK") || ((type & 0x20U) != 0 && !reader.u8(blocks, "ACK"))) return false;
  if (!reader.skip(block + blocks * (1 + block), "ACK") || !reader.u8(times, "ACK")) return false;
  return times == 0 || reader.skip(5U + (times - 1U) * 3U, "ACK");
}

}  // namespace

std::string google_quic_name(std::uint32_t code) {
  const std::array<std::uint8_t, 4> bytes{static_cast<std::uint8_t>(code >> 24U), static_cast<std::uint8_t>(code >> 16U),
                                          static_cast<std::uint8_t>(code >> 8U), static_cast<std::uint8_t>(code)};
  return google_code(bytes) ? std::string(base::text(bytes)) : std::string();
}

std::optional<std::string> google_quic(base::ByteView datagram) {
  constexpr std::size_t long_version = 1, old_version = 9;  // Q044 on have the long header; before: flags, eight bytes of id, version
  if (datagram.size() < old_version + 4) return std::nullopt;
  const bool long_header = (datagram[0] & 0xc0U) == 0xc0U;
  // Flags of the old header: a version, an id of eight bytes; the high bits are not used.
  const bool old_header = (datagram[0] & 0xc9U) == 0x09U;
  if (!long_header && !old_header) return std::nullopt;
  const base::ByteView code = datagram.subspan(long_header ? long_version : old_version, 4);
  if (!google_code(code) || code[0] != 'Q') return std::nullopt;
  return std::string(base::text(code));
}

std::optional<QuicFrame> next_google_frame(base::Reader& reader) {
  constexpr std::uint8_t padding = 0x00, ping = 0x07, crypto = 0x08;
  std::uint8_t type = padding;
  while (!reader.empty() && reader.u8(type, "frame type")) {
    if (type == padding || type == ping) continue;
    if (type >> 6U == 1 && skip_ack(reader, type)) continue;
    QuicFrame frame;
    frame.type = quic_frame::crypto;
    std::uint64_t size = 0;
    if (type != crypto || !read_varint(reader, frame.offset, "CRYPTO") || !read_varint(reader, size, "CRYPTO") ||
        !reader.bytes(static_cast<std::size_t>(size), frame.data, "CRYPTO"))
      return std::nullopt;
    return frame;
  }
  return std::nullopt;
}

}  // namespace whytls::wire
