// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/write/pseudonyms.h"

#include <algorithm>
#include <array>
#include <random>

#include "base/text.h"

namespace whytls::sources::capture {
namespace {

constexpr std::size_t shortest = 4, longest = 253;

bool letter(std::uint8_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool digit(std::uint8_t c) { return c >= '0' && c <= '9'; }
bool of_name(std::uint8_t c) { return letter(c) || digit(c) || c == '-' || c == '_' || c == '.' || c == '*'; }

bool top_level(std::string_view last) {
  constexpr std::array<std::string_view, 22> known{"com", "net",  "org",  "edu",  "gov",     "mil",    "int",      "info",
                                                   "biz", "dev",  "app",  "xyz",  "arpa",    "local",  "internal", "localhost",
                                                   "lan", "home", "corp", "test", "example", "invalid"};
  return last.size() == 2 || std::find(known.begin(), known.end(), last) != known.end();
}

/// "192.0.2.7"
bool dotted_quad(std::string_view text) {
  const auto parts = base::split(text, ".");
  return parts.size() == 4 && std::count(text.begin(), text.end(), '.') == 3 &&
         std::all_of(parts.begin(), parts.end(), [](const std::string& part) { return base::number(part, 255).has_value(); });
}

}  // namespace

Pseudonyms::Pseudonyms(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    std::string rest = base::lower(name);
    while (rest.starts_with("*.")) rest.erase(0, 2);
    while (rest.size() >= shortest && rest.size() <= longest &&
           std::all_of(rest.begin(), rest.end(), [](char c) { return of_name(static_cast<std::uint8_t>(c)); })) {
      names_.insert(rest);
      lengths_.insert(rest.size());
      const std::size_t dot = rest.find('.');
      if (dot == std::string::npos || rest.find('.', dot + 1) == std::string::npos) break;
      rest.erase(0, dot + 1);
    }
  }
}

std::string Pseudonyms::label(const std::string& of) {
  if (of.empty() || of == "*") return of;
  const auto [at, fresh] = labels_.try_emplace(of);
  if (!fresh) return at->second;
  std::random_device random;
  for (int tries = 0; tries < 100; ++tries) {
    std::string drawn;
    for (std::size_t i = 0; i < of.size(); ++i) drawn += static_cast<char>('a' + random() % 26);
    at->second = drawn;
    if (drawn != of && taken_.insert(drawn).second) break;
  }
  return at->second;
}

std::string Pseudonyms::of(std::string_view name) {
  std::string out, part;
  const std::string lower = base::lower(name);
  const std::size_t last = lower.find_last_of(".@");
  for (std::size_t i = 0; i <= lower.size(); ++i) {
    if (i < lower.size() && lower[i] != '.' && lower[i] != '@') {
      part += lower[i];
      continue;
    }
    const bool top = i == lower.size() && last != std::string::npos && top_level(part);
    out += top ? part : label(part);
    if (i < lower.size()) out += lower[i];
    part.clear();
  }
  return out;
}

void Pseudonyms::replace(base::Bytes& bytes) {
  std::size_t text = 0;
  while (text < bytes.size() &&
         ((bytes[text] >= ' ' && bytes[text] <= '~') || bytes[text] == '\r' || bytes[text] == '\n' || bytes[text] == '\t'))
    ++text;
  if (text >= 8) replace_text(bytes, text);
  if (text < 8) text = 0;
  for (std::size_t begin = text; begin < bytes.size();) {
    std::size_t end = begin;
    while (end < bytes.size() && of_name(bytes[end])) ++end;
    if (end - begin >= shortest) replace_known(bytes, begin, end);
    begin = end + 1;
  }
}

/// In binary data the bytes around a name (lengths, tags) may look like more of it: every place is tried, the longest names first.
void Pseudonyms::replace_known(base::Bytes& bytes, std::size_t begin, std::size_t end) {
  const std::string run = base::lower(base::text(base::ByteView(bytes).subspan(begin, end - begin)));
  for (std::size_t at = 0; at + shortest <= run.size();) {
    std::size_t found = 0;
    for (const std::size_t length : lengths_)
      if (at + length <= run.size() && names_.contains(std::string_view(run).substr(at, length))) {
        found = length;
        break;
      }
    if (found > 0) {
      const std::string other = of(std::string_view(run).substr(at, found));
      std::copy(other.begin(), other.end(), bytes.begin() + static_cast<std::ptrdiff_t>(begin + at));
    }
    at += std::max<std::size_t>(found, 1);
  }
}

void Pseudonyms::replace_text(base::Bytes& bytes, std::size_t end) {
  for (std::size_t begin = 0; begin < end;) {
    std::size_t behind = begin;
    while (behind < end && (of_name(bytes[behind]) || bytes[behind] == '@') && bytes[behind] != '*') ++behind;
    const std::size_t next = behind + 1;
    while (behind > begin && bytes[behind - 1] == '.') --behind;  // the end of a sentence
    const std::string token(base::text(base::ByteView(bytes).subspan(begin, behind - begin)));
    const std::size_t dot = token.find_last_of(".@");
    const bool name = dot != std::string::npos && token.size() - dot > 2 &&
                      std::all_of(token.begin() + static_cast<std::ptrdiff_t>(dot) + 1, token.end(),
                                  [](char c) { return letter(static_cast<std::uint8_t>(c)); });
    if (dotted_quad(token)) {
      std::replace_if(bytes.begin() + static_cast<std::ptrdiff_t>(begin), bytes.begin() + static_cast<std::ptrdiff_t>(behind), digit,
                      std::uint8_t{'0'});
    } else if (name) {
      const std::string other = of(token);
      std::copy(other.begin(), other.end(), bytes.begin() + static_cast<std::ptrdiff_t>(begin));
    }
    begin = next;
  }
}

}  // namespace whytls::sources::capture
