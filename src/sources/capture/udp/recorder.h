// SPDX-License-Identifier: Apache-2.0
// What is seen of one handshake over datagrams, gathered until it is over. DTLS and QUIC fill it; it refuses to know either.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sources/capture/handshake.h"
#include "sources/capture/stream.h"

namespace whytls::sources::capture::udp {

/// End::opener is whoever sent the first datagram; which of them is the client may come out later.
class Recorder {
 public:
  Recorder(Carrier carrier, const Endpoint& opener, const Endpoint& answerer, const Moment& first, std::uint64_t number);

  /// A datagram that belongs to the handshake, or to what follows it.
  void datagram(End from, std::size_t bytes, const Moment& when);
  /// The first word counts.
  void client_is(End who);
  std::optional<End> client() const { return client_; }
  observe::From side(End end) const { return end == client_.value_or(End::opener) ? observe::From::client : observe::From::server; }

  /// `size`: bytes of its body as sent.
  void message(End from, wire::HandshakeMessage&& message, std::size_t size, bool encrypted, const Moment& when);
  void change_cipher_spec(End from, std::size_t size, const Moment& when);
  /// Sent again it is no new one.
  void alert(End from, wire::Alert alert, bool encrypted, const Moment& when);
  /// A protected record or packet was seen, and opened.
  void opened(End from) { ++protected_[index(from)]; }
  /// … and stays opaque. The first few are events.
  void opaque(End from, observe::Event::Kind kind, std::size_t size, const Moment& when);
  /// Application data in what was opened.
  void data(End from, std::size_t size, const Moment& when);
  /// Handshake bytes that were sent before: the sender heard no answer.
  void repeated(End from) { ++traffic(from).retransmissions; }
  void closed(End by, const Moment& when);
  void malformed(End by, std::string what);
  void lost(End of, std::uint64_t bytes) { lost_[index(of)] = bytes; }
  void unreachable(const std::optional<std::uint16_t>& icmp, std::string from);

  const std::vector<observe::Event>& events() const { return events_; }
  bool has(End from) const { return traffic_[index(from)].packets > 0; }
  std::uint32_t protected_records(End from) const { return protected_[index(from)]; }
  bool is_closed() const { return closed_by_.has_value(); }
  const Moment& first() const { return first_; }
  std::size_t memory() const { return memory_; }

  /// All of it; the recorder is spent then.
  Handshake take(bool established, StreamReader::Over why);

  std::string close_reason;
  std::vector<std::uint32_t> quic_versions, quic_begun;

 private:
  observe::Event* add(End from, observe::Event::Kind kind, const Moment& when);
  TcpEnd& traffic(End end) { return traffic_[index(end)]; }
  void set_ending(Handshake& out, bool established, StreamReader::Over why) const;

  Carrier carrier_;
  std::array<Endpoint, 2> ends_;
  Moment first_, last_;
  std::int64_t base_;  ///< the time from which events count, until `take`
  std::uint64_t number_;
  std::optional<End> client_;
  std::vector<observe::Event> events_;  ///< `from` holds the end, until `take`: client stands for the opener
  std::vector<std::uint64_t> packets_;
  std::array<TcpEnd, 2> traffic_;
  std::array<std::uint32_t, 2> protected_{}, told_{};
  std::array<std::uint64_t, 2> lost_{};
  std::optional<End> closed_by_;
  End last_speaker_ = End::opener;
  Moment closed_at_;
  std::optional<std::uint16_t> icmp_;
  std::string icmp_from_, malformed_;
  End malformed_by_ = End::opener;
  std::size_t memory_ = sizeof(Recorder);
};

}  // namespace whytls::sources::capture::udp
