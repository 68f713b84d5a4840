// SPDX-License-Identifier: Apache-2.0
// All TCP connections of a capture: from segments in the order of the capture to one StreamReader for each connection. What it keeps is
// bounded: connections go when they are over, when nothing came for long, and the longest silent ones when there are too many.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sources/capture/datagram.h"
#include "sources/capture/stream.h"
#include "sources/capture/tcp/connection.h"
#include "sources/capture/tcp/flow_table.h"

namespace whytls::sources::capture {

struct TcpLimits {
  std::size_t memory = std::size_t{96} << 20U;  ///< bytes for all connections
  std::size_t reader = 4096;                    ///< bytes that a reader is taken to need: a handshake with its certificates
  std::size_t early = std::size_t{16} << 20U;   ///< bytes of segments that wait for what comes before them
  std::size_t seen = std::size_t{4} << 20U;     ///< bytes handed over lately that are kept to be compared with repetitions
  std::int64_t idle = 600'000'000'000;          ///< nanoseconds of capture time after which a silent connection is over
  std::int64_t closing = 2'000'000'000;         ///< … after both FINs or a reset, for what was under way
};

class TcpReassembly {
 public:
  /// `connections` counts those of the whole capture: raised by one for each.
  TcpReassembly(ReaderFactory make, std::uint64_t& connections, const TcpLimits& limits = {});

  void feed(const Segment& segment);
  /// Told to the connection that it is about, if that lives.
  void icmp(const IcmpError& error);
  /// Time passes without a segment (nanoseconds since 1970): what is closed or long silent is over.
  void advance(std::int64_t now);
  /// The capture is over, and so are all connections, in the order of their last segments.
  void finish();

  std::size_t living() const { return living_; }      ///< connections that are being followed
  std::uint64_t evicted() const { return evicted_; }  ///< connections let go because there were too many
  /// Bytes waited for in vain because too much had come behind them.
  std::uint64_t given_up() const { return shared_.given_up; }
  std::size_t memory() const { return table_.memory() + living_ * (sizeof(tcp::Connection) + limits_.reader) + shared_.waiting; }

 private:
  void open(std::uint32_t flow, const Segment& first, bool second);
  void follow(std::uint32_t flow, const Segment& segment, bool second);
  static bool reopens(const tcp::Flow& flow, bool second, const Segment& segment);
  void over(std::uint32_t flow, StreamReader::Over why);
  void sweep(std::int64_t now);
  void make_room();

  ReaderFactory make_;
  std::uint64_t& connections_;
  TcpLimits limits_;
  tcp::Shared shared_;
  tcp::FlowTable table_;
  std::vector<std::unique_ptr<tcp::Connection>> spare_;  ///< of connections that are over, for those to come
  std::size_t living_ = 0;
  std::uint64_t evicted_ = 0;
};

}  // namespace whytls::sources::capture
