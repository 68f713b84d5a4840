// SPDX-License-Identifier: Apache-2.0
// What the readers of all flows share.
#pragma once

#include <cstdint>

#include "sources/capture/decrypt/key_log.h"
#include "sources/capture/handshake.h"

namespace whytls::sources::capture::udp {

struct Context {
  const HandshakeSink& sink;
  std::uint64_t& connections;  ///< of the whole capture: raised by one for each
  const KeyLog* keys;          ///< may be null
};

/// Protected records of each side after which an established handshake is told: tickets, a refusal after the handshake, first data.
inline constexpr std::uint32_t enough_protected = 4;

}  // namespace whytls::sources::capture::udp
