// SPDX-License-Identifier: Apache-2.0
#include "sources/message/log_input.h"

#include <cstring>
#include <span>
#include <utility>

namespace whytls::sources::message {

LogInput::LogInput(base::Input source) : source_(std::move(source)), buffer_(block, 0) {}

base::Result<LogInput> LogInput::open(const std::string& path) {
  auto input = base::Input::open(path);
  if (!input) return tl::unexpected(input.error());
  return LogInput(std::move(*input));
}

base::Result<std::string_view> LogInput::next(bool more_may_come) {
  std::memmove(buffer_.data(), buffer_.data() + used_, filled_ - used_);
  filled_ -= used_;
  used_ = 0;
  bool over = false;
  while (filled_ < buffer_.size()) {
    const auto got = source_.read(std::span(buffer_).subspan(filled_));
    if (!got) return tl::unexpected(got.error());
    over = *got == 0;
    filled_ += *got;
    if (over || more_may_come) break;
  }
  const std::string_view held = base::text(base::ByteView(buffer_).first(filled_));
  const std::size_t line_end = held.rfind('\n');
  used_ = line_end != std::string_view::npos ? line_end + 1 : 0;
  const bool whole = filled_ == buffer_.size() && used_ == 0;  // one line fills the block
  if (whole || (over && !more_may_come)) used_ = filled_;
  bytes_ += used_;
  return held.substr(0, used_);
}

bool LogInput::reopen_if_replaced() {
  if (!source_.reopen_if_replaced()) return false;
  used_ = filled_ = 0;
  return true;
}

}  // namespace whytls::sources::message
