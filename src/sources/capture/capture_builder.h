// SPDX-License-Identifier: Apache-2.0
// For tests: packets and captures made in memory. A `Script` writes one capture; a `Talk` is one TCP connection in it.
#pragma once

#include <arpa/inet.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "sources/capture/datagram.h"
#include "sources/capture/packet.h"

namespace whytls::sources::capture::built {

using base::Bytes;
using base::ByteView;

inline Bytes bytes(std::string_view text) { return Bytes(text.begin(), text.end()); }

inline Address address(const std::string& text) {
  Address out;
  out.v6 = text.find(':') != std::string::npos;
  inet_pton(out.v6 ? AF_INET6 : AF_INET, text.c_str(), out.bytes.data());
  return out;
}

inline Endpoint endpoint(const std::string& text, std::uint16_t port) { return {address(text), port}; }

inline ByteView raw(const Address& of) { return ByteView(of.bytes).first(of.v6 ? 16 : 4); }

/// The Internet checksum (RFC 1071) of some parts, each of even length but the last.
inline std::uint16_t checksum(std::initializer_list<ByteView> parts) {
  std::uint32_t sum = 0;
  for (const ByteView part : parts)
    for (std::size_t i = 0; i < part.size(); ++i) sum += i % 2 == 0 ? std::uint32_t{part[i]} << 8U : part[i];
  while (sum >> 16U) sum = (sum & 0xffffU) + (sum >> 16U);
  return static_cast<std::uint16_t>(~sum);
}

struct IpOptions {
  std::uint8_t hop_limit = 64;
  std::uint16_t id = 0;
  std::uint16_t fragment = 0;  ///< the field of flags and offset as it stands in IPv4
};

inline Bytes ip(const Address& from, const Address& to, std::uint8_t protocol, ByteView payload, const IpOptions& how = {}) {
  base::Writer out;
  if (from.v6) {
    out.u32(0x60000000);
    out.u16(static_cast<std::uint16_t>(payload.size()));
    out.u8(protocol);
    out.u8(how.hop_limit);
  } else {
    base::Writer head;
    head.u16(0x4500);
    head.u16(static_cast<std::uint16_t>(20 + payload.size()));
    head.u16(how.id);
    head.u16(how.fragment);
    head.u8(how.hop_limit);
    head.u8(protocol);
    const std::uint16_t sum = checksum({head.data(), raw(from), raw(to)});
    out.bytes(head.data());
    out.u16(sum);
  }
  out.bytes(raw(from));
  out.bytes(raw(to));
  out.bytes(payload);
  return out.take();
}

namespace detail {
inline void patch16(Bytes& at, std::size_t offset, std::uint16_t value) {
  at[offset] = static_cast<std::uint8_t>(value >> 8U);
  at[offset + 1] = static_cast<std::uint8_t>(value & 0xffU);
}
inline std::uint16_t transport_sum(const Address& from, const Address& to, std::uint8_t protocol, const Bytes& segment) {
  base::Writer tail;
  tail.u32(static_cast<std::uint32_t>(segment.size()));
  tail.u32(protocol);
  return checksum({raw(from), raw(to), tail.data(), segment});
}
}  // namespace detail

inline Bytes udp(const Endpoint& from, const Endpoint& to, ByteView payload) {
  base::Writer out;
  out.u16(from.port);
  out.u16(to.port);
  out.u16(static_cast<std::uint16_t>(8 + payload.size()));
  out.u16(0);
  out.bytes(payload);
  Bytes made = out.take();
  const std::uint16_t sum = detail::transport_sum(from.address, to.address, 17, made);
  detail::patch16(made, 6, sum == 0 ? 0xffff : sum);
  return made;
}

struct TcpHead {
  std::uint32_t sequence = 0, acknowledgment = 0;
  std::uint8_t flags = Segment::ack;
  std::uint16_t window = 64240;
};

inline Bytes tcp(const Endpoint& from, const Endpoint& to, const TcpHead& head, ByteView payload) {
  base::Writer out;
  out.u16(from.port);
  out.u16(to.port);
  out.u32(head.sequence);
  out.u32(head.acknowledgment);
  out.u8(0x50);
  out.u8(head.flags);
  out.u16(head.window);
  out.u32(0);
  out.bytes(payload);
  Bytes made = out.take();
  detail::patch16(made, 16, detail::transport_sum(from.address, to.address, 6, made));
  return made;
}

inline Bytes ethernet(std::uint16_t type, ByteView payload) {
  base::Writer out;
  out.text(std::string_view("\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01", 12));
  out.u16(type);
  out.bytes(payload);
  return out.take();
}

/// An IP packet as a frame of Ethernet.
inline Bytes frame(const Address& of, ByteView packet) { return ethernet(of.v6 ? 0x86dd : 0x0800, packet); }

/// A capture in the making: frames with times, one millisecond apart unless said otherwise.
class Script {
 public:
  struct Frame {
    Bytes bytes;
    std::int64_t at = 0;
    std::uint32_t link_type = 1;
    std::uint32_t original_size = 0;  ///< 0: as long as `bytes`
  };

