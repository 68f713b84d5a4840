// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/tcp/reassembly.h"

#include <utility>

namespace whytls::sources::capture {

using tcp::Flow;
using tcp::none;
using tcp::Stage;

TcpReassembly::TcpReassembly(ReaderFactory make, std::uint64_t& connections, const TcpLimits& limits)
    : make_(std::move(make)),
      connections_(connections),
      limits_(limits),
      shared_{.seen = tcp::SeenBytes(limits.seen), .most_waiting = limits.early} {}

namespace {

/// Thousands of connections take turns, so that each is far from the processor when its packet comes: all of it is asked for at once
/// instead of one cache line after the other.
void fetch(const tcp::Connection& connection) {
  constexpr std::size_t cache_line = 64;
  const base::ByteView bytes(reinterpret_cast<const std::uint8_t*>(&connection), sizeof connection);
  for (std::size_t at = 0; at < bytes.size(); at += cache_line) __builtin_prefetch(&bytes[at]);
}

}  // namespace

void TcpReassembly::feed(const Segment& segment) {
  const std::int64_t now = segment.when.at;
  const tcp::KeyOf key = tcp::key_of(segment.source, segment.destination);
  std::uint32_t flow = table_.find(key.key);
  if (flow == none) {
    flow = table_.insert(key.key, now);
    open(flow, segment, key.swapped);
  } else if (segment.has(Segment::syn) && !segment.has(Segment::rst) && reopens(table_[flow], key.swapped, segment)) {
    over(flow, StreamReader::Over::reused);
    table_.move(flow, Stage::alive, now);
    open(flow, segment, key.swapped);
  }
  Flow& at = table_[flow];
  if (segment.has(Segment::syn)) {
    at.first[key.swapped ? 1 : 0] = segment.sequence;
    at.syn[key.swapped ? 1 : 0] = true;
  }
  if (at.connection) {
    fetch(*at.connection);
    follow(flow, segment, key.swapped);
  }
  sweep(now);
  make_room();
}

void TcpReassembly::follow(std::uint32_t flow, const Segment& segment, bool second) {
  constexpr std::int64_t often_enough = 1'000'000'000;
  const std::int64_t now = segment.when.at;
  Flow& at = table_[flow];
  at.connection->take(segment, second, shared_, make_);
  if (at.connection->unwanted()) {
    at.connection.reset();
    --living_;
    table_.move(flow, Stage::over, now);
  } else if (at.connection->settled() && !at.connection->any_reset()) {
    over(flow, StreamReader::Over::closed);
  } else if (at.stage == Stage::alive && (at.connection->closed() || at.connection->reset())) {
    table_.move(flow, Stage::closing, now);
  } else if (at.stage == Stage::alive && now - at.listed > often_enough) {
    table_.move(flow, Stage::alive, now);
  }
}

void TcpReassembly::open(std::uint32_t flow, const Segment& first, bool second) {
  Flow& at = table_[flow];
  ++connections_;
  if (spare_.empty()) {
    at.connection = std::make_unique<tcp::Connection>(first, second, connections_);
  } else {
    at.connection = std::move(spare_.back());
    spare_.pop_back();
    *at.connection = tcp::Connection(first, second, connections_);
  }
  at.syn = {};
  ++living_;
}

/// A SYN of another number than this end's last one, on ports that were in use before.
bool TcpReassembly::reopens(const Flow& flow, bool second, const Segment& segment) {
  if (flow.connection) return flow.connection->is_new(segment, second);
  return !flow.syn[second ? 1 : 0] || flow.first[second ? 1 : 0] != segment.sequence;
}

void TcpReassembly::icmp(const IcmpError& error) {
  if (!error.about_tcp) return;
  const std::uint32_t flow = table_.find(tcp::key_of(error.source, error.destination).key);
  if (flow != none && table_[flow].connection) table_[flow].connection->icmp(error);
}

void TcpReassembly::over(std::uint32_t flow, StreamReader::Over why) {
  std::unique_ptr<tcp::Connection> connection = std::move(table_[flow].connection);
  if (!connection) return;
  --living_;
  if (connection->closed()) why = StreamReader::Over::closed;
  if (connection->any_reset()) why = StreamReader::Over::reset;
  connection->end(why, shared_, make_);
  constexpr std::size_t most_spare = 1024;
  if (spare_.size() < most_spare) spare_.push_back(std::move(connection));
  table_.move(flow, Stage::over, table_[flow].listed);
}

/// At most one of each list for a segment: a single time far in the future cannot end everything.
void TcpReassembly::sweep(std::int64_t now) {
  if (const std::uint32_t flow = table_.oldest(Stage::alive); flow != none && now - table_[flow].listed > limits_.idle) {
    const std::int64_t last = table_[flow].connection->last();
    if (now - last > limits_.idle)
      over(flow, StreamReader::Over::idle);
    else
      table_.move(flow, Stage::alive, last);
  }
  if (const std::uint32_t flow = table_.oldest(Stage::closing); flow != none && now - table_[flow].listed > limits_.closing)
    over(flow, StreamReader::Over::closed);
}

void TcpReassembly::advance(std::int64_t now) {
  constexpr int at_once = 10000;
  for (int i = 0; i < at_once; ++i) {
    const std::size_t before = living_;
    sweep(now);
    if (living_ == before) return;
  }
}

/// First what is only remembered goes, then the longest silent.
void TcpReassembly::make_room() {
  while (memory() > limits_.memory) {
    if (const std::uint32_t gone = table_.oldest(Stage::over); gone != none) {
      table_.erase(gone);
    } else if (const std::uint32_t closed = table_.oldest(Stage::closing); closed != none) {
      over(closed, StreamReader::Over::closed);
    } else if (const std::uint32_t silent = table_.oldest(Stage::alive); silent != none) {
      ++evicted_;
      over(silent, StreamReader::Over::evicted);
    } else {
      return;
    }
  }
}

void TcpReassembly::finish() {
  for (const Stage stage : {Stage::closing, Stage::alive})
    for (std::uint32_t flow = table_.oldest(stage); flow != none; flow = table_.oldest(stage))
      over(flow, StreamReader::Over::capture_ended);
}

}  // namespace whytls::sources::capture
