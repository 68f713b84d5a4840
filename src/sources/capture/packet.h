// SPDX-License-Identifier: Apache-2.0
// A packet as a capture holds it, and the addresses in it. It refuses to know what the bytes mean.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/time.h"

namespace whytls::sources::capture {

/// Where in a capture something stood.
struct Moment {
  std::uint64_t packet = 0;  ///< counted from 1 over all interfaces, as Wireshark does; 0: nowhere
  std::int64_t at = 0;       ///< nanoseconds since 1970, UTC; 0 where the capture has no time

  base::Time time() const { return base::Time(std::chrono::milliseconds(at / 1'000'000)); }
};

/// One captured frame. `bytes` belong to whoever read it and hold until the next one is read.
struct Packet {
  Moment when;
  std::uint32_t link_type = 0;      ///< LINKTYPE_ number
  std::uint32_t original_size = 0;  ///< bytes on the wire; more than `bytes` where the capture cut it
  base::ByteView bytes;
};

/// IPv4 in the first four bytes, or IPv6.
struct Address {
  std::array<std::uint8_t, 16> bytes{};
  bool v6 = false;

  auto operator<=>(const Address&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 takes the 0 of it for a pointer
  std::string text() const;                          ///< "192.0.2.7", "2001:db8::1"
};

struct Endpoint {
  Address address;
  std::uint16_t port = 0;

  auto operator<=>(const Endpoint&) const = default;  // NOLINT(modernize-use-nullptr)
  std::string text() const;                           ///< "192.0.2.7:443", "[2001:db8::1]:443"
};

}  // namespace whytls::sources::capture
