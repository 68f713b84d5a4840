// SPDX-License-Identifier: Apache-2.0
// The hop counts of a connection's SYN-ACK and reset, from a packet socket. A reset that comes from another distance than the
// SYN-ACK was not sent by the server. Needs CAP_NET_RAW; without it there is no watch, and nobody is told off.
#pragma once

#include <memory>
#include <optional>

#include "net/stream.h"

namespace whytls::net {

/// What one packet, from its IP header on and perhaps cut short, adds to `seen`: the first SYN-ACK and the first reset count.
void note_hops(base::ByteView packet, bool v6, std::uint16_t local_port, HopView& seen);

class HopWatch {
 public:
  /// Before the connection is made; nullptr where it is not permitted.
  static std::unique_ptr<HopWatch> open(const Address& remote);
  ~HopWatch();
  HopWatch(const HopWatch&) = delete;
  HopWatch& operator=(const HopWatch&) = delete;

  /// What was seen so far of the connection from `local_port`; nothing before the SYN-ACK and without a reset.
  std::optional<HopView> view(std::uint16_t local_port);

 private:
  HopWatch(int descriptor, bool v6) : descriptor_(descriptor), v6_(v6) {}

  int descriptor_;
  bool v6_;
  HopView seen_;
};

}  // namespace whytls::net
