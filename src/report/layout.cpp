// SPDX-License-Identifier: Apache-2.0
#include "report/layout.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace whytls::report {
namespace {

constexpr std::size_t longest_text = 4096;

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; }

/// What a terminal without UTF-8 can show; the marks that we use ourselves keep their meaning.
std::string ascii(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> known{
      {{"…", "..."}, {"✓", "ok"}, {"✗", "X"}, {"←", "<-"}, {"→", "->"}, {"─", "-"}, {"–", "-"}}};
  std::string out;
  while (!text.empty()) {
    if (static_cast<unsigned char>(text.front()) < 0x80) {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    const auto* found = std::find_if(known.begin(), known.end(), [&](const auto& row) { return text.starts_with(row.first); });
    out += found == known.end() ? "?" : found->second;
    text.remove_prefix(1);
    while (!text.empty() && continues(text.front())) text.remove_prefix(1);
  }
  return out;
}

}  // namespace

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !continues(c); }));
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines(1);
  for (const std::string& word : base::split(text, " ")) {
    std::string& last = lines.back();
    if (!last.empty() && columns(last) + 1 + columns(word) > width) {
      lines.push_back(word);
    } else {
      last += (last.empty() ? "" : " ") + word;
    }
  }
  return lines;
}

std::string Sheet::clean(std::string_view text) const {
  const std::string printable = base::printable(text, longest_text);
  return style_.utf8 ? printable : ascii(printable);
}

std::string Sheet::toned(std::string_view text, Tone tone) const {
  constexpr std::array<std::string_view, 6> codes{"", "\x1b[1;32m", "\x1b[1;31m", "\x1b[1;33m", "\x1b[2m", "\x1b[1m"};
  if (!style_.colour || tone == Tone::plain || text.empty()) return std::string(text);
  return std::string(codes[static_cast<std::size_t>(tone)]) + std::string(text) + "\x1b[0m";
}

void Sheet::line(std::string text) {
  const std::size_t end = text.find_last_not_of(' ');
  text.resize(end == std::string::npos ? 0 : end + 1);
  out_ += text + "\n";
}

void Sheet::blank() {
  if (!out_.empty() && !out_.ends_with("\n\n")) out_ += "\n";
}

void Sheet::headline(Tone tone, std::string_view mark, std::string_view sentence, std::string_view id) {
  const std::size_t indent = columns(mark) + 1;
  const auto lines = wrapped(clean(sentence), style_.width - indent);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string text = i == 0 ? toned(mark, tone) + " " : std::string(indent, ' ');
    text += toned(lines[i], Tone::strong);
    const std::size_t used = indent + columns(lines[i]);
    const bool fits = used + 2 + columns(id) <= style_.width;
    if (i + 1 == lines.size() && fits && !id.empty()) text += std::string(style_.width - used - columns(id), ' ') + toned(id, tone);
    line(text);
    if (i + 1 == lines.size() && !fits && !id.empty())
      line(std::string(style_.width - std::min(style_.width, columns(id)), ' ') + toned(id, tone));
  }
}

void Sheet::paragraph(std::size_t indent, std::string_view text, Tone tone) {
  for (const std::string& each : wrapped(clean(text), style_.width - std::min(indent, style_.width / 2)))
    line(std::string(indent, ' ') + toned(each, tone));
}

void Sheet::entry(std::string_view label, std::string_view text, Tone tone) {
  bool first = true;
  for (const std::string& each : wrapped(clean(text), style_.width - margin)) {
    std::string left = "  " + toned(first ? label : "", Tone::strong);
    left += std::string(margin - 2 - (first ? std::min(columns(label), margin - 3) : 0), ' ');
    line(left + toned(each, tone));
    first = false;
  }
}

void Sheet::verbatim(std::size_t indent, std::string_view text, Tone tone) { line(std::string(indent, ' ') + toned(clean(text), tone)); }

}  // namespace whytls::report
