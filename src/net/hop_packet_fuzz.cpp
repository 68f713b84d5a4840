// SPDX-License-Identifier: Apache-2.0
// A packet of whatever shape sets at most one of the two hop counts, only to what its IP header says, and never changes one that is set.
#include <cstdlib>

#include "net/hop_watch.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whytls;
  if (size < 3) return 0;
  const bool v6 = (data[0] & 1U) != 0;
  const auto port = static_cast<std::uint16_t>(data[1] << 8U | data[2]);
  const base::ByteView packet(data + 3, size - 3);
  net::HopView seen;
  net::note_hops(packet, v6, port, seen);
  require(seen.syn_ack_ttl == 0 || seen.reset_ttl == 0);
  const int hops = packet.size() < 20 ? 0 : packet[v6 ? 7 : 8];
  require(seen.syn_ack_ttl + seen.reset_ttl == 0 || seen.syn_ack_ttl + seen.reset_ttl == hops);
  net::HopView full{.syn_ack_ttl = 1, .reset_ttl = 2};
  net::note_hops(packet, v6, port, full);
  require(full.syn_ack_ttl == 1 && full.reset_ttl == 2);
  return 0;
}
