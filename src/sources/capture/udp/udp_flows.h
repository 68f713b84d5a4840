// SPDX-License-Identifier: Apache-2.0
// All datagrams of a capture: DTLS and QUIC are known by their bytes, on any port, and each pair of endpoints gets a reader. What is
// neither costs a look at its first byte. Bounded: flows go when nothing came for long, and the longest silent ones when there is too much.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sources/capture/datagram.h"
#include "sources/capture/tcp/flow_table.h"
#include "sources/capture/udp/context.h"
#include "sources/capture/udp/dtls_flow.h"
#include "sources/capture/udp/quic_flow.h"

namespace whytls::sources::capture {

struct UdpLimits {
  std::size_t memory = std::size_t{64} << 20U;  ///< bytes for all flows
  std::size_t flows = 100'000;
  /// Nanoseconds of capture time without a datagram after which a flow is over: longer than any client asks again (RFC 6347 4.2.4.1).
  std::int64_t idle = 120'000'000'000;
};

class UdpFlows {
 public:
  /// `connections` counts those of the whole capture. `sink` and `keys` (may be null) must outlive this.
  UdpFlows(const HandshakeSink& sink, std::uint64_t& connections, const KeyLog* keys, const UdpLimits& limits = {});

  UdpFlows(const UdpFlows&) = delete;
  UdpFlows& operator=(const UdpFlows&) = delete;

  void feed(const Moment& when, const Endpoint& source, const Endpoint& destination, base::ByteView payload);
  /// Told to the flow that it is about, if that lives.
  void icmp(const IcmpError& error);
  /// Flows that were silent for too long at that time are over; `feed` does the same with each datagram.
  void expire(std::int64_t now);
  /// The capture is over, and so are all flows, in the order of their last datagrams.
  void finish();

  std::uint64_t evicted() const { return evicted_; }  ///< flows let go because there were too many
  /// Datagrams of QUIC in which no handshake could be read, by why; complete after `finish`.
  std::vector<std::pair<std::string, std::uint64_t>> undecoded() const;
  std::size_t flows() const { return flows_.size(); }
  std::size_t memory() const { return memory_; }

 private:
  struct Flow {
    tcp::FlowKey key;
    bool opener_second = false;  ///< the opener is the second endpoint of the key
    std::int64_t listed = 0;     ///< when it came to its place in the list
    std::size_t memory = 0;
    bool google = false;
    std::uint64_t datagrams = 0;
    std::unique_ptr<udp::DtlsFlow> dtls;
    std::unique_ptr<udp::QuicFlow> quic;
  };
  using Flows = std::list<Flow>;  ///< the longest silent one first
  struct Hash {
    std::uint64_t secret;
    std::size_t operator()(const tcp::FlowKey& key) const;
  };

  struct Datagram {
    const Moment& when;
    const Endpoint& source;
    const Endpoint& destination;
    base::ByteView payload;
    End from;
  };

  void hand_over(Flow& flow, const Datagram& datagram);
  /// Something of it is still to be told.
  static bool busy(const Flow& flow);
  void account(Flow& flow);
  void over(Flows::iterator flow, StreamReader::Over why);

  udp::Context context_;
  UdpLimits limits_;
  Flows flows_;
  std::unordered_map<tcp::FlowKey, Flows::iterator, Hash> index_;
  std::size_t memory_ = 0;
  std::uint64_t evicted_ = 0, google_ = 0, unreadable_ = 0;
  std::map<std::uint32_t, std::uint64_t> unknown_;  ///< datagrams by version
};

/// What TURN carries (RFC 8656 12.4: channels; 11: Send and Data indications): the peer's datagram, or all of it where it is no TURN.
base::ByteView inside_turn(base::ByteView datagram);

}  // namespace whytls::sources::capture
