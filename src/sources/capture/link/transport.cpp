// SPDX-License-Identifier: Apache-2.0
// The innermost layer: TCP, UDP and the errors of ICMP.
#include <algorithm>

#include "sources/capture/link/decoder.h"

namespace whytls::sources::capture::link {

/// RFC 9293 3.1.
void Decoder::tcp(const IpHead& head, CutView at) {
  if (at.size() < 20) return;
  const std::size_t size = (at.u8(12) >> 4U) * std::size_t{4};
  if (size < 20 || at.wire_size() < size) return;
  note(Layer::Kind::tcp, at);
  Segment out;
  out.when = when_;
  out.source = {head.source, at.u16(0)};
  out.destination = {head.destination, at.u16(2)};
  out.sequence = at.u32(4);
  out.acknowledgment = at.u32(8);
  out.flags = at.u8(13);
  out.window = at.u16(14);
  out.checksum = at.u16(16);
  out.hop_limit = head.hop_limit;
  out.id = head.id;
  out.payload = at.bytes.subspan(std::min(size, at.size()));
  out.payload_size = static_cast<std::uint32_t>(at.wire_size() - size);
  tcp_(out);
}

/// RFC 768; a length of zero is that of a datagram too large for the field (RFC 2675 4). Tunnels are known by their port and header.
void Decoder::udp(const IpHead& head, CutView at) {
  if (at.size() < 8) return;
  const std::uint16_t from = at.u16(0), to = at.u16(2), size = at.u16(4);
  if (size != 0 && size < 8) return;
  at = size == 0 ? at : at.first(size);
  note(Layer::Kind::udp, at);
  at = at.after(8);
  if (udp_tunnel(to, at)) return;
  udp_(when_, {head.source, from}, {head.destination, to}, at.bytes);
}

namespace {

struct Quoted {
  bool about_tcp = false;
  Endpoint source, destination;
};

/// The ports behind the IP header that an error quotes; extension headers of IPv6 are passed over.
std::optional<Quoted> quoted(CutView at, bool v6) {
  const std::size_t fixed = v6 ? 40 : 20;
  if (at.size() < fixed || at.u8(0) >> 4U != (v6 ? 6 : 4)) return std::nullopt;
  Quoted out;
  const std::size_t width = v6 ? 16 : 4, where = v6 ? 8 : 12;
  out.source.address.v6 = out.destination.address.v6 = v6;
  std::copy_n(at.bytes.begin() + static_cast<std::ptrdiff_t>(where), width, out.source.address.bytes.begin());
  std::copy_n(at.bytes.begin() + static_cast<std::ptrdiff_t>(where + width), width, out.destination.address.bytes.begin());
  std::uint8_t next = at.u8(v6 ? 6 : 9);
  if (!v6 && (at.u16(6) & 0x1fffU) != 0) return std::nullopt;  // a later fragment has no ports
  const std::size_t header = v6 ? 40 : (at.u8(0) & 15U) * std::size_t{4};
  if (header < fixed || at.size() < header) return std::nullopt;
  at = at.after(header);
  while (v6 && (next == 0 || next == 43 || next == 60 || next == 44)) {
    if (at.size() < 8) return std::nullopt;
    const std::size_t size = next == 44 ? 8 : (at.u8(1) + std::size_t{1}) * 8;
    if (next == 44 && (at.u16(2) & 0xfff8U) != 0) return std::nullopt;
    if (at.size() < size) return std::nullopt;
    next = at.u8(0);
    at = at.after(size);
  }
  if ((next != 6 && next != 17) || at.size() < 4) return std::nullopt;
  out.about_tcp = next == 6;
  out.source.port = at.u16(0);
  out.destination.port = at.u16(2);
  return out;
}

}  // namespace

/// Errors quote the packet that they are about: RFC 792 (unreachable, time exceeded, parameter problem; next-hop MTU by RFC 1191 4),
/// RFC 4443 3.
void Decoder::icmp(const IpHead& head, CutView at) {
  if (at.size() < 8) return;
  note(Layer::Kind::icmp, at);
  const bool v6 = head.source.v6;
  const std::uint8_t type = at.u8(0), code = at.u8(1);
  const bool error = v6 ? type >= 1 && type <= 4 : type == 3 || type == 11 || type == 12;
  if (!error) return;
  const auto about = quoted(at.after(8), v6);
  if (!about) return;
  note(Layer::Kind::quoted, at.after(8));
  IcmpError out{when_, head.source, about->about_tcp, about->source, about->destination, type, code, std::nullopt};
  if (v6 && type == 2) out.mtu = static_cast<std::uint16_t>(std::min<std::uint32_t>(at.u32(4), 0xffff));
  if (!v6 && type == 3 && code == 4) out.mtu = at.u16(6);
  icmp_(out);
}

}  // namespace whytls::sources::capture::link