  static constexpr std::int64_t millisecond = 1'000'000;
  static constexpr std::int64_t begin = 1'700'000'000'000'000'000;

  Frame& add(Bytes frame, std::uint32_t link_type = 1) {
    frames.push_back({std::move(frame), now, link_type, 0});
    now += millisecond;
    return frames.back();
  }
  void udp(const Endpoint& from, const Endpoint& to, ByteView payload) {
    add(frame(from.address, ip(from.address, to.address, 17, built::udp(from, to, payload))));
  }
  void wait(std::int64_t nanoseconds) { now += nanoseconds; }

  /// Calls `take(const Packet&)` for each, numbered from 1.
  template <class Take>
  void each(Take&& take) const {
    Packet packet;
    for (const Frame& one : frames) {
      packet.when = {packet.when.packet + 1, one.at};
      packet.link_type = one.link_type;
      packet.bytes = one.bytes;
      packet.original_size = one.original_size == 0 ? static_cast<std::uint32_t>(one.bytes.size()) : one.original_size;
      take(std::as_const(packet));
    }
  }

  /// A pcap file with times in nanoseconds; all frames need the link type of the first.
  Bytes pcap() const;
  /// A pcapng file with one interface for each link type.
  Bytes pcapng() const;

  std::vector<Frame> frames;
  std::int64_t now = begin;
};

/// One TCP connection: keeps the sequence numbers right. Whoever wants something wrong changes `client.next` or uses `send`.
class Talk {
 public:
  struct Side {
    Endpoint at;
    std::uint32_t next = 0;  ///< sequence number of the next byte
    std::uint8_t hop_limit = 64;
    std::uint16_t id = 1;
    std::uint16_t window = 64240;
  };

  Talk(Script& script, const Endpoint& client_at, const Endpoint& server_at, std::uint32_t client_first = 1000,
       std::uint32_t server_first = 9000)
      : client{client_at, client_first, 64, 100, 64240}, server{server_at, server_first, 57, 500, 64240}, script_(&script) {}

  /// SYN alone.
  Talk& start() { return send(client, Segment::syn, {}); }
  /// SYN, SYN-ACK, ACK.
  Talk& open() {
    send(client, Segment::syn, {});
    send(server, Segment::syn | Segment::ack, {});
    return send(client, Segment::ack, {});
  }
  /// Data in segments of at most `size` bytes; acknowledged at once where `acknowledged`.
  Talk& from_client(ByteView data, std::size_t size = 1448, bool acknowledged = true) {
    return data_from(client, server, data, size, acknowledged);
  }
  Talk& from_server(ByteView data, std::size_t size = 1448, bool acknowledged = true) {
    return data_from(server, client, data, size, acknowledged);
  }
  Talk& ack_by(Side& side) { return send(side, Segment::ack, {}); }
  Talk& fin_by(Side& side) { return send(side, Segment::fin | Segment::ack, {}); }
  Talk& reset_by(Side& side) { return send(side, Segment::rst | Segment::ack, {}); }
  /// FIN, FIN, ACK, the client first.
  Talk& close() { return fin_by(client).fin_by(server).ack_by(client); }

