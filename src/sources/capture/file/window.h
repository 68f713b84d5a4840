// SPDX-License-Identifier: Apache-2.0
// A window that moves over an input: large blocks are read, views into them handed out. Knows no format.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/input.h"

namespace whytls::sources::capture::file {

/// Integers of either byte order at the beginning of some bytes.
inline std::uint16_t u16(base::ByteView at, bool big) {
  return static_cast<std::uint16_t>(big ? at[0] << 8U | at[1] : at[1] << 8U | at[0]);
}
inline std::uint32_t u32(base::ByteView at, bool big) {
  return big ? std::uint32_t{at[0]} << 24U | std::uint32_t{at[1]} << 16U | std::uint32_t{at[2]} << 8U | at[3]
             : std::uint32_t{at[3]} << 24U | std::uint32_t{at[2]} << 16U | std::uint32_t{at[1]} << 8U | at[0];
}

class Window {
 public:
  /// No packet and no block that must be seen as a whole is larger.
  static constexpr std::size_t largest = std::size_t{16} << 20U;

  explicit Window(base::Input input) : input_(std::move(input)), buffer_(beginning) {}

  /// Whether `count` (at most `largest`) bytes are there; waits for no more than these. Views handed out before end here.
  bool have(std::size_t count) { return filled_ - at_ >= count || fill(count); }
  /// The next bytes, as many as are there.
  base::ByteView bytes() const { return base::ByteView(buffer_).subspan(at_, filled_ - at_); }
  /// The next `count` bytes, which are there; they hold until the next `have` or `pass`.
  base::ByteView take(std::size_t count) {
    const base::ByteView out(buffer_.data() + at_, count);
    at_ += count;
    return out;
  }
  /// Moves on without holding what is passed; false where the input ends before.
  bool pass(std::uint64_t count);

  std::uint64_t offset() const { return base_ + at_; }  ///< of the next byte
  const std::string& name() const { return input_.name(); }

  /// Why reading ended before its time; the first reason stays.
  const std::optional<std::string>& damage() const { return damage_; }
  void damaged(std::uint64_t offset, const std::string& what);

 private:
  static constexpr std::size_t beginning = 16384, block = std::size_t{1} << 17U;  // stays in the processor's cache
  bool fill(std::size_t count);

  base::Input input_;
  base::Bytes buffer_;
  std::size_t at_ = 0, filled_ = 0;
  std::uint64_t base_ = 0;  ///< offset of the buffer's first byte
  std::optional<std::string> damage_;
};

}  // namespace whytls::sources::capture::file
