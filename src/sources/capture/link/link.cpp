// SPDX-License-Identifier: Apache-2.0
// Link layers down to IP. Numbers of link types as in the LINKTYPE_ registry of tcpdump.org.
#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <functional>

#include "sources/capture/link/decoder.h"

namespace whytls::sources::capture::link {
namespace {

struct Named {
  std::uint32_t type;
  const char* name;
};
constexpr std::array names{Named{3, "AX.25"},          Named{6, "token ring"},  Named{10, "FDDI"},       Named{107, "frame relay"},
                           Named{147, "user-defined"}, Named{186, "USB"},       Named{187, "Bluetooth"}, Named{189, "USB"},
                           Named{195, "802.15.4"},     Named{201, "Bluetooth"}, Named{220, "USB"},       Named{227, "CAN"},
                           Named{231, "D-Bus"},        Named{249, "USB"},       Named{251, "Bluetooth"}, Named{252, "exported PDU"},
                           Named{253, "netlink"},      Named{256, "Bluetooth"}};

std::string name_of(std::uint32_t type) {
  for (const Named& one : names)
    if (one.type == type) return fmt::format("link type {} ({})", type, one.name);
  return fmt::format("link type {}", type);
}

/// Bytes of the tag that an EtherType announces, the next type included; 0: it is none.
std::size_t tag_size(std::uint16_t type, const CutView& at) {
  switch (type) {
    case 0x8100:  // IEEE 802.1Q, 802.1ad and what was used before it: priority and VLAN
    case 0x88a8:
    case 0x9100:
    case 0x9200:
      return 4;
    case 0x8926:
      return 6;  // VN-Tag
    case 0x8909:
      return at.size() < 2 ? 2 : 4 + at.u8(1) * std::size_t{4};  // Cisco's metadata (security groups)
    default:
      return 0;
  }
}

}  // namespace

void Decoder::feed(const Packet& packet) {
  when_ = packet.when;
  packet_ = packet.bytes;
  depth_ = 0;
  const std::size_t missing = packet.original_size > packet.bytes.size() ? packet.original_size - packet.bytes.size() : 0;
  if (missing > 0) ++cut_;
  frame(packet.link_type, {packet.bytes, missing});
}

void Decoder::note_layer(Layer::Kind kind, const CutView& at) {
  const std::uint8_t* first = packet_.data();
  const std::less_equal<const std::uint8_t*> not_after;
  if (!not_after(first, at.bytes.data()) || !not_after(at.bytes.data() + at.size(), first + packet_.size())) return;
  const auto begin = static_cast<std::size_t>(at.bytes.data() - first);
  layers_->push_back({kind, begin, begin + at.size()});
}

void Decoder::frame(std::uint32_t link_type, CutView at) {
  if (!deeper()) return;
  switch (link_type) {
    case 1:
      return ethernet(at);
    case 0:
    case 108:
      return loopback(at);
    case 12:  // raw IP by the number that some systems give it
    case 14:
    case 101:
    case 228:
    case 229:
      return ip(at);
    case 9:
    case 50:
    case 166:
      return ppp(at);
    case 51:
      return pppoe(at);
    case 104:
      return c_hdlc(at);
    case 105:
      return wifi(at);
    case 113:
      return cooked(at);
    case 117:
      return packet_filter_log(at);
    case 127: {  // radiotap: its length, little-endian, stands in bytes 2 and 3
      const std::size_t size = at.size() < 4 ? at.size() : at.u8(2) + at.u8(3) * std::size_t{256};
      if (at.size() > size) wifi(at.after(size));
      return;
    }
    case 239:
      return netfilter_log(at);
    case 258:
      return packet_tap(at);
    case 276:
      return cooked_v2(at);
    default:
      ++unknown_links_[link_type];
  }
}

void Decoder::ethernet(CutView at) {
  if (at.size() < 14 || !deeper()) return;
  note(Layer::Kind::ethernet, at);
  const std::uint16_t type = at.u16(12);
  if (type == 0x0800) return ip_v4(at.after(14));  // what most are
  ether_type(type, at.after(14));
}

/// What an EtherType or, up to 1500, a length announces.
void Decoder::ether_type(std::uint16_t type, CutView at) {
  while (deeper()) {  // tags end with the next type
    if (type == 0x0800 || type == 0x86dd) return ip(at);
    const std::size_t size = tag_size(type, at);
    if (size == 0) break;
    if (at.size() < size) return;
    type = at.u16(size - 2);
    at = at.after(size);
  }
  switch (type) {
    case 0x8847:
    case 0x8848:
      return mpls(at);
    case 0x8864:
      return pppoe(at);
    case 0x880b:
      return ppp(at);
    case 0x6558:
      return ethernet(at);
    case 0x88be:
      return erspan(8, at);
    case 0x22eb:
      return erspan(12, at);
    default:
      if (type <= 1500) llc(at.first(type));
  }
}

/// IEEE 802.2 with SNAP (RFC 1042), or IP by its own service access point.
void Decoder::llc(CutView at) {
  if (at.size() < 3 || !deeper()) return;
  if (at.u16(0) == 0x0606) return ip(at.after(3));
  if (at.u16(0) == 0xaaaa && at.u8(2) == 3 && at.size() >= 8 && at.u16(6) > 1500) ether_type(at.u16(6), at.after(8));
}

/// Labels (RFC 3032), then what the first half-byte suggests: IP, or Ethernet behind a control word (RFC 4448 4.6).
void Decoder::mpls(CutView at) {
  bool bottom = false;
  while (!bottom) {
    if (at.size() < 5 || !deeper()) return;
    bottom = (at.u8(2) & 1U) != 0;
    at = at.after(4);
  }
  const unsigned version = at.u8(0) >> 4U;
  if (version == 4 || version == 6) return ip(at);
  if (version == 0 && at.size() >= 4) ethernet(at.after(4));
}

/// RFC 2516 4: only the session stage carries PPP.
void Decoder::pppoe(CutView at) {
  if (at.size() >= 8 && at.u8(0) == 0x11 && at.u8(1) == 0) ppp(at.after(6).first(at.u16(4)));
}

/// RFC 1661 2 with the HDLC bytes of RFC 1662 where they were not left out; so may be the first byte of the protocol.
void Decoder::ppp(CutView at) {
  if (at.size() >= 2 && at.u8(1) == 3 && (at.u8(0) == 0xff || at.u8(0) <= 1)) at = at.after(2);  // 0 and 1: pppd's direction
  if (at.size() < 2 || !deeper()) return;
  const bool cisco = (at.u8(0) == 0x0f || at.u8(0) == 0x8f) && at.u8(1) == 0;
  if (cisco) return c_hdlc(at);
  const bool brief = (at.u8(0) & 1U) != 0;
  const unsigned protocol = brief ? at.u8(0) : at.u16(0);
  at = at.after(brief ? 1 : 2);
  if (protocol == 0x21 || protocol == 0x57) ip(at);
  if (protocol == 0x281 || protocol == 0x283) mpls(at);
}

void Decoder::c_hdlc(CutView at) {
  if (at.size() >= 4 && deeper()) ether_type(at.u16(2), at.after(4));
}

/// BSD's loopback: the address family in the byte order of the machine that captured, or in network order.
void Decoder::loopback(CutView at) {
  if (at.size() < 4) return;
  const std::uint32_t value = at.u32(0);
  family(value < 0x10000 ? value : (value >> 24U) | (value >> 8U & 0xff00U), at.after(4));
}

/// IPv6 has another number on each system.
void Decoder::family(std::uint32_t number, CutView at) {
  if (number == 2 || number == 10 || number == 24 || number == 28 || number == 30) ip(at);
}

void Decoder::cooked(CutView at) {
  if (at.size() < 16 || !deeper()) return;
  note(Layer::Kind::cooked, at);
  const std::uint16_t type = at.u16(14);
  if (type == 4) return llc(at.after(16));  // 802.2 without a length
  if (type > 1500) ether_type(type, at.after(16));
}

void Decoder::cooked_v2(CutView at) {
  if (at.size() < 20 || !deeper()) return;
  note(Layer::Kind::cooked_v2, at);
  const std::uint16_t type = at.u16(0);
  if (type == 4) return llc(at.after(20));
  if (type > 1500) ether_type(type, at.after(20));
}

/// Data frames of IEEE 802.11 (9.3.2.1) that are not encrypted, one packet each. Some access points swap the bytes of frame control.
void Decoder::wifi(CutView at, bool maybe_swapped) {
  if (at.size() < 24 || !deeper()) return;
  note(Layer::Kind::wifi, at);
  const bool swapped = maybe_swapped && (at.u8(0) & 0x0fU) != 8;
  const unsigned kind = at.u8(swapped ? 1 : 0), flags = at.u8(swapped ? 0 : 1);
  const unsigned type = kind >> 2U & 3U, subtype = kind >> 4U;
  const bool quality = (subtype & 8U) != 0, empty = (subtype & 4U) != 0;
  if (type != 2 || empty) return;
  if ((flags & 0x40U) != 0) {
    ++encrypted_wifi_;
    return;
  }
  std::size_t size = (flags & 3U) == 3 ? 30 : 24;  // between two access points: a fourth address
  if (quality) {
    if (at.size() < size + 2 || (at.u8(size) & 0x80U) != 0) return;  // several packets in one
    size += (flags & 0x80U) != 0 ? 6 : 2;
  }
  if (at.size() >= size) llc(at.after(size));
}

/// OpenBSD's pflog: a header of the length that its first byte says, padded to four; the address family in the second.
void Decoder::packet_filter_log(CutView at) {
  if (at.size() < 4) return;
  const std::size_t size = (at.u8(0) + std::size_t{3}) / 4 * 4;
  if (at.size() >= size) family(at.u8(1), at.after(size));
}

/// Linux' NFLOG: attributes, in the byte order of the machine that captured, of which number 9 is the packet.
void Decoder::netfilter_log(CutView at) {
  if (at.size() < 8) return;
  at = at.after(4);
  const bool big = at.u8(0) == 0;  // lengths are never zero and rarely above 255
  while (at.size() >= 4) {
    const auto number = [&](std::size_t where) {
      return big ? at.u16(where) : static_cast<std::uint16_t>(at.u8(where + 1) << 8U | at.u8(where));
    };
    const std::size_t size = number(0), padded = (size + 3) / 4 * 4;
    if (size < 4) return;
    if (number(2) == 9) return ip(at.first(size).after(4));
    if (padded > at.size()) return;
    at = at.after(padded);
  }
}

/// macOS' pktap: header length and the link type of the packet behind it, little-endian.
void Decoder::packet_tap(CutView at) {
  if (at.size() < 12) return;
  const auto number = [&](std::size_t where) {
    return std::uint32_t{at.u8(where)} | std::uint32_t{at.u8(where + 1)} << 8U | std::uint32_t{at.u8(where + 2)} << 16U |
           std::uint32_t{at.u8(where + 3)} << 24U;
  };
  if (number(0) >= 12 && number(0) <= at.size()) frame(number(8), at.after(number(0)));
}

std::vector<std::pair<std::string, std::uint64_t>> Decoder::undecoded() const {
  std::vector<std::pair<std::string, std::uint64_t>> out;
  for (const auto& [type, count] : unknown_links_) out.emplace_back(name_of(type), count);
  if (esp_ > 0) out.emplace_back("IPsec ESP", esp_);
  if (encrypted_wifi_ > 0) out.emplace_back("encrypted 802.11", encrypted_wifi_);
  return out;
}

}  // namespace whytls::sources::capture::link
