// SPDX-License-Identifier: Apache-2.0
// The facts of a table's row, with what its words in braces stand for taken from the text.
#pragma once

#include <string_view>
#include <vector>

#include "evidence/evidence.h"
#include "sources/message/table.h"

namespace whytls::sources::message {

/// Where a row matched.
struct Words {
  std::string_view text;
  std::size_t begin = 0, end = 0;
  std::string_view path;  ///< a file that the text names
};

/// {path}: a file; {word}: what matched; {status}: a number of three digits after the beginning of the match. A fact whose word the
/// text does not have is left out.
std::vector<evidence::Fact> facts_of(const Row& row, const Words& words);

}  // namespace whytls::sources::message
