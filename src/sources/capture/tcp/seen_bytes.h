// SPDX-License-Identifier: Apache-2.0
// What was handed over lately, of all connections in one ring of fixed size: so that bytes sent again can be compared with the first ones.
#pragma once

#include <cstdint>
#include <memory>

#include "base/bytes.h"

namespace whytls::sources::capture::tcp {

class SeenBytes {
 public:
  explicit SeenBytes(std::size_t bytes) : size_((bytes + 7) / 8 * 8), end_(size_) {}

  /// Keeps a copy, chained to the direction's previous one; returns its place for the next call.
  std::uint64_t keep(std::uint64_t previous, std::uint64_t offset, base::ByteView bytes);
  /// How many of these bytes, which stand at `offset` of a direction whose newest copy is `newest`, differ from what was there first.
  /// What the ring no longer holds differs in nothing.
  std::uint32_t differing(std::uint64_t newest, std::uint64_t offset, base::ByteView bytes) const;

 private:
  static constexpr int longest_chain = 64;
  struct Head {
    std::uint64_t previous = 0, offset = 0, size = 0;
  };
  bool held(std::uint64_t place) const { return place != 0 && place + size_ >= end_; }

  std::unique_ptr<std::uint8_t[]> ring_;
  std::uint64_t size_;
  std::uint64_t end_;  ///< place of the next copy, counted on and on; never 0
};

}  // namespace whytls::sources::capture::tcp
