// SPDX-License-Identifier: Apache-2.0
// Packets taken out of a capture, to be written into a small one: the evidence of some handshakes.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "sources/capture/packet.h"

namespace whytls::sources::capture {

/// A packet with bytes of its own.
struct KeptPacket {
  Moment when;
  std::uint32_t link_type = 0, original_size = 0;
  base::Bytes bytes;
};

/// The last packets of a stream that cannot be read a second time, as many as fit.
class PacketRing {
 public:
  explicit PacketRing(std::size_t most_bytes = std::size_t{64} << 20U) : most_(most_bytes) {}

  void keep(const Packet& packet);
  /// Those of these numbers (sorted) that are still there, in order.
  std::vector<KeptPacket> take(const std::vector<std::uint64_t>& numbers) const;

 private:
  std::size_t most_, bytes_ = 0;
  std::deque<KeptPacket> packets_;  ///< numbers without holes
};

/// Packets of these numbers (sorted) of a capture file, read once more; an error where it cannot be opened.
base::Result<std::vector<KeptPacket>> packets_of(const std::string& path, const std::vector<std::uint64_t>& numbers);

/// Writes a pcapng file that only its owner may read, with times in nanoseconds and one interface for each link type; `comment` stands in
/// its header. Refuses to overwrite `source`, from which the packets came.
base::Result<void> write_capture(const std::string& path, const std::vector<KeptPacket>& packets, const std::string& comment,
                                 const std::string& source = {});

}  // namespace whytls::sources::capture
