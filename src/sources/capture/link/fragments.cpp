// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/link/fragments.h"

#include <algorithm>
#include <utility>

namespace whytls::sources::capture::link {

std::optional<Fragments::Whole> Fragments::add(const Key& key, const Piece& piece, std::int64_t now) {
  make_room(now);
  const std::size_t end = piece.offset + piece.bytes.size();
  if (piece.bytes.empty() || end > largest) return std::nullopt;
  const auto [at, fresh] = waiting_.try_emplace(key);
  Assembly& assembly = at->second;
  if (fresh) {
    assembly.order = ++orders_;
    assembly.begun = now;
    by_age_.emplace(assembly.order, key);
  }
  if (piece.offset == 0) assembly.protocol = piece.protocol;
  if (piece.last && assembly.size == 0) assembly.size = end;
  const std::size_t before = assembly.have;
  put(assembly, piece.offset, piece.bytes);
  bytes_ += assembly.have - before;
  if (assembly.size == 0 || assembly.have < assembly.size) return std::nullopt;
  Whole out{{}, assembly.protocol};
  for (const auto& [offset, part] : assembly.parts) out.bytes.insert(out.bytes.end(), part.begin(), part.end());
  const bool sound = assembly.have == assembly.size && out.bytes.size() == assembly.size;  // else bytes lie beyond the announced end
  let_go(assembly.order);
  if (!sound) ++given_up_;
  return sound ? std::optional(std::move(out)) : std::nullopt;
}

/// Only the bytes that no earlier piece had.
void Fragments::put(Assembly& into, std::size_t offset, base::ByteView bytes) {
  auto next = into.parts.upper_bound(offset);
  if (next != into.parts.begin()) {
    const auto previous = std::prev(next);
    const std::size_t covered = previous->first + previous->second.size();
    if (covered > offset) {
      const std::size_t skip = std::min(bytes.size(), covered - offset);
      bytes = bytes.subspan(skip);
      offset += skip;
    }
  }
  while (!bytes.empty()) {
    const std::size_t room = next == into.parts.end() ? bytes.size() : std::min(bytes.size(), next->first - offset);
    if (room > 0) {
      into.parts.emplace_hint(next, offset, base::Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(room)));
      into.have += room;
    }
    if (next == into.parts.end()) return;
    const std::size_t skip = std::min(bytes.size(), room + next->second.size());
    bytes = bytes.subspan(skip);
    offset += skip;
    ++next;
  }
}

void Fragments::let_go(std::uint64_t order) {
  const auto age = by_age_.find(order);
  const auto at = waiting_.find(age->second);
  bytes_ -= at->second.have;
  waiting_.erase(at);
  by_age_.erase(age);
}

/// Before another one: what is too old goes, and the oldest where there are too many.
void Fragments::make_room(std::int64_t now) {
  while (!by_age_.empty()) {
    const auto oldest = by_age_.begin();
    const bool late = now - waiting_.at(oldest->second).begun > longest;
    if (!late && waiting_.size() < most_datagrams && bytes_ < most_bytes) return;
    let_go(oldest->first);
    ++given_up_;
  }
}

}  // namespace whytls::sources::capture::link
