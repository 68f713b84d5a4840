// SPDX-License-Identifier: Apache-2.0
#include "cli/page.h"

#include <vector>

#include "base/text.h"
#include "report/layout.h"

namespace whytls::cli {
namespace {

using report::Sheet;
using report::Tone;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

/// Collects the lines of a paragraph or list item and prints it when it ends.
class Reader {
 public:
  explicit Reader(const report::Style& style) : sheet_(style) {}

  void read(std::string_view line) {
    const std::string_view text = base::trim(line);
    if (text.starts_with("```")) return fence(text);
    if (hidden_) return;
    if (fenced_) return sheet_.verbatim(4, line);
    if (text.empty()) return flush(true);
    if (text.starts_with("# ") || text.starts_with("## ")) return heading(text);
    if (text.starts_with("- ") || text.starts_with("* ")) {
      flush(false);
      item_ = true;
      paragraph_ = text.substr(2);
      return;
    }
    paragraph_ += (paragraph_.empty() ? "" : " ") + std::string(text);
  }

  std::string take() {
    flush(false);
    release();
    std::string out = sheet_.take();
    while (out.ends_with("\n\n")) out.pop_back();
    return out;
  }

 private:
  void heading(std::string_view text) {
    flush(true);
    release();
    sheet_.blank();
    sheet_.verbatim(0, text.substr(text.find(' ') + 1), Tone::strong);
  }

  /// A block whose words after the fence begin with "evidence" is a test.
  void fence(std::string_view text) {
    const bool opens = !fenced_ && !hidden_;
    if (opens) {
      flush(true);
      hidden_ = text.substr(3).starts_with("evidence");
      if (hidden_) held_.clear();
      release();
      fenced_ = !hidden_;
      return;
    }
    if (fenced_) sheet_.blank();
    fenced_ = hidden_ = false;
  }

  /// Prints a paragraph that announces something, once it is clear that this is not a hidden block.
  void release() {
    if (held_.empty()) return;
    sheet_.paragraph(2, held_);
    sheet_.blank();
    held_.clear();
  }

  void flush(bool blank) {
    if (!paragraph_.empty()) {
      release();
      std::string text;
      for (const char c : paragraph_)
        if (c != '`') text += c;
      if (!item_ && text.ends_with(':')) {
        held_ = std::move(text);
        paragraph_.clear();
        return;
      }
      if (item_)
        print_item(text);
      else
        sheet_.paragraph(2, text);
    }
    if (blank && !(item_ && paragraph_.empty())) sheet_.blank();
    paragraph_.clear();
    item_ = false;
  }

  void print_item(const std::string& text) {
    bool first = true;
    for (const std::string& line : report::wrapped(text, sheet_.style().width - 4)) {
      sheet_.verbatim(2, (first ? "- " : "  ") + line);
      first = false;
    }
  }

  Sheet sheet_;
  std::string paragraph_;
  std::string held_;
  bool item_ = false;
  bool fenced_ = false;
  bool hidden_ = false;
};

}  // namespace

std::string readable(std::string_view page, const report::Style& style) {
  Reader reader(style);
  for (const std::string_view line : lines_of(page)) reader.read(line);
  return reader.take();
}

std::string opening(std::string_view page) {
  std::string out;
  for (const std::string_view line : lines_of(page)) {
    const std::string_view text = base::trim(line);
    if (text.starts_with("#")) continue;
    if (text.empty() && !out.empty()) break;
    if (!text.empty()) out += (out.empty() ? "" : " ") + std::string(text);
  }
  return out;
}

}  // namespace whytls::cli
