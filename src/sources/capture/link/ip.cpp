// SPDX-License-Identifier: Apache-2.0
// IPv4 (RFC 791) and IPv6 (RFC 8200) with extension headers and fragments. The length in the header is trusted over bytes that follow
// (padding of Ethernet), and not where it is zero: a packet that the network card was to cut into segments.
#include <algorithm>

#include "sources/capture/link/decoder.h"

namespace whytls::sources::capture::link {
namespace {

Address address(const CutView& at, std::size_t where, std::size_t size) {
  Address out;
  std::copy_n(at.bytes.begin() + static_cast<std::ptrdiff_t>(where), size, out.bytes.begin());
  out.v6 = size == 16;
  return out;
}

}  // namespace

void Decoder::ip(CutView at) {
  if (at.size() == 0 || !deeper()) return;
  const unsigned version = at.u8(0) >> 4U;
  if (version == 4) ip_v4(at);
  if (version == 6) ip_v6(at);
}

void Decoder::ip_v4(CutView at) {
  if (at.size() < 20 || at.u8(0) >> 4U != 4) return;
  const std::size_t header = (at.u8(0) & 15U) * std::size_t{4}, total = at.u16(2);
  if (header < 20 || at.size() < header || (total != 0 && total < header)) return;
  const IpHead head{address(at, 12, 4), address(at, 16, 4), at.u8(8), at.u16(4)};
  const std::uint8_t protocol = at.u8(9);
  const std::uint16_t fragment = at.u16(6);
  at = total == 0 ? at : at.first(total);
  note(Layer::Kind::ipv4, at);
  at = at.after(header);
  if ((fragment & 0x3fffU) != 0) return fragment_v4(head, protocol, fragment, at);
  payload(head, protocol, at);
}

void Decoder::fragment_v4(const IpHead& head, std::uint8_t protocol, std::uint16_t field, CutView at) {
  if (at.missing > 0) return;
  const Fragments::Piece piece{(field & 0x1fffU) * std::size_t{8}, (field & 0x2000U) == 0, at.bytes, protocol};
  const auto whole = fragments_.add({head.source, head.destination, head.id, protocol}, piece, when_.at);
  if (whole) payload(head, protocol, {whole->bytes, 0});
}

void Decoder::ip_v6(CutView at) {
  if (at.size() < 40) return;
  const std::size_t size = at.u16(4);
  const IpHead head{address(at, 8, 16), address(at, 24, 16), at.u8(7), 0};
  const std::uint8_t next = at.u8(6);
  at = size == 0 ? at : at.first(40 + size);
  note(Layer::Kind::ipv6, at);
  payload(head, next, at.after(40));
}

/// Offset, "more" and identification (RFC 8200 4.5); a fragment that is all of it is none (RFC 6946).
void Decoder::fragment_v6(const IpHead& head, CutView at) {
  if (at.size() < 8) return;
  const std::uint8_t next = at.u8(0);
  const std::uint16_t field = at.u16(2);
  const std::uint32_t id = at.u32(4);
  at = at.after(8);
  if ((field & 0xfff9U) == 0) return payload(head, next, at);
  if (at.missing > 0) return;
  const auto whole = fragments_.add({head.source, head.destination, id, 0}, {field & 0xfff8U, (field & 1U) == 0, at.bytes, next}, when_.at);
  if (whole) payload(head, whole->protocol, {whole->bytes, 0});
}

/// What IP carries, extension headers passed over (RFC 8200 4, RFC 4302 2).
void Decoder::payload(const IpHead& head, std::uint8_t protocol, CutView at) {
  while (deeper()) {
    switch (protocol) {
      case 6:
        return tcp(head, at);
      case 17:
        return udp(head, at);
      case 1:
      case 58:
        return icmp(head, at);
      case 4:
      case 41:
        return ip(at);
      case 47:
        return gre(at);
      case 137:
        return mpls(at);
      case 97:  // Ethernet in IP (RFC 3378): two bytes, version 3
        if (at.size() >= 2 && at.u8(0) >> 4U == 3) ethernet(at.after(2));
        return;
      case 44:
        return fragment_v6(head, at);
      case 50:
        ++esp_;
        return;
      case 0:
      case 43:
      case 51:
      case 60:
      case 135:
      case 139:
      case 140: {
        if (at.size() < 8) return;
        const std::size_t size = protocol == 51 ? (at.u8(1) + std::size_t{2}) * 4 : (at.u8(1) + std::size_t{1}) * 8;
        if (at.size() < size) return;
        protocol = at.u8(0);
        at = at.after(size);
        break;
      }
      default:
        return;
    }
  }
}

}  // namespace whytls::sources::capture::link
