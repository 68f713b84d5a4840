// SPDX-License-Identifier: Apache-2.0
// Finds all messages in a text in one pass, in time linear in its length.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sources/message/table.h"

struct hs_database;
struct hs_scratch;

namespace whytls::sources::message {

struct Hit {
  const Row* row = nullptr;
  std::size_t begin = 0, end = 0;  ///< bytes of the text
};

/// One for each thread: it owns the memory that a scan works in.
class Matcher {
 public:
  /// Fails only where memory does, or on a processor that the library does not support.
  static base::Result<Matcher> make();

  /// All matches in the text, in the order of their ends; for each row and beginning the longest.
  std::vector<Hit> find(std::string_view text) const;

  /// Calls `seen(row, end)` at the ends of matches in lines as a log has them, in the order of the text; a row may be seen more than once
  /// in a line. Patterns do not reach over the ends of lines.
  template <class Seen>
  void each(std::string_view lines, Seen&& seen) const {
    scan_lines(
        lines, [](void* context, std::size_t row, std::size_t end) { (*static_cast<Seen*>(context))(row, end); }, &seen);
  }

  /// Text beyond it is left out.
  static constexpr std::size_t longest = std::size_t{1} << 26;

 private:
  struct ScratchDeleter {
    void operator()(hs_scratch* scratch) const;
  };

  void scan_lines(std::string_view text, void (*seen)(void*, std::size_t, std::size_t), void* context) const;

  const hs_database* places_ = nullptr;
  const hs_database* lines_ = nullptr;
  std::unique_ptr<hs_scratch, ScratchDeleter> places_scratch_, lines_scratch_;  ///< two: lines are read while a block is scanned
};

}  // namespace whytls::sources::message
