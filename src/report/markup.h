// SPDX-License-Identifier: Apache-2.0
// Building blocks of the formats that are markup. Every text passes `escaped`, so that none of a peer's bytes is ever read as markup.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace whytls::report {

/// Printable (base::printable) and fit for the contents and attributes of HTML and XML.
std::string escaped(std::string_view text, std::size_t limit = 4096);
/// The same line by line: for what is pasted.
std::string escaped_lines(std::string_view text);

/// The page around a body of HTML; `title` is text.
std::string html_page(std::string_view title, std::string_view body);

/// A body of HTML in the making. Arguments named `text` are escaped, those named `markup` are not.
class Html {
 public:
  struct Column {
    std::string_view title;
    std::string_view style;  ///< number, time, words, code; may be empty
  };
  struct Row {
    std::vector<std::string> cells;  ///< text
    bool marked = false;
    std::string_view link;  ///< markup: where the first cell leads, "#group-1"; may be empty
  };

  /// The level of its first heading: 1 for a page of its own, more within another.
  explicit Html(int level = 1) : level_(level) {}

  Html& raw(std::string_view markup);
  void element(std::string_view tag, std::string_view text, std::string_view style = {});
  /// `below`: how many levels below the first.
  void heading(int below, std::string_view text);
  /// Nothing where there are none.
  void list(std::string_view title, const std::vector<std::string>& texts);
  /// Columns that are empty in every row are left out.
  void table(std::string_view title, const std::vector<Column>& columns, const std::vector<Row>& rows);
  void pairs(std::string_view title, const std::vector<std::pair<std::string, std::string>>& texts);
  void badge(std::string_view style, std::string_view text);
  std::string take() { return std::move(out_); }

 private:
  int level_;
  std::string out_;
};

}  // namespace whytls::report
