// SPDX-License-Identifier: Apache-2.0
// The only code that prints: results to standard output or a file, talk to standard error.
#pragma once

#include <atomic>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/options.h"
#include "report/format.h"

namespace whytls::cli {

/// Colour, width and character set, from the options, the terminal, NO_COLOR and TERM, and the locale.
report::Style style_for(const Output& output);

/// The whole result, to -o FILE (replaced at once, or left alone where it fails) or standard output. A reader that went away is no
/// error.
base::Result<void> write_result(const Output& output, std::string_view text);

/// Says so, and false, where the result of a command cannot have the format that was asked for: all have text, json and jsonl.
bool has_format(const Output& output, std::string_view command);

/// One line on standard error, made printable, with the program's name in front.
void complain(std::string_view sentence);

/// A line on standard error that the next one replaces; only on a terminal.
class Progress {
 public:
  explicit Progress(bool wanted);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void show(std::string_view line);
  void clear();
  bool shown() const { return enabled_; }

 private:
  bool enabled_;
  bool dirty_ = false;
};

/// SIGINT and SIGTERM set a flag, so that what was found can still be said; a second one ends the program. SIGPIPE is ignored.
void watch_signals();
const std::atomic<bool>* interruption();

}  // namespace whytls::cli
