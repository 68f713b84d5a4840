// SPDX-License-Identifier: Apache-2.0
// Lines for a terminal: wrapping, hanging labels, colour. Knows nothing of what the lines say. Every text that enters is made
// printable here, so that nothing raw reaches a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/format.h"

namespace whytls::report {

enum class Tone : std::uint8_t { plain, good, bad, unsure, dim, strong };

/// Columns that a text takes (code points; none is wider than a column here).
std::size_t columns(std::string_view text);
/// Breaks at spaces into lines of at most `width` columns; a longer word stands on a line of its own.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

class Sheet {
 public:
  explicit Sheet(const Style& style) : style_(style) {}

  std::string_view tick() const { return style_.utf8 ? "✓" : "ok"; }
  std::string_view cross() const { return style_.utf8 ? "✗" : "X"; }
  std::string_view arrow() const { return style_.utf8 ? "←" : "<-"; }
  std::string_view rule() const { return style_.utf8 ? "─" : "-"; }
  const Style& style() const { return style_; }

  /// The sentence after a mark, and the id at the right margin: on the last line where it fits, else on a line of its own.
  void headline(Tone tone, std::string_view mark, std::string_view sentence, std::string_view id);
  void paragraph(std::size_t indent, std::string_view text, Tone tone = Tone::plain);
  /// A label in the left margin and wrapped text beside it; an empty label continues the one above.
  void entry(std::string_view label, std::string_view text, Tone tone = Tone::plain);
  /// A line as it is, never wrapped: for what has to be pasted.
  void verbatim(std::size_t indent, std::string_view text, Tone tone = Tone::plain);
  void blank();
  std::string take() { return std::move(out_); }

  static constexpr std::size_t margin = 13;  ///< where the text beside labels begins

 private:
  std::string clean(std::string_view text) const;
  std::string toned(std::string_view text, Tone tone) const;
  void line(std::string text);

  Style style_;
  std::string out_;
};

}  // namespace whytls::report