  /// One segment at the side's place, which moves on.
  Talk& send(Side& side, unsigned flags, ByteView payload) {
    segment(side, side.next, flags, payload);
    side.next += static_cast<std::uint32_t>(payload.size()) + ((flags & (Segment::syn | Segment::fin)) != 0 ? 1U : 0U);
    return *this;
  }
  /// One segment at any place; nothing moves on.
  Script::Frame& segment(Side& side, std::uint32_t sequence, unsigned flags, ByteView payload) {
    const Side& peer = &side == &client ? server : client;
    const TcpHead head{sequence, (flags & Segment::ack) != 0 ? peer.next : 0, static_cast<std::uint8_t>(flags), side.window};
    const Bytes packet =
        ip(side.at.address, peer.at.address, 6, built::tcp(side.at, peer.at, head, payload), {side.hop_limit, side.id++, 0});
    return script_->add(frame(side.at.address, packet));
  }

  Side client, server;

 private:
  Talk& data_from(Side& side, Side& peer, ByteView data, std::size_t size, bool acknowledged) {
    while (!data.empty()) {
      const ByteView part = data.first(std::min(size, data.size()));
      data = data.subspan(part.size());
      send(side, data.empty() ? Segment::psh | Segment::ack : unsigned{Segment::ack}, part);
    }
    return acknowledged ? ack_by(peer) : *this;
  }

  Script* script_;
};

namespace detail {
inline void little(Bytes& out, std::uint64_t value, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i) & 0xffU));
}
inline void block(Bytes& out, std::uint32_t type, const Bytes& body) {
  const std::size_t size = 12 + (body.size() + 3) / 4 * 4;
  little(out, type, 4);
  little(out, size, 4);
  out.insert(out.end(), body.begin(), body.end());
  out.resize(out.size() + size - 12 - body.size());
  little(out, size, 4);
}
inline std::uint32_t wire_size(const Script::Frame& frame) {
  return frame.original_size == 0 ? static_cast<std::uint32_t>(frame.bytes.size()) : frame.original_size;
}
}  // namespace detail

inline Bytes Script::pcap() const {
  Bytes out;
  detail::little(out, 0xa1b23c4d, 4);
  detail::little(out, 0x00040002, 4);
  detail::little(out, 0, 8);
  detail::little(out, 262144, 4);
  detail::little(out, frames.empty() ? 1 : frames.front().link_type, 4);
  for (const Frame& one : frames) {
    detail::little(out, static_cast<std::uint64_t>(one.at / 1'000'000'000), 4);
    detail::little(out, static_cast<std::uint64_t>(one.at % 1'000'000'000), 4);
    detail::little(out, one.bytes.size(), 4);
    detail::little(out, detail::wire_size(one), 4);
    out.insert(out.end(), one.bytes.begin(), one.bytes.end());
  }
  return out;
}

inline Bytes Script::pcapng() const {
  Bytes out;
  Bytes body;
  detail::little(body, 0x1a2b3c4d, 4);
  detail::little(body, 1, 4);
  detail::little(body, ~std::uint64_t{0}, 8);
  detail::block(out, 0x0a0d0d0a, body);
  std::vector<std::uint32_t> interfaces;
  for (const Frame& one : frames) {
    auto at = std::find(interfaces.begin(), interfaces.end(), one.link_type);
    if (at == interfaces.end()) {
      body.clear();
      detail::little(body, one.link_type, 4);
      detail::little(body, 0, 4);
      detail::little(body, 0x00010009, 4);  // if_tsresol, one byte long
      detail::little(body, 9, 4);
      detail::little(body, 0, 4);
      detail::block(out, 1, body);
      at = interfaces.insert(interfaces.end(), one.link_type);
    }
    body.clear();
    detail::little(body, static_cast<std::uint64_t>(at - interfaces.begin()), 4);
    detail::little(body, static_cast<std::uint64_t>(one.at) >> 32U, 4);
    detail::little(body, static_cast<std::uint64_t>(one.at) & 0xffffffffU, 4);
    detail::little(body, one.bytes.size(), 4);
    detail::little(body, detail::wire_size(one), 4);
    body.insert(body.end(), one.bytes.begin(), one.bytes.end());
    detail::block(out, 6, body);
  }
  return out;
}

}  // namespace whytls::sources::capture::built
