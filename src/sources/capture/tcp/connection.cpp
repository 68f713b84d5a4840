// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/tcp/connection.h"

#include <algorithm>
#include <utility>

namespace whytls::sources::capture::tcp {

/// Asks for the reader when there is something for it.
class Connection::ToReader : public Direction::Sink {
 public:
  ToReader(Connection& of, End from, const ReaderFactory& make) : of_(of), from_(from), make_(make) {}

  std::uint64_t bytes(base::ByteView bytes, const Moment& when) override {
    StreamReader* to = of_.reader(make_);
    return to ? to->bytes(from_, bytes, when) : StreamReader::none_any_more;
  }
  void gap(std::uint64_t missing, const Moment& when) override {
    if (of_.facts_.ends[index(from_)].packets == 0) return;  // that end is not in the capture at all
    if (StreamReader* to = of_.reader(make_)) to->gap(from_, missing, when);
  }

 private:
  Connection& of_;
  End from_;
  const ReaderFactory& make_;
};

namespace {

bool syn_ack(const Segment& segment) { return segment.has(Segment::syn) && segment.has(Segment::ack); }

/// What the same packet captured twice has in common with itself, also behind a router, and a packet sent again has not. Its checksum may
/// have been left to the network card the first time.
std::uint32_t mark_of(const Segment& segment) {
  const std::uint64_t telling = segment.id != 0 ? segment.id : std::uint64_t{segment.checksum} << 16U;
  std::uint64_t out = std::uint64_t{segment.sequence} * 0x9e3779b97f4a7c15U;
  out = (out ^ segment.acknowledgment) * 0xc2b2ae3d27d4eb4fU;
  out = (out ^ (telling << 16U | segment.window)) * 0x165667b19e3779f9U;
  out = (out ^ (std::uint64_t{segment.payload_size} << 8U | segment.flags)) * 0x9e3779b97f4a7c15U;
  return static_cast<std::uint32_t>(out >> 32U) | 1U;
}

}  // namespace

Connection::Connection(const Segment& first, bool second, std::uint64_t number)
    : at_{first.source, first.destination}, number_(number), opener_second_(second != syn_ack(first)) {
  if (syn_ack(first)) std::swap(at_[0], at_[1]);
  facts_.begins_midway = !first.has(Segment::syn);
}

bool Connection::is_new(const Segment& syn, bool second) const {
  const End from = sender(second);
  const Direction& its = direction(from);
  if (!its.based() || its.base() == syn.sequence + 1) return false;
  if (!syn_ack(syn)) return true;
  // Several SYN-ACKs may answer one SYN, and a stray packet may come before (RFC 9293 3.5.1).
  const Direction& peer = direction(other(from));
  const std::int64_t answered = peer.based() ? peer.offset(syn.acknowledgment) : -1;
  if (answered >= 0 && answered <= static_cast<std::int64_t>(peer.highest()) && its.untouched()) return false;
  return facts_.ends[index(from)].syn || !its.untouched();
}

void Connection::take(const Segment& segment, bool second, Shared& shared, const ReaderFactory& make) {
  End from = sender(second);
  if (captured_twice(segment, from)) return;
  count(segment, from);
  begin(segment, from);
  if (segment.has(Segment::rst)) {
    note_reset(segment, from);
  } else {
    if (segment.has(Segment::syn)) synchronize(segment, from);
    if (segment.has(Segment::ack)) acknowledge(segment, from);
    if (segment.payload_size > 0) data(segment, from, shared, make);
    if (segment.has(Segment::fin)) fin(segment, from);
  }
  for (const End end : {End::opener, End::answerer}) {
    ToReader sink(*this, end, make);
    direction(end).be_patient(segment.when, shared, sink);
  }
  if (directions_[0].fin_seen() || directions_[1].fin_seen()) tell_ends(segment.when, make);
}

/// The capture holds the same packet twice (taken on two interfaces, before and behind a router). Without an IPv4 identification that
/// differs, acknowledgments without data look like that by themselves.
bool Connection::captured_twice(const Segment& segment, End from) {
  Trace& trace = traces_[index(from)];
  const std::uint32_t mark = mark_of(segment);
  const std::int64_t since = segment.when.at - facts_.ends[index(from)].last.at;
  const bool telling = segment.id != 0 || segment.payload_size > 0 || (segment.flags & ~unsigned{Segment::ack | Segment::psh}) != 0;
  if (telling && since < duplicate_within && since > -duplicate_within &&
      std::find(trace.lately.begin(), trace.lately.end(), mark) != trace.lately.end())
    return true;
  trace.lately[trace.at++ % trace.lately.size()] = mark;
  return false;
}

void Connection::count(const Segment& segment, End from) {
  TcpEnd& end = facts_.ends[index(from)];
  if (end.packets++ == 0) {
    end.first = segment.when;
    end.first_id = segment.id;
    end.hop_limit = segment.hop_limit;
  }
  end.last = segment.when;
  if (segment.has(Segment::rst)) return;
  if (end.reset.packet == 0) end.last_id = segment.id;
  if (segment.has(Segment::ack) && !segment.has(Segment::syn)) end.closed_window = segment.window == 0;
  if (segment.payload_size > end.largest_segment)
    end.largest_segment = static_cast<std::uint16_t>(std::min<std::uint32_t>(segment.payload_size, 0xffff));
}

/// Where the direction of a sender begins that sent no SYN yet (RFC 9293 3.4).
void Connection::begin(const Segment& segment, End from) {
  Direction& its = direction(from);
  if (segment.has(Segment::syn) || segment.has(Segment::rst)) return;
  const bool only_by_ack = its.based() && facts_.ends[index(from)].packets == 1 && its.untouched() && its.acknowledged_so_far() == 0;
  if (its.based() && !(only_by_ack && facts_.begins_midway)) return;
  // A single byte without PSH is rather a keep-alive (RFC 9293 3.8.4) than the data with which the capture begins.
  const bool keep_alive = segment.payload_size == 1 && !segment.has(Segment::psh);
  its.base(segment.sequence + (keep_alive ? 1 : 0));
}

void Connection::synchronize(const Segment& segment, End& from) {
  // The capture has it behind what followed it.
  if (facts_.begins_midway && !asked_ && segment.has(Segment::ack) == (from == End::opener)) swap_ends(from);
  TcpEnd& end = facts_.ends[index(from)];
  Direction& its = direction(from);
  if (end.syn && its.base() != segment.sequence + 1) {  // which one holds, the next acknowledgment says
    traces_[index(from)].other_base = segment.sequence + 1;
    traces_[index(from)].other_syn = true;
  } else if (its.untouched()) {
    its.base(segment.sequence + 1);
  }
  if (!end.syn) end.hop_limit = segment.hop_limit;
  end.syn = true;
  facts_.begins_midway = false;
  if (from == End::opener && !facts_.ends[1].syn) syn_at_ = segment.when.at;
  if (from == End::answerer && facts_.round_trip == 0 && facts_.ends[0].syn)
    facts_.round_trip = std::max<std::int64_t>(0, segment.when.at - syn_at_);
}

void Connection::acknowledge(const Segment& segment, End from) {
  Direction& acknowledged = direction(other(from));
  const Trace& its = traces_[index(other(from))];
  if (!acknowledged.based() || (its.other_syn && its.other_base == segment.acknowledgment && acknowledged.untouched()))
    acknowledged.base(segment.acknowledgment);
  const std::int64_t offset = acknowledged.offset(segment.acknowledgment);
  if (offset < 0 || static_cast<std::uint64_t>(offset) > std::max(acknowledged.highest(), acknowledged.acknowledged_so_far()) + furthest)
    return;
  if (from == End::opener && !segment.has(Segment::syn) && facts_.ends[0].syn && facts_.ends[1].syn && !round_trip_) {
    round_trip_ = true;
    facts_.round_trip = std::max<std::int64_t>(0, segment.when.at - syn_at_);
  }
  acknowledged.acknowledged(static_cast<std::uint64_t>(offset));
  TcpEnd& end = facts_.ends[index(other(from))];
  if (static_cast<std::uint64_t>(offset) >= its.repeated_end) end.largest_unacknowledged = 0;
}

void Connection::data(const Segment& segment, End& from, Shared& shared, const ReaderFactory& make) {
  if (facts_.begins_midway && !asked_ && from == End::answerer) swap_ends(from);  // who spoke first is taken for the opener
  Direction& its = direction(from);
  std::int64_t offset = its.offset(segment.sequence + (segment.has(Segment::syn) ? 1 : 0));
  const auto known = static_cast<std::int64_t>(its.highest());
  const bool keep_alive = segment.payload_size == 1 && offset + 1 == known && its.acknowledged_so_far() >= its.highest();
  if (keep_alive || !believable(segment, from, offset)) return;
  Direction::Piece piece{static_cast<std::uint64_t>(offset), segment.payload_size, segment.payload};
  if (offset < 0) {  // before the beginning
    const auto before = static_cast<std::uint64_t>(-offset);
    if (before >= piece.size) return;
    piece.drop_front(before);
  }
  ToReader sink(*this, from, make);
  const Direction::Taken taken = its.take(piece, segment.when, shared, sink);
  TcpEnd& end = facts_.ends[index(from)];
  end.conflicting_bytes += taken.conflicting;
  if (taken.again) repeated(segment, from, offset);
}

/// A segment far from all others is believed only if more follow it (the capture lost that much).
bool Connection::believable(const Segment& segment, End from, std::int64_t offset) {
  constexpr std::uint8_t enough = 4;
  const Direction& its = direction(from);
  Trace& trace = traces_[index(from)];
  const std::uint64_t known = std::max(its.highest(), its.acknowledged_so_far());
  if (offset < 0 || static_cast<std::uint64_t>(offset) <= known + furthest) return true;
  trace.strays = trace.strays > 0 && segment.sequence == trace.stray ? static_cast<std::uint8_t>(trace.strays + 1) : 1;
  trace.stray = segment.sequence + segment.payload_size;
  return trace.strays >= enough;
}

void Connection::repeated(const Segment& segment, End from, std::int64_t offset) {
  TcpEnd& end = facts_.ends[index(from)];
  ++end.retransmissions;
  const std::int64_t behind = offset + segment.payload_size;
  if (behind <= static_cast<std::int64_t>(direction(from).acknowledged_so_far()) || segment.payload_size <= end.largest_unacknowledged)
    return;
  end.largest_unacknowledged = segment.payload_size;
  traces_[index(from)].repeated_end = static_cast<std::uint64_t>(behind);
}

void Connection::fin(const Segment& segment, End from) {
  Direction& its = direction(from);
  const std::int64_t offset = its.offset(segment.sequence + segment.payload_size + (segment.has(Segment::syn) ? 1 : 0));
  if (offset < static_cast<std::int64_t>(its.highest()) || static_cast<std::uint64_t>(offset) > its.highest() + furthest) return;
  its.fin(static_cast<std::uint64_t>(offset));
  TcpEnd& end = facts_.ends[index(from)];
  if (end.fin.packet == 0) end.fin = segment.when;
}

/// RFC 9293 3.10.7.4: a reset counts where its number is the next one that the receiver expects, or, as answer to a SYN, where it
/// acknowledges that.
void Connection::note_reset(const Segment& segment, End from) {
  TcpEnd& end = facts_.ends[index(from)];
  if (end.reset.packet != 0) return;
  end.reset = segment.when;
  end.reset_hop_limit = segment.hop_limit;
  end.reset_id = segment.id;
  const Direction& its = direction(from);
  const Direction& peer = direction(other(from));
  Trace& trace = traces_[index(from)];
  const bool answers = segment.has(Segment::ack) && peer.based() && facts_.ends[index(other(from))].syn && !end.syn && its.seen() == 0;
  if (answers) {
    end.reset_in_window =
        peer.offset(segment.acknowledgment) >= 0 && static_cast<std::uint64_t>(peer.offset(segment.acknowledgment)) <= peer.highest();
    facts_.refused = end.reset_in_window && from == End::answerer;
    return;
  }
  if (!its.based()) return;
  const std::int64_t offset = its.offset(segment.sequence);
  const std::uint64_t next = its.fin_seen() ? its.fin_offset() + 1 : its.highest();
  trace.reset_at = offset < 0 ? nowhere : static_cast<std::uint64_t>(offset);
  end.reset_in_window = offset >= 0 && (trace.reset_at == next || trace.reset_at == its.acknowledged_so_far());
}

/// In order, or come into order since.
bool Connection::reset_in_order() const {
  for (const End end : {End::opener, End::answerer}) {
    const TcpEnd& of = facts_.ends[index(end)];
    if (of.reset.packet == 0) continue;
    const Direction& its = direction(end);
    if (of.reset_in_window || (its.based() && traces_[index(end)].reset_at == its.highest())) return true;
  }
  return false;
}

void Connection::icmp(const IcmpError& error) {
  if (facts_.icmp) return;
  facts_.icmp = static_cast<std::uint16_t>(error.type << 8U | error.code);
  facts_.icmp_mtu = error.mtu;
  facts_.icmp_from = error.from.text();
}

void Connection::tell_ends(const Moment& when, const ReaderFactory& make) {
  for (const End end : {End::opener, End::answerer}) {
    Trace& trace = traces_[index(end)];
    if (trace.told_end || !direction(end).at_end()) continue;
    trace.told_end = true;
    if (StreamReader* to = reader(make)) to->finished(end, when);
  }
}

void Connection::swap_ends(End& from) {
  from = other(from);
  opener_second_ = !opener_second_;
  std::swap(at_[0], at_[1]);
  std::swap(directions_[0], directions_[1]);
  std::swap(traces_[0], traces_[1]);
  std::swap(facts_.ends[0], facts_.ends[1]);
}

StreamReader* Connection::reader(const ReaderFactory& make) {
  if (!asked_) {
    asked_ = true;
    const TcpEnd& a = facts_.ends[0];
    const TcpEnd& b = facts_.ends[1];
    const bool second = a.packets == 0 || (b.packets != 0 && b.first.packet < a.first.packet);
    reader_ = make(at_[0], at_[1], second ? b.first : a.first, number_);
  }
  return reader_.get();
}

void Connection::conclude() {
  for (const End end : {End::opener, End::answerer}) {
    TcpEnd& of = facts_.ends[index(end)];
    const Direction& its = direction(end);
    of.bytes = its.seen();
    of.missing = its.based() ? its.missing() : 0;
    of.unacknowledged = its.unacknowledged();
  }
}

void Connection::end(StreamReader::Over why, Shared& shared, const ReaderFactory& make) {
  const Moment& when = facts_.ends[0].last.packet > facts_.ends[1].last.packet ? facts_.ends[0].last : facts_.ends[1].last;
  for (const End end : {End::opener, End::answerer}) {
    ToReader sink(*this, end, make);
    direction(end).flush(when, shared, sink);
  }
  tell_ends(when, make);
  conclude();
  if (StreamReader* to = reader(make)) to->over(why, facts_);
  reader_.reset();
}

}  // namespace whytls::sources::capture::tcp
