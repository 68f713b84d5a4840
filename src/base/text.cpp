// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>
#include <utility>

namespace whytls::base {
namespace {

char lower_char(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Decodes one UTF-8 sequence at `at`; its length in bytes, or 0 where it is invalid (overlong, surrogate, out of range, cut).
std::size_t decode(std::string_view raw, std::size_t at, char32_t& point) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(raw[i]); };
  const unsigned first = byte(at);
  if (first < 0x80) return point = first, 1;
  const std::size_t length = first >= 0xf0 && first <= 0xf4 ? 4 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xc2 && first < 0xe0 ? 2 : 0;
  if (length == 0 || at + length > raw.size()) return 0;
  point = first & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xc0U) != 0x80U) return 0;
    point = point << 6U | (byte(at + i) & 0x3fU);
  }
  const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  return overlong || point > 0x10ffff || (point >= 0xd800 && point < 0xe000) ? 0 : length;
}

/// Control characters, and the marks that reorder or hide text (Unicode TR 9 and zero-width characters).
bool harmful(char32_t point) {
  return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0xad || point == 0x61c || (point >= 0x200b && point <= 0x200f) ||
         (point >= 0x2028 && point <= 0x202e) || (point >= 0x2060 && point <= 0x206f) || point == 0xfeff ||
         (point >= 0xfff0 && point <= 0xfffb) || (point >= 0xe0000 && point <= 0xe0fff);
}

}  // namespace

std::string printable(std::string_view raw, std::size_t limit) {
  const auto plain = [](char c) { return c >= ' ' && c <= '~'; };
  if (raw.size() <= limit && std::all_of(raw.begin(), raw.end(), plain)) return std::string(raw);  // nearly all there is
  std::string out;
  for (std::size_t at = 0; at < raw.size();) {
    if (out.size() >= limit) return out + "…";
    char32_t point = 0;
    const std::size_t length = decode(raw, at, point);
    if (length == 0) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(raw[at++]));
    } else if (harmful(point)) {
      out +=
          point < 0x80 ? fmt::format("\\x{:02x}", static_cast<unsigned>(point)) : fmt::format("\\u{{{:x}}}", static_cast<unsigned>(point));
      at += length;
    } else {
      out += raw.substr(at, length);
      at += length;
    }
  }
  return out;
}

std::string printable(ByteView raw, std::size_t limit) { return printable(text(raw), limit); }

std::string hex(ByteView bytes, std::string_view separator) { return fmt::format("{:02x}", fmt::join(bytes, separator)); }

std::optional<Bytes> unhex(std::string_view text) {
  Bytes out;
  int high = -1;
  for (const char c : text) {
    if (high < 0 && (c == ' ' || c == ':' || c == '\n')) continue;
    const char l = lower_char(c);
    const int digit = l >= '0' && l <= '9' ? l - '0' : l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
    if (digit < 0) return std::nullopt;
    if (high < 0) {
      high = digit;
    } else {
      out.push_back(static_cast<std::uint8_t>(high * 16 + digit));
      high = -1;
    }
  }
  if (high >= 0) return std::nullopt;
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower_char);
  return out;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n\f\v";
  const std::size_t first = text.find_first_not_of(blank);
  return first == std::string_view::npos ? std::string_view{} : text.substr(first, text.find_last_not_of(blank) - first + 1);
}

bool equals_nocase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower_char(x) == lower_char(y); });
}

bool starts_with_nocase(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && equals_nocase(text.substr(0, prefix.size()), prefix);
}

std::vector<std::string> split(std::string_view text, std::string_view separators) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    if (end > 0) out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string join(const std::vector<std::string>& pieces, std::string_view separator) {
  return fmt::format("{}", fmt::join(pieces, separator));
}

std::optional<std::uint64_t> number(std::string_view text, std::uint64_t max) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value > max) return std::nullopt;
  return value;
}

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates) {
  std::optional<std::string> best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    std::vector<std::size_t> row(candidate.size() + 1);
    std::iota(row.begin(), row.end(), 0U);
    for (std::size_t i = 1; i <= word.size(); ++i) {
      std::size_t diagonal = std::exchange(row[0], i);
      for (std::size_t j = 1; j <= candidate.size(); ++j) {
        const bool same = lower_char(word[i - 1]) == lower_char(candidate[j - 1]);
        const std::size_t cost = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (same ? 0U : 1U)});
        diagonal = std::exchange(row[j], cost);
      }
    }
    if (row.back() < best_distance) {
      best_distance = row.back();
      best = candidate;
    }
  }
  return best;
}

}  // namespace whytls::base
