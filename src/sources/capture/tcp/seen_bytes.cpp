// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/tcp/seen_bytes.h"

#include <algorithm>
#include <cstring>

namespace whytls::sources::capture::tcp {

std::uint64_t SeenBytes::keep(std::uint64_t previous, std::uint64_t offset, base::ByteView bytes) {
  if (!ring_) ring_ = std::make_unique_for_overwrite<std::uint8_t[]>(size_);
  const std::uint64_t needed = sizeof(Head) + (bytes.size() + 7) / 8 * 8;
  if (needed > size_ / 4) return previous;
  if (end_ % size_ + needed > size_) end_ += size_ - end_ % size_;  // a copy is never split
  const Head head{previous, offset, bytes.size()};
  const std::uint64_t place = end_;
  std::memcpy(ring_.get() + place % size_, &head, sizeof head);
  std::copy(bytes.begin(), bytes.end(), ring_.get() + place % size_ + sizeof head);
  end_ += needed;
  return place;
}

std::uint32_t SeenBytes::differing(std::uint64_t newest, std::uint64_t offset, base::ByteView bytes) const {
  std::uint32_t out = 0;
  for (int i = 0; i < longest_chain && held(newest); ++i) {
    Head head;
    std::memcpy(&head, ring_.get() + newest % size_, sizeof head);
    const std::uint8_t* first = ring_.get() + newest % size_ + sizeof head;
    const std::uint64_t from = std::max(offset, head.offset), to = std::min(offset + bytes.size(), head.offset + head.size);
    for (std::uint64_t at = from; at < to; ++at) out += first[at - head.offset] != bytes[at - offset] ? 1U : 0U;
    if (head.offset + head.size <= offset) break;  // copies are in order: those before stand further ahead
    newest = head.previous;
  }
  return out;
}

}  // namespace whytls::sources::capture::tcp
