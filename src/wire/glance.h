// SPDX-License-Identifier: Apache-2.0
// The few fields of the hellos by which a reader steers, found in place and without allocation: for whoever sees hundreds of thousands a
// second. Whoever wants to know more parses the message (handshake.h).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace whytls::wire {

/// By this random a ServerHello is a HelloRetryRequest: the SHA-256 of that name (RFC 8446 4.1.3).
inline constexpr std::array<std::uint8_t, 32> hello_retry_random{0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
                                                                 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
                                                                 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};

struct ServerHelloGlance {
  std::uint16_t version = 0;  ///< supported_versions if present, else legacy_version
  std::uint16_t suite = 0;
  bool hello_retry_request = false;
};
/// Of a ServerHello's body; nothing where it ends before the cipher suite.
std::optional<ServerHelloGlance> glance_server_hello(base::ByteView body);

struct ClientHelloGlance {
  base::ByteView server_name;  ///< within the body; empty: none
  bool early_data = false;     ///< RFC 8446 4.2.10
  /// Of what stays the same when the client connects again: versions, suites, extensions and their order, groups, schemes. GREASE,
  /// randoms, keys and names are left out. For telling apart, not a fingerprint that anybody else knows.
  std::uint64_t shape = 0;
};
/// Of a ClientHello's body. Damage ends it early: what stands before it counts.
ClientHelloGlance glance_client_hello(base::ByteView body);

}  // namespace whytls::wire
