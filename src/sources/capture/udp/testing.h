// SPDX-License-Identifier: Apache-2.0
// For tests only: datagrams between a client and a server, and what a watcher makes of them.
#pragma once

#include <string>
#include <vector>

#include "crypto/quic_sealer.h"
#include "sources/capture/capture_builder.h"
#include "sources/capture/udp/udp_flows.h"
#include "wire/quic.h"

namespace whytls::sources::capture::built {

inline constexpr std::int64_t second = 1'000'000'000;

/// One pair of endpoints, watched.
struct Watch {
  explicit Watch(bool with_keys = false, const UdpLimits& limits = {}) : flows(sink, connections, with_keys ? &keys : nullptr, limits) {}

  void from_client(ByteView datagram) { send(client, server, datagram); }
  void from_server(ByteView datagram) { send(server, client, datagram); }
  void send(const Endpoint& from, const Endpoint& to, ByteView datagram) {
    ++packet;
    flows.feed({packet, now}, from, to, datagram);
    now += 10'000'000;
  }
  const std::vector<Handshake>& finish() {
    flows.finish();
    return seen;
  }

  Endpoint client = endpoint("192.0.2.7", 50000), server = endpoint("198.51.100.1", 443);
  std::vector<Handshake> seen;
  HandshakeSink sink = [this](Handshake&& handshake) { seen.push_back(std::move(handshake)); };
  KeyLog keys;
  std::uint64_t connections = 0, packet = 0;
  std::int64_t now = Script::begin;
  UdpFlows flows;
};

inline wire::ClientHello client_hello(std::uint8_t random, const std::vector<std::uint16_t>& versions = {0x0304}) {
  wire::ClientHello hello;
  hello.random = Bytes(32, random);
  hello.cipher_suites = {0x1301, 0xc02b};
  hello.extensions = {wire::server_name_extension("a.example"), wire::supported_versions_extension(versions),
                      wire::supported_groups_extension({29}), wire::alpn_extension({"h3"})};
  return hello;
}

inline wire::ServerHello server_hello(std::uint16_t version, std::uint16_t suite) {
  wire::ServerHello hello;
  hello.legacy_version = version == 0x0304 ? 0x0303 : version == 0xfefc ? 0xfefd : version;
  hello.random = Bytes(32, 0x5e);
  hello.cipher_suite = suite;
  if (version == 0x0304 || version == 0xfefc) {
    hello.has_extensions = true;
    hello.extensions = {wire::Extension{43, {static_cast<std::uint8_t>(version >> 8U), static_cast<std::uint8_t>(version)}}};
  }
  return hello;
}

/// A QUIC connection: packets of both sides, as they would be protected.
struct QuicPeers {
  std::uint32_t version = 1;
  Bytes original{0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8};  ///< by which the client addresses a server that it does not know yet
  Bytes client_id{0xc1, 0xc2, 0xc3}, server_id{0x51, 0x52, 0x53, 0x54, 0x55};
  Bytes token;
  Bytes keys_from;  ///< what the keys come from; empty: `original`

  crypto::QuicLabels labels() const { return wire::quic_version(version)->v2 ? crypto::QuicLabels::v2 : crypto::QuicLabels::v1; }
  crypto::QuicKeys keys(bool of_client) const {
    const auto secrets = crypto::quic_initial_secrets(wire::quic_version(version)->salt, keys_from.empty() ? original : keys_from);
    return crypto::quic_keys(*registry::suite(0x1301), of_client ? secrets.client : secrets.server, labels());
  }
  Bytes long_packet(std::uint8_t type, const crypto::QuicKeys& with, ByteView to, ByteView from, std::uint64_t number,
                    Bytes payload) const {
    if (payload.size() < 4) payload.resize(4);
    base::Writer out;
    const bool v2 = wire::quic_version(version)->v2;
    out.u8(static_cast<std::uint8_t>(0xc1U | ((type + (v2 ? 1U : 0U)) % 4U) << 4U));
    out.u32(version);
    out.prefixed8([&] { out.bytes(to); });
    out.prefixed8([&] { out.bytes(from); });
    if (type == 0) {
      wire::write_varint(out, token.size());
      out.bytes(token);
    }
    wire::write_varint(out, 2 + payload.size() + 16);
    out.u16(static_cast<std::uint16_t>(number));
    return crypto::seal_quic(with, out.data(), 2, number, payload);
  }
  Bytes client_initial(std::uint64_t number, const Bytes& frames) const {
    Bytes payload = frames;
    payload.resize(std::max<std::size_t>(payload.size(), 1150));
    return long_packet(0, keys(true), original, client_id, number, payload);
  }
  Bytes server_initial(std::uint64_t number, const Bytes& frames) const {
    return long_packet(0, keys(false), client_id, server_id, number, frames);
  }
  Bytes handshake(bool of_client, std::uint64_t number, const Bytes& frames, const crypto::QuicKeys& with) const {
    return of_client ? long_packet(2, with, server_id, client_id, number, frames)
                     : long_packet(2, with, client_id, server_id, number, frames);
  }
  Bytes short_packet(bool of_client, std::uint64_t number, Bytes frames, const crypto::QuicKeys& with) const {
    if (frames.size() < 4) frames.resize(4);
    base::Writer out;
    out.u8(0x41);
    out.bytes(of_client ? server_id : client_id);
    out.u16(static_cast<std::uint16_t>(number));
    return crypto::seal_quic(with, out.data(), 2, number, frames);
  }
};

inline Bytes crypto_frame(std::uint64_t offset, ByteView data) {
  base::Writer out;
  wire::write_varint(out, wire::quic_frame::crypto);
  wire::write_varint(out, offset);
  wire::write_varint(out, data.size());
  out.bytes(data);
  return out.take();
}

inline Bytes close_frame(std::uint64_t error, std::string_view phrase) {
  base::Writer out;
  wire::write_varint(out, wire::quic_frame::connection_close);
  wire::write_varint(out, error);
  wire::write_varint(out, wire::quic_frame::crypto);
  wire::write_varint(out, phrase.size());
  out.text(phrase);
  return out.take();
}

/// Keys that the watcher has not.
inline crypto::QuicKeys other_keys(std::uint8_t seed = 9) {
  return crypto::quic_keys(*registry::suite(0x1301), Bytes(32, seed), crypto::QuicLabels::v1);
}

}  // namespace whytls::sources::capture::built
