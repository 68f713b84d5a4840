// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/tcp/direction.h"

#include <algorithm>
#include <utility>

namespace whytls::sources::capture::tcp {

void Direction::Piece::drop_front(std::uint64_t count) {
  offset += count;
  size -= count;
  bytes = bytes.subspan(static_cast<std::size_t>(std::min<std::uint64_t>(count, bytes.size())));
}

Direction::Piece Direction::Piece::first(std::uint64_t count) const {
  return {offset, count, bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(count, bytes.size())))};
}

Direction::Taken Direction::take(Piece piece, const Moment& when, Shared& shared, Sink& sink) {
  Taken out;
  if (piece.end() > fin_) {  // nothing follows a FIN
    if (piece.offset >= fin_) return out;
    piece = piece.first(fin_ - piece.offset);
  }
  if (piece.offset < next_) {  // seen before, or of those that the sink need not see
    const Piece old = piece.first(std::min(piece.size, next_ - piece.offset));
    if (copy_ != 0 && old.offset < highest_) out.conflicting = shared.seen.differing(copy_, old.offset, old.bytes);
    out.again = passed(old);
    if (old.size == piece.size) return out;
    piece.drop_front(old.size);
  }
  if (piece.offset > next_) {
    const Taken kept = keep(piece, when, shared);
    if (waiting_bytes_ > most_waiting || waiting_.size() > most_pieces || shared.waiting > shared.most_waiting) {
      shared.given_up += waiting_.front().offset - next_;
      give_up_to(waiting_.front().offset, when, sink);
      drain(shared, sink);
    }
    return {out.again || kept.again, out.conflicting + kept.conflicting};
  }
  if (waiting_.empty()) {
    hand_over(piece, when, shared, sink);
    return out;
  }
  // It fills a hole: what waits came first and stays as it is.
  const std::uint64_t room = std::min(piece.size, waiting_.front().offset - piece.offset);
  Piece rest = piece;
  rest.drop_front(room);
  if (rest.size > 0) {
    const Taken kept = keep(rest, when, shared);
    out.again = out.again || kept.again;
    out.conflicting += kept.conflicting;
  }
  hand_over(piece.first(room), when, shared, sink);
  drain(shared, sink);
  return out;
}

/// Counts what lies before `next_`; true where some of it had been seen. Which bytes of those that nobody needed were missing is not kept,
/// only how many: as long as some are, bytes from there count as these.
bool Direction::passed(const Piece& piece) {
  const std::uint64_t fresh = piece.end() > highest_ ? piece.end() - std::max(piece.offset, highest_) : 0;
  const std::uint64_t before = piece.size - fresh;
  const std::uint64_t holes = std::min(next_, highest_) - (seen_ - waiting_bytes_);
  const std::uint64_t filled = std::min(before, holes);
  seen_ += fresh + filled;
  highest_ = std::max(highest_, piece.end());
  return before > filled;
}

/// `piece` begins at `next_`.
void Direction::hand_over(Piece piece, const Moment& when, Shared& shared, Sink& sink) {
  seen_ += piece.bytes.size();
  highest_ = std::max(highest_, piece.end());
  packets_waited_ = 0;
  next_ = piece.offset + piece.bytes.size();
  if (!piece.bytes.empty()) {
    copy_ = shared.seen.keep(copy_, piece.offset, piece.bytes);
    const std::uint64_t skip = sink.bytes(piece.bytes, when);
    next_ = skip >= never - next_ ? never : next_ + skip;
  }
  if (next_ < piece.end()) give_up_to(piece.end(), when, sink);  // the capture cut the packet
}

/// Copies what no waiting piece holds.
Direction::Taken Direction::keep(Piece piece, const Moment& when, Shared& shared) {
  Taken out;
  auto next = std::upper_bound(waiting_.begin(), waiting_.end(), piece.offset,
                               [](std::uint64_t offset, const Waiting& one) { return offset < one.offset; });
  if (next != waiting_.begin()) --next;
  while (piece.size > 0) {
    while (next != waiting_.end() && next->end() <= piece.offset) ++next;
    if (next != waiting_.end() && next->offset <= piece.offset) {  // had already
      const std::uint64_t shift = piece.offset - next->offset, both = std::min(piece.size, next->end() - piece.offset);
      for (std::uint64_t i = 0; i < both && i < piece.bytes.size() && shift + i < next->bytes.size(); ++i)
        out.conflicting += piece.bytes[i] != next->bytes[shift + i] ? 1U : 0U;
      out.again = true;
      piece.drop_front(both);
      continue;
    }
    const std::uint64_t room = next == waiting_.end() ? piece.size : std::min(piece.size, next->offset - piece.offset);
    const Piece part = piece.first(room);
    next = waiting_.insert(next, {part.offset, part.size, {part.bytes.begin(), part.bytes.end()}, when});
    ++next;
    waiting_bytes_ += part.bytes.size();
    shared.waiting += part.bytes.size();
    seen_ += part.bytes.size();
    highest_ = std::max(highest_, part.end());
    piece.drop_front(room);
  }
  return out;
}

/// Hands over what waited and is next, and lets go of what need not be seen.
void Direction::drain(Shared& shared, Sink& sink) {
  std::size_t done = 0;
  for (; done < waiting_.size() && waiting_[done].offset <= next_; ++done) {
    const Waiting& one = waiting_[done];
    waiting_bytes_ -= one.bytes.size();
    shared.waiting -= one.bytes.size();
    if (one.end() <= next_) continue;
    seen_ -= one.bytes.size();
    Piece piece = one.piece();
    const std::uint64_t skip = next_ - piece.offset;
    seen_ += std::min<std::uint64_t>(skip, one.bytes.size());
    piece.drop_front(skip);
    hand_over(piece, one.when, shared, sink);
  }
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(done));
  if (waiting_.empty()) std::vector<Waiting>().swap(waiting_);
}

void Direction::give_up_to(std::uint64_t offset, const Moment& when, Sink& sink) {
  const std::uint64_t missing = offset - next_;
  next_ = offset;
  packets_waited_ = 0;
  sink.gap(missing, when);
}

void Direction::lose_patience(const Moment& when, Shared& shared, Sink& sink) {
  if (packets_waited_ == 0) missed_since_ = when.at;
  if (packets_waited_ < patience) ++packets_waited_;
  if (packets_waited_ < patience && when.at - missed_since_ < longest_wait && waiting_bytes_ < late_enough) return;
  const std::uint64_t end = acknowledged_end();
  give_up_to(waiting_.empty() ? end : std::min(end, waiting_.front().offset), when, sink);
  drain(shared, sink);
}

void Direction::flush(const Moment& when, Shared& shared, Sink& sink) {
  while (!waiting_.empty()) {
    give_up_to(waiting_.front().offset, when, sink);
    drain(shared, sink);
  }
  if (next_ < acknowledged_end()) give_up_to(acknowledged_end(), when, sink);
}

std::uint64_t Direction::missing() const { return std::max(highest_, acknowledged_end()) - seen_; }

}  // namespace whytls::sources::capture::tcp
