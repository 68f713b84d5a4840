// SPDX-License-Identifier: Apache-2.0
// The border between TCP reassembly (below) and whoever reads the bytes (above): both directions of one connection as ordered bytes
// with gaps, and what TCP itself shows of how it went.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "sources/capture/packet.h"

namespace whytls::sources::capture {

/// Who opened the connection, as far as TCP shows it (by its SYN; where none was seen, whoever spoke first): TLS may know better.
enum class End : std::uint8_t { opener, answerer };
constexpr End other(End end) { return end == End::opener ? End::answerer : End::opener; }
constexpr std::size_t index(End end) { return static_cast<std::size_t>(end); }

/// What TCP shows of one end. Counts are of packets that this end sent.
struct TcpEnd {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;            ///< payload in order, gaps not counted
  std::uint64_t missing = 0;          ///< bytes that the other end acknowledged, or that later bytes passed over, and that were never seen
  std::uint32_t retransmissions = 0;  ///< segments with payload sent again
  std::uint32_t conflicting_bytes = 0;       ///< retransmitted or overlapping bytes that differ from the first ones (first ones win)
  std::uint64_t unacknowledged = 0;          ///< payload bytes sent that the other end never acknowledged
  std::uint16_t largest_segment = 0;         ///< payload bytes
  std::uint32_t largest_unacknowledged = 0;  ///< payload bytes of the largest segment that was repeated and never acknowledged; 0: none
  bool syn = false;                          ///< its SYN (with or without ACK) was seen
  bool closed_window = false;                ///< it announced a window of zero and did not open it again
  std::uint8_t hop_limit = 0;                ///< TTL of its SYN, else of its first packet
  std::uint16_t first_id = 0, last_id = 0;   ///< IPv4 identification of its first packet and of its last before a reset
  Moment first, last;
  Moment fin;    ///< packet 0: none
  Moment reset;  ///< its first RST
  std::uint8_t reset_hop_limit = 0;
  std::uint16_t reset_id = 0;
  bool reset_in_window = false;  ///< the RST's sequence number was the next one expected
};

struct TcpFacts {
  std::array<TcpEnd, 2> ends;             ///< by End
  std::int64_t round_trip = 0;            ///< nanoseconds from SYN to the ACK of the SYN-ACK as seen here, or to the SYN-ACK; 0: not seen
  bool begins_midway = false;             ///< no SYN was seen
  bool refused = false;                   ///< the SYN was answered by a RST
  std::optional<std::uint16_t> icmp;      ///< type and code of an ICMP or ICMPv6 error about this connection
  std::optional<std::uint16_t> icmp_mtu;  ///< next-hop MTU, of "fragmentation needed" or "packet too big"
  std::string icmp_from;                  ///< who sent it
};

/// Reads one connection. Called in the order of the capture; one exists for each connection until it is over or evicted.
class StreamReader {
 public:
  static constexpr std::uint64_t none_any_more = std::numeric_limits<std::uint64_t>::max();

  virtual ~StreamReader() = default;
  /// The next bytes of an end, in order and without holes; `bytes` hold for the call only. Returns how many bytes that follow these it
  /// need not see: they are counted off without being copied or put in order; `none_any_more` for all.
  virtual std::uint64_t bytes(End from, base::ByteView bytes, const Moment& when) = 0;
  /// Bytes that will never come (lost to the capture); what `bytes` said it need not see is no gap.
  virtual void gap(End from, std::uint64_t missing, const Moment& when) = 0;
  /// The end sent its FIN, and all before it was handed over (or given up).
  virtual void finished(End from, const Moment& when) = 0;
  /// The connection is over (both FINs, a reset, a new SYN on the same ports), or the capture is, or it had to be evicted. The last call.
  enum class Over : std::uint8_t { closed, reset, reused, capture_ended, idle, evicted };
  virtual void over(Over why, const TcpFacts& tcp) = 0;
};

}  // namespace whytls::sources::capture
