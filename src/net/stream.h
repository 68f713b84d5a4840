// SPDX-License-Identifier: Apache-2.0
// One TCP connection, spoken to in blocking calls with deadlines, and all that the kernel knows about how it ended.
// Built on Boost.Asio; each stream owns its event loop, so any number may run side by side in threads of their own.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace whytls::net {

using Clock = std::chrono::steady_clock;
using Deadline = Clock::time_point;

/// Set from another thread or a signal handler: every blocking call then ends within 200 ms with End::cancelled.
using CancelFlag = std::atomic<bool>;

/// How a step ended badly. These are facts about the peer or the network, not Errors.
enum class End : std::uint8_t {
  open,         ///< nothing ended
  closed,       ///< the peer closed in order (FIN)
  reset,        ///< RST
  refused,      ///< RST in answer to the SYN
  timeout,      ///< the deadline passed
  unreachable,  ///< no route, or an ICMP error (from the socket's error queue)
  cancelled,    ///< CancelFlag
  local,        ///< this machine could not (no file descriptors, no permission …); see `text`
};
std::string_view end_name(End end);

/// An ICMP error from the socket's error queue (IP_RECVERR).
struct IcmpError {
  std::uint8_t type = 0, code = 0;
  std::string from;       ///< address of the host that sent it; empty when unknown
  std::uint32_t mtu = 0;  ///< of "fragmentation needed" / "packet too big"
};

/// What the kernel knows of the connection (TCP_INFO and the send queue), read when it failed or when asked.
struct KernelView {
  bool available = false;
  std::uint64_t bytes_sent = 0;          ///< handed to the kernel
  std::uint64_t bytes_acknowledged = 0;  ///< of those
  std::uint64_t bytes_received = 0;
  std::uint32_t retransmissions = 0;  ///< segments, in all
  std::uint32_t round_trip_us = 0;
  std::uint32_t path_mtu = 0;
  std::uint32_t send_mss = 0;
  std::uint32_t receive_mss = 0;
};

/// Hop counts by raw packet capture, where the user may see packets; else absent.
struct HopView {
  std::uint8_t syn_ack_ttl = 0;
  std::uint8_t reset_ttl = 0;  ///< 0: no reset was seen
};

struct Address {
  std::string ip;  ///< numeric, IPv6 without brackets
  std::uint16_t port = 0;
  bool v6() const { return ip.find(':') != std::string::npos; }
  std::string text() const;  ///< "192.0.2.1:443", "[2001:db8::1]:443"
};

struct ReadResult {
  End end = End::open;  ///< open: `bytes` has at least one byte
  base::Bytes bytes;
};

struct StreamOptions {
  std::optional<int> max_segment;  ///< TCP_MAXSEG: clamps what we send and announce; for path-MTU experiments
  bool watch_hops = false;         ///< open a packet socket to record the TTL of the SYN-ACK and of a reset, where permitted
};

class Stream {
 public:
  virtual ~Stream() = default;
  /// At least one byte, or how it ended.
  virtual ReadResult read(Deadline deadline) = 0;
  /// All of it, or how it ended. `segment` > 0 sends it in TCP segments of at most that many bytes (TCP_NODELAY, a pause until each is
  /// acknowledged or 50 ms).
  virtual End write(base::ByteView bytes, Deadline deadline, std::size_t segment = 0) = 0;
  virtual void close() = 0;
  /// Ends the connection with a reset (SO_LINGER 0), so that many probes leave no TIME_WAIT behind.
  virtual void abort() = 0;
  virtual KernelView kernel() const = 0;
  virtual std::vector<IcmpError> icmp_errors() = 0;
  virtual std::optional<HopView> hops() const = 0;
  virtual Address local() const = 0;
  virtual Address remote() const = 0;
};

struct Connected {
  End end = End::open;  ///< open: `stream` is set
  std::string text;     ///< the system's words when it failed, e.g. "Connection refused"
  std::unique_ptr<Stream> stream;
  std::vector<IcmpError> icmp;
  std::chrono::microseconds took{};
};

/// One TCP connection to one address.
Connected connect(const Address& to, const StreamOptions& options, Deadline deadline, const CancelFlag* cancel);

}  // namespace whytls::net
