// SPDX-License-Identifier: Apache-2.0
#include "report/markup.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/embedded.h"
#include "base/text.h"

namespace whytls::report {

extern const std::span<const base::Embedded> web;

namespace {

constexpr std::string_view ffff_bytes = "\xef\xbf";

std::string_view asset(std::string_view name) {
  const auto found = std::find_if(web.begin(), web.end(), [&](const base::Embedded& each) { return each.name == name; });
  return found == web.end() ? std::string_view() : found->text;
}

std::string_view entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

std::string class_attribute(std::string_view style) { return style.empty() ? "" : fmt::format(" class=\"{}\"", style); }

/// A table would become as wide as that word.
bool has_long_word(std::string_view text) {
  constexpr std::size_t longest = 44;
  std::size_t length = 0;
  for (const char c : text)
    if (length = c == ' ' ? 0 : length + 1; length > longest) return true;
  return false;
}

/// A column that says nothing in any row is left out.
std::vector<std::size_t> used_columns(std::size_t columns, const std::vector<Html::Row>& rows) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < columns; ++i)
    if (std::any_of(rows.begin(), rows.end(), [&](const Html::Row& row) { return i < row.cells.size() && !row.cells[i].empty(); }))
      out.push_back(i);
  return out;
}

}  // namespace

std::string escaped(std::string_view text, std::size_t limit) {
  const std::string clean = base::printable(text, limit);
  std::string out;
  out.reserve(clean.size());
  for (std::size_t at = 0; at < clean.size(); ++at) {
    const char c = clean[at];
    if (const std::string_view name = entity(c); !name.empty()) {
      out += name;
    } else if (std::string_view(clean).substr(at, 2) == ffff_bytes && at + 2 < clean.size() &&
               (clean[at + 2] == '\xbe' || clean[at + 2] == '\xbf')) {
      out += clean[at + 2] == '\xbe' ? "\\u{fffe}" : "\\u{ffff}";  // XML 1.0 2.2 has no such characters
      at += 2;
    } else {
      out += c;
    }
  }
  return out;
}

std::string escaped_lines(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (at > 0) out += '\n';
    out += escaped(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

std::string html_page(std::string_view title, std::string_view body) {
  const std::string safe_title = escaped(title);
  const std::array<std::pair<std::string_view, std::string_view>, 3> parts{
      {{"{{title}}", safe_title}, {"{{style}}", asset("style")}, {"{{body}}", body}}};
  std::string_view rest = asset("page");
  std::string out;
  for (const auto& [mark, text] : parts) {
    const std::size_t at = std::min(rest.find(mark), rest.size());
    out += rest.substr(0, at);
    out += text;
    rest.remove_prefix(std::min(at + mark.size(), rest.size()));
  }
  return out += rest;
}

Html& Html::raw(std::string_view markup) {
  out_ += markup;
  return *this;
}

void Html::element(std::string_view tag, std::string_view text, std::string_view style) {
  out_ += fmt::format("<{}{}>{}</{}>\n", tag, class_attribute(style), escaped(text), tag);
}

void Html::heading(int below, std::string_view text) { element(fmt::format("h{}", std::min(level_ + below, 6)), text); }

void Html::badge(std::string_view style, std::string_view text) { element("span", text, fmt::format("badge {}", style)); }

void Html::list(std::string_view title, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  heading(1, title);
  out_ += "<ul>\n";
  for (const std::string& text : texts) {
    const bool command = text.starts_with("whytls ");
    raw("<li>").element(command ? "code" : "span", text);
    raw("</li>");
  }
  out_ += "</ul>\n";
}

void Html::pairs(std::string_view title, const std::vector<std::pair<std::string, std::string>>& texts) {
  if (texts.empty()) return;
  heading(1, title);
  out_ += "<dl class=\"about\">\n";
  for (const auto& [name, text] : texts)
    if (!text.empty()) out_ += fmt::format("<dt>{}</dt><dd>{}</dd>\n", escaped(name), escaped(text));
  out_ += "</dl>\n";
}

void Html::table(std::string_view title, const std::vector<Column>& columns, const std::vector<Row>& rows) {
  if (rows.empty()) return;
  const std::vector<std::size_t> used = used_columns(columns.size(), rows);
  heading(1, title);
  out_ += fmt::format("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{}\">\n<table>\n<thead><tr>", escaped(title));
  for (const std::size_t i : used)
    out_ += fmt::format("<th scope=\"col\"{}>{}</th>", class_attribute(columns[i].style), escaped(columns[i].title));
  out_ += "</tr></thead>\n<tbody>\n";
  for (const Row& row : rows) {
    out_ += row.marked ? "<tr class=\"marked\">" : "<tr>";
    for (const std::size_t i : used) {
      const std::string text = i < row.cells.size() ? escaped(row.cells[i]) : "";
      const bool linked = i == 0 && !row.link.empty();
      out_ += fmt::format("<td{}>{}</td>", class_attribute(has_long_word(text) ? "long" : columns[i].style),
                          linked ? fmt::format("<a href=\"{}\">{}</a>", row.link, text) : text);
    }
    out_ += "</tr>\n";
  }
  out_ += "</tbody>\n</table>\n</div>\n";
}

}  // namespace whytls::report
