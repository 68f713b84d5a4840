// SPDX-License-Identifier: Apache-2.0
// What the link and IP layers hand upwards: the innermost TCP segment, UDP datagram or ICMP error of a packet, tunnels and fragments
// undone. All views hold for the call only.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "base/bytes.h"
#include "sources/capture/packet.h"

namespace whytls::sources::capture {

/// One TCP segment (RFC 9293 3.1).
struct Segment {
  enum Flag : std::uint8_t { fin = 0x01, syn = 0x02, rst = 0x04, psh = 0x08, ack = 0x10 };

  Moment when;
  Endpoint source, destination;
  std::uint32_t sequence = 0, acknowledgment = 0;
  std::uint16_t window = 0, checksum = 0;
  std::uint8_t flags = 0;
  std::uint8_t hop_limit = 0;
  std::uint16_t id = 0;            ///< IPv4 identification; 0 for IPv6
  std::uint32_t payload_size = 0;  ///< bytes on the wire: more than `payload` holds where the capture cut the packet
  base::ByteView payload;

  bool has(Flag flag) const { return (flags & flag) != 0; }
};

/// An ICMP or ICMPv6 error (RFC 792, RFC 4443 3) about a TCP segment or UDP datagram, named by the endpoints that it quotes.
struct IcmpError {
  Moment when;
  Address from;
  bool about_tcp = false;        ///< else about UDP
  Endpoint source, destination;  ///< of the packet that could not go on
  std::uint8_t type = 0, code = 0;
  std::optional<std::uint16_t> mtu;  ///< of the next hop: "fragmentation needed", "packet too big"; more than 65535 is said as 65535
};

using SegmentSink = std::function<void(const Segment&)>;
/// A datagram that the capture cut is handed over as far as it is there.
using UdpSink = std::function<void(const Moment& when, const Endpoint& source, const Endpoint& destination, base::ByteView payload)>;
using IcmpSink = std::function<void(const IcmpError&)>;

}  // namespace whytls::sources::capture
