// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"

#include <fmt/format.h>

namespace whytls::base {

ByteView view(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};  // char and uint8_t may alias
}

std::string_view text(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

std::string Malformed::text() const {
  if (wanted == 0) return fmt::format("{} at byte {}: {} bytes left over or out of range", field, offset, available);
  return fmt::format("{} at byte {}: needs {} bytes, {} are there", field, offset, wanted, available);
}

bool Reader::take(std::size_t count, ByteView& value, std::string_view field) {
  if (failure_) return false;
  if (count > bytes_.size()) {
    failure_ = Malformed{field, origin_, count, bytes_.size()};
    return false;
  }
  value = bytes_.first(count);
  bytes_ = bytes_.subspan(count);
  origin_ += count;
  return true;
}

bool Reader::integer(std::size_t width, std::uint32_t& value, std::string_view field) {
  ByteView raw;
  if (!take(width, raw, field)) return false;
  value = 0;
  for (const std::uint8_t byte : raw) value = value << 8U | byte;
  return true;
}

bool Reader::u8(std::uint8_t& value, std::string_view field) {
  std::uint32_t wide = 0;
  if (!integer(1, wide, field)) return false;
  value = static_cast<std::uint8_t>(wide);
  return true;
}

bool Reader::u16(std::uint16_t& value, std::string_view field) {
  std::uint32_t wide = 0;
  if (!integer(2, wide, field)) return false;
  value = static_cast<std::uint16_t>(wide);
  return true;
}

bool Reader::u24(std::uint32_t& value, std::string_view field) { return integer(3, value, field); }
bool Reader::u32(std::uint32_t& value, std::string_view field) { return integer(4, value, field); }
bool Reader::bytes(std::size_t count, ByteView& value, std::string_view field) { return take(count, value, field); }

bool Reader::skip(std::size_t count, std::string_view field) {
  ByteView ignored;
  return take(count, ignored, field);
}

bool Reader::prefixed(std::size_t width, Reader& child, std::string_view field) {
  const ByteView whole = bytes_;
  const std::size_t start = origin_;
  std::uint32_t length = 0;
  ByteView body;
  if (integer(width, length, field) && take(length, body, field)) {
    child.bytes_ = body;
    child.origin_ = start + width;
    child.failure_.reset();
    return true;
  }
  bytes_ = whole;  // a length whose bytes are not there counts as not read
  origin_ = start;
  return false;
}

bool Reader::prefixed8(Reader& child, std::string_view field) { return prefixed(1, child, field); }
bool Reader::prefixed16(Reader& child, std::string_view field) { return prefixed(2, child, field); }
bool Reader::prefixed24(Reader& child, std::string_view field) { return prefixed(3, child, field); }

bool Reader::finish(std::string_view structure) { return failure_ ? false : bytes_.empty() || refuse(structure); }

bool Reader::adopt(const Reader& child) {
  if (child.failure_ && !failure_) failure_ = child.failure_;
  return !failure_;
}

bool Reader::refuse(std::string_view field) {
  if (!failure_) failure_ = Malformed{field, origin_, 0, bytes_.size()};
  return false;
}

void Writer::u16(std::uint16_t value) {
  u8(static_cast<std::uint8_t>(value >> 8U));
  u8(static_cast<std::uint8_t>(value));
}

void Writer::u24(std::uint32_t value) {
  if (value > 0xffffffU) overflowed_ = true;
  u8(static_cast<std::uint8_t>(value >> 16U));
  u16(static_cast<std::uint16_t>(value));
}

void Writer::u32(std::uint32_t value) {
  u16(static_cast<std::uint16_t>(value >> 16U));
  u16(static_cast<std::uint16_t>(value));
}

void Writer::patch(std::size_t at, std::size_t width) {
  const std::size_t length = out_.size() - at - width;
  if (width < sizeof(length) && length >> (8U * width) != 0) overflowed_ = true;
  for (std::size_t i = 0; i < width; ++i) out_[at + i] = static_cast<std::uint8_t>(length >> (8U * (width - 1 - i)));
}

}  // namespace whytls::base
