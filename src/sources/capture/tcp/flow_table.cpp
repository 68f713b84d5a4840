// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/tcp/flow_table.h"

#include <algorithm>
#include <cstring>
#include <random>

namespace whytls::sources::capture::tcp {
namespace {

__extension__ using Wide = unsigned __int128;

/// Both halves of the product: every bit of either factor counts.
std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

}  // namespace

KeyOf key_of(const Endpoint& from, const Endpoint& to) {
  KeyOf out;
  out.key.v6 = from.address.v6;
  std::array<std::uint64_t, 2> a{}, b{};
  std::memcpy(a.data(), from.address.bytes.data(), sizeof a);
  std::memcpy(b.data(), to.address.bytes.data(), sizeof b);
  out.swapped = b < a || (a == b && to.port < from.port);
  if (out.swapped) std::swap(a, b);
  out.key.addresses = {a[0], a[1], b[0], b[1]};
  out.key.ports = out.swapped ? std::array{to.port, from.port} : std::array{from.port, to.port};
  return out;
}

FlowTable::FlowTable() : slots_(1024) {
  std::random_device random;
  for (std::uint64_t& word : secret_) word = std::uint64_t{random()} << 32U | random();
}

std::uint32_t FlowTable::hash(const FlowKey& key) const {
  const std::uint64_t ports = std::uint64_t{key.ports[0]} << 32U | std::uint64_t{key.ports[1]} << 8U | (key.v6 ? 1U : 0U);
  const std::uint64_t first = mix(key.addresses[0] ^ secret_[0], key.addresses[2] ^ secret_[1]);
  const std::uint64_t second = mix(key.addresses[1] ^ secret_[1] ^ first, key.addresses[3] ^ secret_[2]);
  const std::uint64_t all = mix(second ^ secret_[3], ports ^ first ^ secret_[0]);
  return static_cast<std::uint32_t>(all ^ all >> 32U);
}

std::uint32_t FlowTable::find(const FlowKey& key) const {
  const std::uint32_t wanted = hash(key);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = wanted & mask; slots_[at].flow != none; at = (at + 1) & mask)
    if (slots_[at].hash == wanted && (*this)[slots_[at].flow].key == key) return slots_[at].flow;
  return none;
}

std::uint32_t FlowTable::insert(const FlowKey& key, std::int64_t now) {
  if (3 * (size_ + 1) > 2 * slots_.size()) grow();
  std::uint32_t flow = free_;
  if (flow == none) {
    flow = used_++;
    if (flow / chunk == chunks_.size()) chunks_.push_back(std::make_unique<Flow[]>(chunk));
  } else {
    free_ = (*this)[flow].newer;
  }
  Flow& made = (*this)[flow];
  made = Flow();
  made.key = key;
  made.hash = hash(key);
  place(made.hash, flow);
  ++size_;
  made.listed = now;
  List& list = lists_[0];
  made.older = list.newest;
  (list.newest == none ? list.oldest : (*this)[list.newest].newer) = flow;
  list.newest = flow;
  return flow;
}

void FlowTable::place(std::uint32_t hash, std::uint32_t flow) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  while (slots_[at].flow != none) at = (at + 1) & mask;
  slots_[at] = {hash, flow};
}

void FlowTable::grow() {
  std::vector<Slot> old(2 * slots_.size());
  old.swap(slots_);
  for (const Slot& one : old)
    if (one.flow != none) place(one.hash, one.flow);
}

std::size_t FlowTable::slot_of(std::uint32_t flow) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = (*this)[flow].hash & mask;
  while (slots_[at].flow != flow) at = (at + 1) & mask;
  return at;
}

/// The slots behind move up, so that no search ends early.
void FlowTable::erase(std::uint32_t flow) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t hole = slot_of(flow);
  for (std::size_t at = (hole + 1) & mask; slots_[at].flow != none; at = (at + 1) & mask) {
    const std::size_t home = slots_[at].hash & mask;
    if (((at - home) & mask) < ((at - hole) & mask)) continue;  // its search begins behind the hole
    slots_[hole] = slots_[at];
    hole = at;
  }
  slots_[hole] = Slot();
  Flow& gone = (*this)[flow];
  unlink(gone);
  gone.connection.reset();
  gone.newer = free_;
  free_ = flow;
  --size_;
}

void FlowTable::unlink(Flow& at) {
  List& list = lists_[static_cast<std::size_t>(at.stage)];
  (at.older == none ? list.oldest : (*this)[at.older].newer) = at.newer;
  (at.newer == none ? list.newest : (*this)[at.newer].older) = at.older;
  at.older = at.newer = none;
}

void FlowTable::move(std::uint32_t flow, Stage to, std::int64_t now) {
  Flow& at = (*this)[flow];
  unlink(at);
  at.stage = to;
  at.listed = now;
  List& list = lists_[static_cast<std::size_t>(to)];
  at.older = list.newest;
  (list.newest == none ? list.oldest : (*this)[list.newest].newer) = flow;
  list.newest = flow;
}

}  // namespace whytls::sources::capture::tcp
