// SPDX-License-Identifier: Apache-2.0
// Bytes that come in pieces with their offsets, in any order, twice or overlapping: DTLS fragments and QUIC CRYPTO frames.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"

namespace whytls::wire {

/// Owns the bytes. Where pieces overlap, the first ones stay.
class Gather {
 public:
  explicit Gather(std::size_t limit) : limit_(limit) {}

  /// False where the piece ends behind the limit: nothing of it is taken.
  bool add(std::uint64_t offset, base::ByteView bytes);
  /// The bytes from the beginning up to the first hole.
  base::ByteView front() const;
  /// Bytes that are missing between those that came.
  std::size_t missing() const;
  /// Whether bytes came whose offset had other bytes already.
  bool conflicting() const { return conflicting_; }
  std::size_t memory() const { return bytes_.capacity() + spans_.capacity() * sizeof(Span); }
  base::Bytes take() { return std::move(bytes_); }  ///< all of it, holes as zeros; leaves nothing that can be used

 private:
  struct Span {
    std::size_t begin, end;
  };
  /// Each hole costs memory and time; no honest peer leaves so many.
  static constexpr std::size_t most_spans = 1024;

  base::Bytes bytes_;
  std::vector<Span> spans_;  ///< what is there: sorted, disjoint, not adjacent
  std::size_t limit_;
  bool conflicting_ = false;
};

}  // namespace whytls::wire
