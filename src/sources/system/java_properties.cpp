// SPDX-License-Identifier: Apache-2.0
#include "sources/system/java_properties.h"

#include <cstdint>
#include <optional>

#include "base/text.h"
#include "sources/system/environment.h"

namespace whytls::system {
namespace {

bool blank(char c) { return c == ' ' || c == '\t' || c == '\f'; }
std::string_view skip_blank(std::string_view text) {
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  return text;
}

/// An odd number of backslashes at the end goes on with the next line.
bool continues(std::string_view line) {
  std::size_t count = 0;
  while (count < line.size() && line[line.size() - 1 - count] == '\\') ++count;
  return count % 2 == 1;
}

void append_utf8(std::string& out, std::uint32_t point) {
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xc0U | point >> 6U);
    out += static_cast<char>(0x80U | (point & 0x3fU));
  } else {
    out += static_cast<char>(0xe0U | point >> 12U);
    out += static_cast<char>(0x80U | (point >> 6U & 0x3fU));
    out += static_cast<char>(0x80U | (point & 0x3fU));
  }
}

/// The character behind a backslash at `at`; leaves `at` on its last character.
void escape(std::string_view raw, std::size_t& at, std::string& out) {
  const char c = raw[at];
  if (c == 'u') {
    const auto code = base::unhex(raw.substr(at + 1, 4));
    if (code && code->size() == 2 && raw.size() >= at + 5) {
      append_utf8(out, static_cast<std::uint32_t>((*code)[0] << 8U | (*code)[1]));
      at += 4;
      return;
    }
  }
  out += c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : c == 'f' ? '\f' : c;
}

/// Whether the character at `i` ends a name: a separator without a backslash before it.
std::size_t name_end(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (line[i] == '=' || line[i] == ':' || blank(line[i])) {
      return i;
    }
  }
  return line.size();
}

std::string unescape(std::string_view raw) {
  std::string out;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '\\' && i + 1 < raw.size()) {
      escape(raw, ++i, out);
    } else if (raw[i] != '\\') {
      out += raw[i];
    }
  }
  return out;
}

}  // namespace

std::size_t JavaProperty::line_at(std::size_t offset) const {
  std::size_t found = line;
  for (const auto& [begin, number] : pieces) {
    if (begin <= offset) found = number;
  }
  return found;
}

const JavaProperty* JavaProperties::find(std::string_view name) const {
  for (auto at = values.rbegin(); at != values.rend(); ++at) {
    if (at->name == name) return &*at;
  }
  return nullptr;
}

JavaProperties parse_java_properties(std::string_view text, const std::string& file) {
  JavaProperties out;
  const std::vector<std::string_view> lines = lines_of(text);
  for (std::size_t i = 0; i < lines.size() && out.values.size() < 20000; ++i) {
    std::string_view line = skip_blank(lines[i]);
    if (line.empty() || line.front() == '#' || line.front() == '!') continue;
    JavaProperty property;
    property.file = file;
    property.line = i + 1;
    const std::size_t end = name_end(line);
    property.name = unescape(line.substr(0, end));
    std::string_view rest = skip_blank(line.substr(end));
    if (!rest.empty() && (rest.front() == '=' || rest.front() == ':')) rest = skip_blank(rest.substr(1));
    for (;;) {
      const bool more = continues(rest) && i + 1 < lines.size();
      property.pieces.emplace_back(property.value.size(), i + 1);
      property.value += unescape(continues(rest) ? rest.substr(0, rest.size() - 1) : rest);
      if (!more) break;
      rest = skip_blank(lines[++i]);
    }
    out.values.push_back(std::move(property));
  }
  return out;
}

}  // namespace whytls::system
