// SPDX-License-Identifier: Apache-2.0
// Puts fragments of IPv4 (RFC 791 3.2) and IPv6 (RFC 8200 4.5) together. Bounded in number, bytes and time; where fragments overlap, the
// bytes that came first stay.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/bytes.h"
#include "sources/capture/packet.h"

namespace whytls::sources::capture::link {

class Fragments {
 public:
  struct Key {
    Address source, destination;
    std::uint32_t id = 0;
    std::uint8_t protocol = 0;  ///< of IPv4; IPv6 tells datagrams apart without it

    auto operator<=>(const Key&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 takes the 0 of it for a pointer
  };
  struct Piece {
    std::size_t offset = 0;
    bool last = false;
    base::ByteView bytes;
    std::uint8_t protocol = 0;  ///< what the first piece says comes next
  };
  struct Whole {
    base::Bytes bytes;
    std::uint8_t protocol = 0;
  };

  /// The datagram once it is complete, else empty.
  std::optional<Whole> add(const Key& key, const Piece& piece, std::int64_t now);
  /// Datagrams of which a part never came, or that had to be let go.
  std::uint64_t given_up() const { return given_up_ + waiting_.size(); }

 private:
  static constexpr std::size_t most_datagrams = 1024, most_bytes = std::size_t{8} << 20U, largest = 65535 + 40;
  static constexpr std::int64_t longest = 60'000'000'000;  ///< nanoseconds (RFC 8200 4.5: 60 seconds)

  struct Assembly {
    std::map<std::size_t, base::Bytes> parts;  ///< by offset, without overlaps
    std::size_t have = 0;
    std::size_t size = 0;  ///< known from the last piece; 0: not yet
    std::uint8_t protocol = 0;
    std::uint64_t order = 0;
    std::int64_t begun = 0;
  };
  using Waiting = std::map<Key, Assembly>;

  static void put(Assembly& into, std::size_t offset, base::ByteView bytes);
  void let_go(std::uint64_t order);
  void make_room(std::int64_t now);

  Waiting waiting_;
  std::map<std::uint64_t, Key> by_age_;
  std::uint64_t orders_ = 0, given_up_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace whytls::sources::capture::link
