// SPDX-License-Identifier: Apache-2.0
// Tunnels: what carries IP or Ethernet within IP or UDP.
#include "sources/capture/link/decoder.h"

namespace whytls::sources::capture::link {

/// RFC 2784 and 2890, and version 1 of PPTP (RFC 2637 4.1), which adds an acknowledgment.
void Decoder::gre(CutView at) {
  if (at.size() < 4 || !deeper()) return;
  const std::uint16_t flags = at.u16(0), type = at.u16(2);
  const unsigned version = flags & 7U;
  if (version > 1 || (flags & 0x4000U) != 0) return;  // routing is deprecated
  std::size_t size = 4;
  if ((flags & 0x8000U) != 0) size += 4;                  // checksum
  if ((flags & 0x2000U) != 0) size += 4;                  // key
  if ((flags & 0x1000U) != 0) size += 4;                  // sequence number
  if (version == 1 && (flags & 0x0080U) != 0) size += 4;  // acknowledgment
  if (at.size() < size) return;
  at = at.after(size);
  if (version == 1) return ppp(at);
  if (type == 0x88be && (flags & 0x1000U) == 0) return ethernet(at);  // ERSPAN of the first type has no header
  ether_type(type, at);
}

/// Mirrored frames (draft-foschiano-erspan): type II, and type III whose last bit says that another header follows.
void Decoder::erspan(std::size_t header, CutView at) {
  if (at.size() < header || !deeper()) return;
  if (header == 12 && (at.u8(11) & 1U) != 0) header += 8;
  if (at.size() >= header) ethernet(at.after(header));
}

bool Decoder::udp_tunnel(std::uint16_t port, CutView at) {
  if (!deeper()) return false;
  switch (port) {
    case 4789:
    case 8472:
      return vxlan(at, false);
    case 4790:
      return vxlan(at, true);
    case 6081:
      return geneve(at);
    case 2152:
      return gtp(at);
    case 3544:
      return teredo(at);
    case 1701:
      return l2tp(at);
    case 5247:
      return capwap(at);
    case 6635:  // MPLS in UDP (RFC 7510)
      mpls(at);
      return true;
    default:
      return false;
  }
}

/// RFC 7348 5: the flag of a valid network identifier, and zeros; with the "generic" extension its next protocol.
bool Decoder::vxlan(CutView at, bool generic) {
  if (at.size() < 8 || (at.u8(0) & 0x08U) == 0 || at.u8(1) != 0 || at.u8(7) != 0) return false;
  const unsigned next = generic && (at.u8(0) & 0x04U) != 0 ? at.u8(3) : 3;
  if (next == 1 || next == 2) ip(at.after(8));
  if (next == 3) ethernet(at.after(8));
  return true;
}

/// RFC 8926 3.4.
bool Decoder::geneve(CutView at) {
  if (at.size() < 8 || at.u8(0) >> 6U != 0 || at.u8(7) != 0) return false;
  const std::size_t size = 8 + (at.u8(0) & 0x3fU) * std::size_t{4};
  if (at.size() < size) return false;
  ether_type(at.u16(2), at.after(size));
  return true;
}

/// User data of mobile networks (3GPP TS 29.281 5.1): message type 255, extension headers passed over.
bool Decoder::gtp(CutView at) {
  if (at.size() < 8 || at.u8(0) >> 4U != 3 || at.u8(1) != 255 || at.u16(2) > at.wire_size() - 8) return false;
  const unsigned flags = at.u8(0) & 7U;
  at = at.first(std::size_t{8} + at.u16(2));
  if (flags == 0) {
    ip(at.after(8));
    return true;
  }
  if (at.size() < 12) return false;
  std::uint8_t next = (flags & 4U) != 0 ? at.u8(11) : 0;
  at = at.after(12);
  while (next != 0) {
    if (at.size() == 0 || at.u8(0) == 0 || !deeper()) return false;
    const std::size_t size = at.u8(0) * std::size_t{4};
    if (at.size() < size) return false;
    next = at.u8(size - 1);
    at = at.after(size);
  }
  ip(at);
  return true;
}

/// IPv6 over UDP, behind what tells the sender or its address (RFC 4380 5.1.1).
bool Decoder::teredo(CutView at) {
  if (at.size() >= 4 && at.u16(0) == 1) {
    const std::size_t size = std::size_t{13} + at.u8(2) + at.u8(3);
    if (at.size() < size) return false;
    at = at.after(size);
  }
  if (at.size() >= 8 && at.u16(0) == 0) at = at.after(8);
  if (at.size() < 40 || at.u8(0) >> 4U != 6) return false;
  ip(at);
  return true;
}

/// Data messages of version 2 carry PPP (RFC 2661 3.1).
bool Decoder::l2tp(CutView at) {
  if (at.size() < 6) return false;
  const std::uint16_t flags = at.u16(0);
  if ((flags & 0x8000U) != 0 || (flags & 15U) != 2) return false;
  std::size_t size = 6;
  if ((flags & 0x4000U) != 0) size += 2;  // length
  if ((flags & 0x0800U) != 0) size += 4;  // sequence numbers
  if ((flags & 0x0200U) != 0) {           // padding
    if (at.size() < size + 2) return false;
    size += std::size_t{2} + at.u16(size);
  }
  if (at.size() < size) return false;
  ppp(at.after(size));
  return true;
}

/// Frames between access points and their controller (RFC 5415 4.3) that are neither protected by DTLS nor cut in pieces.
bool Decoder::capwap(CutView at) {
  if (at.size() < 8 || at.u8(0) != 0) return false;  // version 0, clear
  const std::size_t size = (at.u8(1) >> 3U) * std::size_t{4};
  const bool native = (at.u8(2) & 1U) != 0, part = (at.u8(3) & 0x80U) != 0, keep_alive = (at.u8(3) & 0x08U) != 0;
  if (size < 8 || at.size() < size || part || keep_alive) return size >= 8;
  if (native)
    wifi(at.after(size), true);
  else
    ethernet(at.after(size));
  return true;
}

}  // namespace whytls::sources::capture::link
