// SPDX-License-Identifier: Apache-2.0
// The temporary files of this process, so that a signal handler too can remove them: plain memory of a fixed size, no lock.
#pragma once

#include <atomic>
#include <cstddef>
#include <string_view>

namespace whytls::lab {

/// A folder and the files in it. What does not fit is refused, and then nothing is written there.
class Litter {
 public:
  /// nullptr when too many are in use, or the name is too long.
  static Litter* claim(std::string_view folder);
  bool add(std::string_view path);
  /// Removes the files and the folder; async-signal-safe, harmless when repeated.
  void remove() const;
  void release();

 private:
  static constexpr std::size_t most_files = 24, longest = 256;
  friend void remove_litter();

  std::atomic<bool> used_{false};
  std::atomic<std::size_t> count_{0};  // whole entries of paths_; the first is the folder
  char paths_[most_files + 1][longest] = {};
};

/// All of it, from a signal handler for example.
void remove_litter();

/// From now on SIGHUP, and a second SIGINT or SIGTERM, remove the litter before they end the program. The first of these still goes to
/// whoever handled it before.
void remove_litter_on_signals();

}  // namespace whytls::lab
