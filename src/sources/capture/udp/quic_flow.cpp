// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/udp/quic_flow.h"

#include <algorithm>
#include <utility>

namespace whytls::sources::capture::udp {
namespace {

using wire::QuicPacket;
using wire::QuicPacketType;

constexpr std::size_t most_connections = 64, most_held = 4;
/// Each try costs a derivation of keys: after so many in vain what looks like Initials is taken to be something else.
constexpr std::uint32_t most_failures = 32;

}  // namespace

void QuicFlow::feed(End from, base::ByteView datagram, const Moment& when) {
  constexpr std::uint8_t long_header = 0x80, fixed_bit = 0x40;
  const base::ByteView whole = datagram;
  // RFC 9000 12.2: packets with long headers say their length, and others may follow; a short header reaches to the end.
  while (!datagram.empty() && (datagram[0] & long_header) != 0) {
    const auto packet = wire::next_quic_packet(datagram, !connections_.empty() && connections_.back()->v2());
    if (!packet) return;
    datagram = datagram.subspan(packet->bytes.size());
    on_long(from, *packet, whole, when);
  }
  if (datagram.size() < 2 || (datagram[0] & fixed_bit) == 0) return;
  if (QuicConnection* const connection = owner_of_short(from, datagram)) {
    connection->datagram(from, whole.size(), when);
    connection->feed_short(from, datagram, when);
  }
}

void QuicFlow::on_long(End from, const QuicPacket& packet, base::ByteView datagram, const Moment& when) {
  if (QuicConnection* const connection = owner(from, packet, when)) return connection->datagram(from, datagram.size(), when);
  const bool there = !held_.empty() && held_.back().when.packet == when.packet;
  if (packet.type == QuicPacketType::initial && held_.size() < most_held && !there)
    held_.push_back({from, when, {datagram.begin(), datagram.end()}});
}

/// The connection that took the packet.
QuicConnection* QuicFlow::owner(End from, const QuicPacket& packet, const Moment& when) {
  const bool initial = packet.type == QuicPacketType::initial;
  for (auto each = connections_.rbegin(); each != connections_.rend(); ++each) {
    const bool its = (*each)->knows(from, packet) || (!initial && connections_.size() == 1);
    if (its && (*each)->feed(from, packet, when)) return initial ? merged(each->get()) : each->get();
  }
  if (!initial) return nullptr;
  if (QuicConnection* const made = open_new(from, packet, when)) return made;
  // A client goes on with the id that the server gave it; where that packet was not captured, its keys still tell (RFC 9001 5.2).
  for (auto each = connections_.rbegin(); each != connections_.rend(); ++each)
    if ((*each)->client() == from && (*each)->feed(from, packet, when)) return each->get();
  return nullptr;
}

QuicConnection* QuicFlow::open_new(End from, const QuicPacket& packet, const Moment& when) {
  if (failures_ >= most_failures) return nullptr;
  auto keys = keys_of_client(packet);
  if (!keys) {
    ++failures_;
    if (wire::quic_version(packet.version) == nullptr) unknown_version_ = packet.version;
    return nullptr;
  }
  failures_ = 0;
  const auto waiting = std::find_if(connections_.begin(), connections_.end(), [&](const auto& each) { return each->may_restart(from); });
  if (waiting != connections_.end()) {
    (*waiting)->restart(std::move(*keys));
    (*waiting)->feed(from, packet, when);
    return waiting->get();
  }
  make_room();
  QuicConnection* const made =
      connections_.emplace_back(std::make_unique<QuicConnection>(context_, from, ends_[0], ends_[1], std::move(*keys), when)).get();
  made->feed(from, packet, when);
  for (const Held& each : std::exchange(held_, {})) feed(each.from, each.datagram, each.when);
  return merged(made);
}

QuicConnection* QuicFlow::merged(QuicConnection* one) {
  if (connections_.size() < 2 || one != connections_.back().get()) return one;
  const auto known = std::find_if(connections_.begin(), connections_.end() - 1, [&](const auto& each) { return each->is_one_with(*one); });
  if (known == connections_.end() - 1) return one;
  (*known)->absorb(std::move(*one));
  QuicConnection* const first = known->get();
  connections_.pop_back();
  --context_.connections;
  return first;
}

/// Those whose handshake is over are told when the next one begins.
void QuicFlow::make_room() {
  for (const auto& each : connections_)
    if (each->settled()) each->over(StreamReader::Over::reused);
  if (connections_.size() < most_connections) return;
  connections_.front()->over(StreamReader::Over::reused);
  connections_.erase(connections_.begin());
}

QuicConnection* QuicFlow::owner_of_short(End from, base::ByteView packet) {
  if (connections_.empty()) return nullptr;
  for (auto each = connections_.rbegin(); connections_.size() > 1 && each != connections_.rend(); ++each)
    if ((*each)->knows(from, packet)) return each->get();
  return connections_.back().get();
}

void QuicFlow::over(StreamReader::Over why) {
  for (const auto& each : connections_) each->over(why);
}

void QuicFlow::unreachable(const IcmpError& error) {
  for (const auto& each : connections_) each->unreachable(error);
}

bool QuicFlow::busy() const {
  return connections_.empty() || std::any_of(connections_.begin(), connections_.end(), [](const auto& each) { return each->busy(); });
}

std::size_t QuicFlow::memory() const {
  std::size_t bytes = sizeof(QuicFlow);
  for (const auto& each : connections_) bytes += each->memory();
  for (const Held& each : held_) bytes += sizeof(Held) + each.datagram.capacity();
  return bytes;
}

}  // namespace whytls::sources::capture::udp
