// SPDX-License-Identifier: Apache-2.0
// Unpacks bytes whose size is known beforehand, in memory. What grows beyond that size is refused as soon as it does.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace whytls::base {

enum class Packing : std::uint8_t { zlib, brotli, zstd };

/// Exactly `size` bytes, and no packed byte left over; nullopt: it is damaged, or has another size. Takes little more memory than `size`
/// (brotli: and its window, 16 MiB at most), whatever is in it.
std::optional<Bytes> unpack(Packing how, ByteView packed, std::size_t size);

}  // namespace whytls::base
