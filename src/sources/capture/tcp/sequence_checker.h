// SPDX-License-Identifier: Apache-2.0
// For the fuzz target: a reader of streams in which each byte is its own sequence number (its lowest eight bits).
#pragma once

#include <array>
#include <cstdlib>
#include <optional>
#include <utility>

#include "sources/capture/stream.h"

namespace whytls::sources::capture::built {

inline void require(bool holds) {
  if (!holds) std::abort();
}

/// What was fed and handed over in all, and how many readers have not been told of their end.
struct Sums {
  std::size_t fed = 0, handed = 0, living = 0;
};

/// Demands that bytes go on where they left off, that each end ends once, and the connection too.
class Checker : public StreamReader {
 public:
  /// `skip`: how many bytes it does not want after each call; 200: no more.
  Checker(Sums& sums, std::uint8_t skip) : sums_(sums), skip_(skip) { ++sums_.living; }
  ~Checker() override { require(over_); }
  std::uint64_t bytes(End from, base::ByteView bytes, const Moment& /*when*/) override {
    auto& place = places_[index(from)];
    for (const std::uint8_t byte : bytes) {
      require(!over_ && (!place || byte == *place));
      place = static_cast<std::uint8_t>(byte + 1);
    }
    sums_.handed += bytes.size();
    place = static_cast<std::uint8_t>(*place + skip_);
    return skip_ == 200 ? none_any_more : skip_;
  }
  void gap(End from, std::uint64_t missing, const Moment& /*when*/) override {
    require(missing > 0 && !over_ && !ended_[index(from)]);
    if (auto& place = places_[index(from)]) place = static_cast<std::uint8_t>(*place + missing);
  }
  void finished(End from, const Moment& /*when*/) override { require(!std::exchange(ended_[index(from)], true)); }
  void over(Over /*why*/, const TcpFacts& tcp) override {
    require(!std::exchange(over_, true));
    for (const TcpEnd& end : tcp.ends)
      require(end.conflicting_bytes == 0 && end.bytes <= sums_.fed && end.largest_unacknowledged <= end.largest_segment);
    --sums_.living;
  }

 private:
  Sums& sums_;
  std::uint8_t skip_;
  std::array<std::optional<std::uint8_t>, 2> places_;
  std::array<bool, 2> ended_{};
  bool over_ = false;
};

}  // namespace whytls::sources::capture::built
