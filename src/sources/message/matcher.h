// SPDX-License-Identifier: Apache-2.0
// Finds all messages in a text in one pass, in time linear in its length.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "sources/message/patterns.h"
#include "sources/message/table.h"

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

  /// All matches in the text, in the order of their ends; for each row and beginning the longest. Text beyond `longest` bytes is left out.
  std::vector<Hit> find(std::string_view text) const;
  /// Whether any library's message is in the text.
  bool any(std::string_view text) const;
  /// Calls `seen(end)` at each match of a library's message in the text; false ends the scan.
  template <class Seen>
  void each(std::string_view text, Seen&& seen) const {
    scan_fast(
        text, [](void* context, std::size_t end) { return (*static_cast<Seen*>(context))(end); }, &seen);
  }

  static constexpr std::size_t longest = std::size_t{1} << 24;

 private:
  struct ScratchDeleter {
    void operator()(hs_scratch_t* scratch) const { hs_free_scratch(scratch); }
  };

  void scan_fast(std::string_view text, bool (*seen)(void*, std::size_t), void* context) const;

  const hs_database_t* places_ = nullptr;
  const hs_database_t* fast_ = nullptr;
  std::unique_ptr<hs_scratch_t, ScratchDeleter> scratch_;
};

}  // namespace whytls::sources::message
