// SPDX-License-Identifier: Apache-2.0
// Bytes of a packet and how many more of them were on the wire after the captured ones.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/bytes.h"

namespace whytls::sources::capture::link {

struct CutView {
  base::ByteView bytes;
  std::size_t missing = 0;

  std::size_t size() const { return bytes.size(); }
  std::size_t wire_size() const { return bytes.size() + missing; }
  std::uint8_t u8(std::size_t at) const { return bytes[at]; }
  std::uint16_t u16(std::size_t at) const { return static_cast<std::uint16_t>(bytes[at] << 8U | bytes[at + 1]); }
  std::uint32_t u32(std::size_t at) const { return std::uint32_t{u16(at)} << 16U | u16(at + 2); }

  /// Without the first bytes, which are there.
  CutView after(std::size_t count) const { return {bytes.subspan(count), missing}; }
  /// The first bytes as a length field counts them; never more than there were on the wire.
  CutView first(std::size_t count) const {
    if (count <= bytes.size()) return {bytes.first(count), 0};
    return {bytes, std::min(missing, count - bytes.size())};
  }
};

}  // namespace whytls::sources::capture::link
