// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/file/window.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <span>

namespace whytls::sources::capture::file {

bool Window::fill(std::size_t count) {
  if (damage_) return false;
  std::memmove(buffer_.data(), buffer_.data() + at_, filled_ - at_);
  base_ += at_;
  filled_ -= at_;
  at_ = 0;
  if (base_ > 0 && buffer_.size() < block) buffer_.resize(block);  // more than a few packets
  while (filled_ < count) {
    if (filled_ == buffer_.size()) buffer_.resize(std::min(largest, 2 * filled_));  // what a length announces may never come
    const auto got = input_.read(std::span(buffer_).subspan(filled_));
    if (!got) damage_ = got.error().text();
    if (!got || *got == 0) return false;
    filled_ += *got;
  }
  return true;
}

bool Window::pass(std::uint64_t count) {
  while (count > 0) {
    if (!have(1)) return false;
    const std::uint64_t part = std::min<std::uint64_t>(count, filled_ - at_);
    at_ += static_cast<std::size_t>(part);
    count -= part;
  }
  return true;
}

void Window::damaged(std::uint64_t offset, const std::string& what) {
  if (!damage_) damage_ = fmt::format("{}: at byte {}: {}", name(), offset, what);
}

}  // namespace whytls::sources::capture::file
