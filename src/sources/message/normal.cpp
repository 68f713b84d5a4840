// SPDX-License-Identifier: Apache-2.0
#include "sources/message/normal.h"

#include <array>
#include <utility>

namespace whytls::sources::message {
namespace {

using Mark = std::pair<std::string_view, std::string_view>;

/// Typographic marks and the entities of HTML.
constexpr std::array<Mark, 19> marks{{{"‘", "'"},
                                      {"’", "'"},
                                      {"‚", "'"},
                                      {"“", "\""},
                                      {"”", "\""},
                                      {"„", "\""},
                                      {"–", "-"},
                                      {"—", "-"},
                                      {"\u00a0", " "},
                                      {"\u200b", ""},
                                      {"\ufeff", ""},
                                      {"…", "..."},
                                      {"&quot;", "\""},
                                      {"&#39;", "'"},
                                      {"&#x27;", "'"},
                                      {"&lt;", "<"},
                                      {"&gt;", ">"},
                                      {"&amp;", "&"},
                                      {"&nbsp;", " "}}};

bool blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// Bytes of an escape sequence of a terminal (CSI, OSC or two bytes) at the front of the text; at most a line.
std::size_t sequence(std::string_view text) {
  constexpr std::size_t most = 256;
  if (text.size() < 2) return text.size();
  if (text[1] != '[' && text[1] != ']') return 2;
  for (std::size_t i = 2; i < text.size() && i < most; ++i) {
    const bool end = text[1] == '[' ? text[i] >= '@' && text[i] <= '~' : text[i] == '\a';
    if (end) return i + 1;
    if (text[i] == '\n') return i;
  }
  return 2;
}

/// "\n" and its like, as JSON and logs write them; not the beginning of a name after a backslash.
std::string_view escaped(std::string_view text) {
  if (text.size() < 2) return {};
  if (text[1] == '"') return "\"";
  if (text[1] == '/') return "/";
  const bool white = text[1] == 'n' || text[1] == 'r' || text[1] == 't';
  return white && (text.size() == 2 || !letter(text[2])) ? " " : "";
}

const Mark* mark_at(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80 && first != '&') return nullptr;
  for (const Mark& each : marks)
    if (text.starts_with(each.first)) return &each;
  return nullptr;
}

class Builder {
 public:
  void add(char c) {
    if (!blank(c)) {
      out_ += c;
    } else if (!out_.empty() && out_.back() != ' ') {
      out_ += ' ';
    }
  }
  void add(std::string_view text) {
    for (const char c : text) add(c);
  }
  std::string take() {
    if (!out_.empty() && out_.back() == ' ') out_.pop_back();
    return std::move(out_);
  }
  void reserve(std::size_t size) { out_.reserve(size); }

 private:
  std::string out_;
};

/// The marks with which mails quote, at the beginning of a line.
std::size_t quoting(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && (text[at] == '>' || text[at] == ' ')) ++at;
  return text.substr(0, at).find('>') == std::string_view::npos ? 0 : at;
}

}  // namespace

std::string normalised(std::string_view text) {
  Builder out;
  out.reserve(text.size());
  bool line_begins = true;
  while (!text.empty()) {
    std::size_t used = line_begins ? quoting(text) : 0;
    line_begins = false;
    if (used == 0) {
      const char c = text.front();
      used = 1;
      line_begins = c == '\n';
      if (c == '\x1b') {
        used = sequence(text);
      } else if (const Mark* mark = mark_at(text)) {
        out.add(mark->second);
        used = mark->first.size();
      } else if (const std::string_view meant = c == '\\' ? escaped(text) : ""; !meant.empty()) {
        out.add(meant);
        used = 2;
      } else if (!control(c) || blank(c)) {
        out.add(c);
      }
    }
    text.remove_prefix(used);
  }
  return out.take();
}

}  // namespace whytls::sources::message
