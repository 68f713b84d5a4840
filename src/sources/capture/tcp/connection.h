// SPDX-License-Identifier: Apache-2.0
// One TCP connection: two directions, what TCP shows of how it goes (TcpFacts), and its reader.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>

#include "sources/capture/datagram.h"
#include "sources/capture/stream.h"
#include "sources/capture/tcp/direction.h"

namespace whytls::sources::capture {

/// Makes the reader of a connection when its first bytes, or its end without any, come. `number` was counted at its first packet. None: its
/// bytes are of no interest.
using ReaderFactory = std::function<std::unique_ptr<StreamReader>(const Endpoint& opener, const Endpoint& answerer, const Moment& first,
                                                                  std::uint64_t number)>;

namespace tcp {

class Connection {
 public:
  /// Opened by the sender of its first segment, or by the receiver where that is a SYN-ACK. `second` says, here and below, which of two
  /// endpoints is meant, by whatever order: which sent this segment.
  Connection(const Segment& first, bool second, std::uint64_t number);

  /// The next segment of it, in the order of the capture.
  void take(const Segment& segment, bool second, Shared& shared, const ReaderFactory& make);
  void icmp(const IcmpError& error);
  /// Hands over what is left, says that it is over, and lets its reader go.
  void end(StreamReader::Over why, Shared& shared, const ReaderFactory& make);

  /// Whether a SYN cannot belong to it: another one of the same ports.
  bool is_new(const Segment& syn, bool second) const;
  /// Its reader was asked for, and nobody wants to hear of it.
  bool unwanted() const { return asked_ && !reader_; }
  /// A reset that is in order: nothing follows.
  bool reset() const { return any_reset() && reset_in_order(); }
  /// Both ends sent their FIN, and all before was handed over.
  bool closed() const { return directions_[0].at_end() && directions_[1].at_end(); }
  /// … and both know.
  bool settled() const { return closed() && directions_[0].fin_acknowledged() && directions_[1].fin_acknowledged(); }
  bool any_reset() const { return facts_.ends[0].reset.packet != 0 || facts_.ends[1].reset.packet != 0; }
  std::int64_t last() const { return std::max(facts_.ends[0].last.at, facts_.ends[1].last.at); }

 private:
  static constexpr std::int64_t duplicate_within = 5'000'000;  ///< nanoseconds
  static constexpr std::uint64_t furthest = std::uint64_t{64} << 20U;

  static constexpr std::uint64_t nowhere = ~std::uint64_t{0};

  /// What only reassembly needs to know of an end.
  struct Trace {
    std::array<std::uint32_t, 4> lately{};  ///< marks of its last packets
    std::uint8_t at = 0;
    bool told_end = false;
    std::uint64_t repeated_end = 0;  ///< of the largest segment sent again that is not acknowledged
    std::uint32_t stray = 0;         ///< where a far segment that was not believed would go on
    std::uint8_t strays = 0;
    std::uint32_t other_base = 0;  ///< after a second SYN-ACK with another number
    bool other_syn = false;
    std::uint64_t reset_at = nowhere;  ///< offset of its RST
  };
  class ToReader;

  End sender(bool second) const { return second == opener_second_ ? End::opener : End::answerer; }
  bool captured_twice(const Segment& segment, End from);
  void count(const Segment& segment, End from);
  void begin(const Segment& segment, End from);
  void acknowledge(const Segment& segment, End from);
  /// May find that the ends have to change their places: then `from` is another.
  void synchronize(const Segment& segment, End& from);
  void data(const Segment& segment, End& from, Shared& shared, const ReaderFactory& make);
  bool believable(const Segment& segment, End from, std::int64_t offset);
  void repeated(const Segment& segment, End from, std::int64_t offset);
  void fin(const Segment& segment, End from);
  bool reset_in_order() const;
  void note_reset(const Segment& segment, End from);
  void tell_ends(const Moment& when, const ReaderFactory& make);
  void swap_ends(End& from);
  StreamReader* reader(const ReaderFactory& make);
  void conclude();

  Direction& direction(End end) { return directions_[index(end)]; }
  const Direction& direction(End end) const { return directions_[index(end)]; }

  std::array<Endpoint, 2> at_;
  std::array<Direction, 2> directions_;
  std::array<Trace, 2> traces_;
  TcpFacts facts_;
  std::unique_ptr<StreamReader> reader_;
  std::uint64_t number_ = 0;
  std::int64_t syn_at_ = 0;
  bool opener_second_;
  bool asked_ = false;       ///< the factory was
  bool round_trip_ = false;  ///< measured up to the ACK
};

}  // namespace tcp
}  // namespace whytls::sources::capture
