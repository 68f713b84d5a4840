// SPDX-License-Identifier: Apache-2.0
// Bytes in and bytes out: bounded reading and writing of big-endian structures. Knows no TLS.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace whytls::base {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

ByteView view(std::string_view text);
std::string_view text(ByteView bytes);

/// What was being read when the input ended or made no sense, and at which byte of the input.
struct Malformed {
  std::string_view field;     ///< a literal: the name of the field or structure
  std::size_t offset = 0;     ///< bytes from the start of the whole input
  std::size_t wanted = 0;     ///< bytes that the field needs; 0 where bytes were left over
  std::size_t available = 0;  ///< bytes that were there

  std::string text() const;
};

/// A view over bytes that it does not own: the input must outlive it. Reading past the end sets `failure()`, changes
/// nothing else, and makes every later read fail: what was read before stays good (partial parsing is by design).
class Reader {
 public:
  Reader() = default;
  explicit Reader(ByteView bytes, std::size_t origin = 0) : bytes_(bytes), origin_(origin) {}

  bool u8(std::uint8_t& value, std::string_view field);
  bool u16(std::uint16_t& value, std::string_view field);
  bool u24(std::uint32_t& value, std::string_view field);
  bool u32(std::uint32_t& value, std::string_view field);
  bool bytes(std::size_t count, ByteView& value, std::string_view field);
  bool skip(std::size_t count, std::string_view field);

  /// A child over exactly the bytes that a length prefix of 8, 16 or 24 bits announces.
  bool prefixed8(Reader& child, std::string_view field);
  bool prefixed16(Reader& child, std::string_view field);
  bool prefixed24(Reader& child, std::string_view field);

  /// Refuses bytes that are left over at the end of `structure`.
  bool finish(std::string_view structure);
  /// Takes over the failure of a child; true when it had none.
  bool adopt(const Reader& child);
  /// Marks the structure as malformed here for a reason other than its length.
  bool refuse(std::string_view field);

  bool empty() const { return bytes_.empty(); }
  std::size_t remaining() const { return bytes_.size(); }
  std::size_t offset() const { return origin_; }  ///< of the next byte, from the start of the whole input
  ByteView rest() const { return bytes_; }
  const std::optional<Malformed>& failure() const { return failure_; }

 private:
  bool take(std::size_t count, ByteView& value, std::string_view field);
  bool integer(std::size_t width, std::uint32_t& value, std::string_view field);
  bool prefixed(std::size_t width, Reader& child, std::string_view field);

  ByteView bytes_;
  std::size_t origin_ = 0;
  std::optional<Malformed> failure_;
};

/// Builds bytes. A scope writes its length prefix when it ends; a length that does not fit is remembered in `overflowed()`.
class Writer {
 public:
  void u8(std::uint8_t value) { out_.push_back(value); }
  void u16(std::uint16_t value);
  void u24(std::uint32_t value);
  void u32(std::uint32_t value);
  void bytes(ByteView value) { out_.insert(out_.end(), value.begin(), value.end()); }
  void text(std::string_view value) { bytes(view(value)); }

  /// Writes `width` bytes of length before what `body()` writes.
  template <class Body>
  void prefixed(std::size_t width, Body&& body) {
    const std::size_t at = out_.size();
    out_.insert(out_.end(), width, 0);
    body();
    patch(at, width);
  }
  template <class Body>
  void prefixed8(Body&& body) {
    prefixed(1, body);
  }
  template <class Body>
  void prefixed16(Body&& body) {
    prefixed(2, body);
  }
  template <class Body>
  void prefixed24(Body&& body) {
    prefixed(3, body);
  }

  std::size_t size() const { return out_.size(); }
  bool overflowed() const { return overflowed_; }
  const Bytes& data() const { return out_; }
  Bytes take() { return std::move(out_); }

 private:
  void patch(std::size_t at, std::size_t width);

  Bytes out_;
  bool overflowed_ = false;
};

}  // namespace whytls::base
