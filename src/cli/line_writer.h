// SPDX-License-Identifier: Apache-2.0
// Lines for programs as they come, to standard output or a file: what has been found is out even where the end is never reached.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/options.h"

namespace whytls::cli {

class LineWriter {
 public:
  /// -o FILE is begun anew; it grows line by line, unlike a result that is written whole.
  static base::Result<LineWriter> open(const Output& output);
  LineWriter(LineWriter&& other) noexcept;
  LineWriter& operator=(LineWriter&& other) noexcept;
  ~LineWriter();

  /// One line without its end. Kept until there is enough to write; `flush` writes it now.
  void write(std::string_view line);
  void flush();
  /// What became of it all. A reader that went away is no error.
  base::Result<void> finish();
  /// Nobody reads any more.
  bool gone() const { return gone_; }

 private:
  LineWriter(int file, std::string name) : file_(file), name_(std::move(name)) {}

  int file_ = -1;
  std::string name_, waiting_;
  int error_ = 0;
  bool gone_ = false;
};

}  // namespace whytls::cli
