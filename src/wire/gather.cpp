// SPDX-License-Identifier: Apache-2.0
#include "wire/gather.h"

#include <algorithm>

namespace whytls::wire {

bool Gather::add(std::uint64_t offset, base::ByteView bytes) {
  if (offset > limit_ || bytes.size() > limit_ - static_cast<std::size_t>(offset)) return false;
  if (bytes.empty()) return true;
  const Span piece{static_cast<std::size_t>(offset), static_cast<std::size_t>(offset) + bytes.size()};
  // The spans that touch the piece: they and it become one.
  const auto first = std::find_if(spans_.begin(), spans_.end(), [&](const Span& each) { return each.end >= piece.begin; });
  const auto last = std::find_if(first, spans_.end(), [&](const Span& each) { return each.begin > piece.end; });
  if (first == last && spans_.size() >= most_spans) return false;
  if (bytes_.size() < piece.end) bytes_.resize(piece.end);
  std::size_t at = piece.begin;
  const auto fill_to = [&](std::size_t end) {
    if (at < end)
      std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at - piece.begin), end - at,
                  bytes_.begin() + static_cast<std::ptrdiff_t>(at));
    at = std::max(at, end);
  };
  for (auto each = first; each != last; ++each) {
    fill_to(std::min(each->begin, piece.end));
    const std::size_t known = std::min(each->end, piece.end);
    if (at < known && !std::equal(bytes_.begin() + static_cast<std::ptrdiff_t>(at), bytes_.begin() + static_cast<std::ptrdiff_t>(known),
                                  bytes.begin() + static_cast<std::ptrdiff_t>(at - piece.begin)))
      conflicting_ = true;
    at = std::max(at, known);
  }
  fill_to(piece.end);
  if (first == last) {
    spans_.insert(first, piece);
    return true;
  }
  first->begin = std::min(first->begin, piece.begin);
  first->end = std::max(std::prev(last)->end, piece.end);
  spans_.erase(std::next(first), last);
  return true;
}

base::ByteView Gather::front() const {
  if (spans_.empty() || spans_.front().begin != 0) return {};
  return base::ByteView(bytes_).first(spans_.front().end);
}

std::size_t Gather::missing() const {
  std::size_t there = 0;
  for (const Span& each : spans_) there += each.end - each.begin;
  return spans_.empty() ? 0 : spans_.back().end - there;
}

}  // namespace whytls::wire
