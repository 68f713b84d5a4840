// SPDX-License-Identifier: Apache-2.0
// One direction of a connection: segments by their sequence numbers become bytes in order, each once. Offsets count from the byte after
// the SYN. What comes in its turn is handed on as it stands in the packet; only what is early is copied.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/bytes.h"
#include "sources/capture/datagram.h"
#include "sources/capture/tcp/seen_bytes.h"

namespace whytls::sources::capture::tcp {

/// What all directions of a capture share.
struct Shared {
  SeenBytes seen{std::size_t{4} << 20U};
  std::size_t waiting = 0;       ///< bytes kept because they came early
  std::uint64_t given_up = 0;    ///< bytes that were waited for in vain because too much waited behind them
  std::size_t most_waiting = 0;  ///< of all connections together
};

class Direction {
 public:
  /// Where its bytes go; the calls are those of StreamReader.
  class Sink {
   public:
    virtual ~Sink() = default;
    virtual std::uint64_t bytes(base::ByteView bytes, const Moment& when) = 0;
    virtual void gap(std::uint64_t missing, const Moment& when) = 0;
  };

  /// A piece of the stream as a segment brought it.
  struct Piece {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;  ///< on the wire; more than `bytes` where the capture cut the packet
    base::ByteView bytes;

    std::uint64_t end() const { return offset + size; }
    void drop_front(std::uint64_t count);
    Piece first(std::uint64_t count) const;
  };

  struct Taken {
    bool again = false;             ///< some of it had been seen before
    std::uint32_t conflicting = 0;  ///< bytes that differ from those seen before
  };

  bool based() const { return based_; }
  void base(std::uint32_t sequence) { base_ = sequence, based_ = true; }
  bool untouched() const { return next_ == 0 && seen_ == 0 && waiting_.empty(); }
  std::uint32_t base() const { return base_; }
  /// Of a sequence number, near the furthest byte seen; negative: before the beginning.
  std::int64_t offset(std::uint32_t sequence) const {
    return static_cast<std::int64_t>(highest_) + static_cast<std::int32_t>(sequence - (base_ + static_cast<std::uint32_t>(highest_)));
  }

  Taken take(Piece piece, const Moment& when, Shared& shared, Sink& sink);
  /// The other end acknowledged all bytes before this offset.
  void acknowledged(std::uint64_t offset) { acknowledged_ = std::max(acknowledged_, offset); }
  void fin(std::uint64_t offset) { fin_ = std::min(fin_, offset); }

  /// To be called for each packet of the connection: where bytes that were acknowledged stay away, they are said to be missing after a
  /// while (not at once: captures have packets out of order too).
  void be_patient(const Moment& when, Shared& shared, Sink& sink) {
    if (next_ < acknowledged_ && next_ < acknowledged_end()) lose_patience(when, shared, sink);
  }
  /// All that there is, whatever is missing: the connection is over.
  void flush(const Moment& when, Shared& shared, Sink& sink);

  /// Its FIN was seen and all before it was handed over or given up.
  bool at_end() const { return fin_ != never && (next_ >= fin_ || next_ == never); }
  bool fin_seen() const { return fin_ != never; }
  bool fin_acknowledged() const { return fin_ != never && acknowledged_ > fin_; }
  std::uint64_t fin_offset() const { return fin_; }
  bool wants_no_more() const { return next_ == never; }
  std::uint64_t highest() const { return highest_; }
  std::uint64_t acknowledged_so_far() const { return acknowledged_; }
  std::uint64_t seen() const { return seen_; }
  std::uint64_t missing() const;
  std::uint64_t unacknowledged() const { return highest_ > acknowledged_ ? highest_ - acknowledged_ : 0; }

 private:
  static constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();
  static constexpr std::uint64_t most_waiting = 262144, late_enough = 32768;
  static constexpr std::size_t most_pieces = 256;
  static constexpr std::uint8_t patience = 16;                 ///< packets
  static constexpr std::int64_t longest_wait = 1'000'000'000;  ///< nanoseconds

  struct Waiting {
    std::uint64_t offset = 0, size = 0;
    base::Bytes bytes;
    Moment when;

    std::uint64_t end() const { return offset + size; }
    Piece piece() const { return {offset, size, bytes}; }
  };

  /// Behind the last byte that the other end acknowledged. A single sequence number beyond all that was seen is a FIN that the capture
  /// lost.
  std::uint64_t acknowledged_end() const {
    return fin_ == never && acknowledged_ == highest_ + 1 ? highest_ : std::min(acknowledged_, fin_);
  }
  bool passed(const Piece& piece);
  void hand_over(Piece piece, const Moment& when, Shared& shared, Sink& sink);
  Taken keep(Piece piece, const Moment& when, Shared& shared);
  void drain(Shared& shared, Sink& sink);
  void give_up_to(std::uint64_t offset, const Moment& when, Sink& sink);
  void release(std::size_t count, Shared& shared);
  void lose_patience(const Moment& when, Shared& shared, Sink& sink);

  std::uint64_t next_ = 0;     ///< the next byte that the sink needs; `never` where it needs no more
  std::uint64_t highest_ = 0;  ///< behind the furthest byte seen
  std::uint64_t seen_ = 0;     ///< bytes seen, each counted once
  std::uint64_t acknowledged_ = 0;
  std::uint64_t fin_ = never;
  std::uint64_t copy_ = 0;        ///< its newest in SeenBytes
  std::vector<Waiting> waiting_;  ///< by offset, without overlaps, all beyond next_
  std::uint64_t waiting_bytes_ = 0;
  std::int64_t missed_since_ = 0;
  std::uint32_t base_ = 0;
  std::uint8_t packets_waited_ = 0;
  bool based_ = false;
};

}  // namespace whytls::sources::capture::tcp
