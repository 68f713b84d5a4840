// SPDX-License-Identifier: Apache-2.0
// A format is one file in formats/, found through a generated index: a function from the report to text.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/report.h"

namespace whytls::report {

/// How a text for people is to look. Formats for machines take notice of `fail_on` alone.
struct Style {
  bool colour = false;
  bool utf8 = true;  ///< the reader's locale can show more than ASCII
  std::size_t width = 80;
  bool quiet = false;               ///< the verdict's own lines only
  std::optional<Severity> fail_on;  ///< from which severity a finding counts as a failure, where that is told apart; absent: none does
};

namespace formats {

struct Format {
  std::string_view name;
  std::string_view summary;  ///< for the help
  std::string (*render)(const Report& report, const Style& style);
};

extern const std::span<const Format* const> all;  ///< sorted by name; generated

}  // namespace formats
using formats::Format;

const Format* format(std::string_view name);
std::vector<std::string> format_names();

}  // namespace whytls::report
