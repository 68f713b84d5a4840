// SPDX-License-Identifier: Apache-2.0
// The QUIC connections of one pair of endpoints: mostly one, or one after the other, at times several at once. Which packet belongs to
// which is told by connection ids and, for Initials, by whose keys open them.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "sources/capture/datagram.h"
#include "sources/capture/udp/context.h"
#include "sources/capture/udp/quic_connection.h"

namespace whytls::sources::capture::udp {

class QuicFlow {
 public:
  QuicFlow(const Context& context, const Endpoint& opener, const Endpoint& answerer) : context_(context), ends_{opener, answerer} {}

  void feed(End from, base::ByteView datagram, const Moment& when);
  void over(StreamReader::Over why);
  void unreachable(const IcmpError& error);
  /// No Initial of it could be opened: it is another protocol, or its beginning was not captured.
  bool unreadable() const { return connections_.empty(); }
  /// The version of Initials of it that could not be opened, where that is not one of ours; 0: there were none.
  std::uint32_t unknown_version() const { return unknown_version_; }
  bool busy() const;
  std::size_t memory() const;

 private:
  struct Held {
    End from;
    Moment when;
    base::Bytes datagram;
  };

  void on_long(End from, const wire::QuicPacket& packet, base::ByteView datagram, const Moment& when);
  QuicConnection* owner(End from, const wire::QuicPacket& packet, const Moment& when);
  QuicConnection* open_new(End from, const wire::QuicPacket& packet, const Moment& when);
  QuicConnection* owner_of_short(End from, base::ByteView packet);
  QuicConnection* merged(QuicConnection* one);
  void make_room();

  const Context& context_;
  std::array<Endpoint, 2> ends_;
  std::vector<std::unique_ptr<QuicConnection>> connections_;  ///< the newest last
  std::vector<Held> held_;                                    ///< datagrams that nobody could open: what opens them may follow
  std::uint32_t failures_ = 0, unknown_version_ = 0;
};

}  // namespace whytls::sources::capture::udp
