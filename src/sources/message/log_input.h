// SPDX-License-Identifier: Apache-2.0
// A log as whole lines in blocks: a file or standard input, as it is or packed by gzip or zstd, told apart by their first bytes.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/input.h"
#include "base/result.h"

namespace whytls::sources::message {

class LogInput {
 public:
  /// "-" is standard input.
  static base::Result<LogInput> open(const std::string& path);

  /// The next lines, each with its end; a last line without one comes once the input is over, unless `more_may_come`. Empty: nothing (more)
  /// is there. The view holds until the next call. A line longer than a block comes in pieces.
  base::Result<std::string_view> next(bool more_may_come = false);

  /// Bytes handed out so far, unpacked.
  std::uint64_t bytes() const { return bytes_; }
  /// A file that was cut, or replaced by another of its name, is read from its beginning; `true` where that happened.
  bool reopen_if_replaced();

  static constexpr std::size_t block = std::size_t{1} << 19;

 private:
  explicit LogInput(base::Input source);

  base::Input source_;
  base::Bytes buffer_;
  std::size_t used_ = 0, filled_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace whytls::sources::message
