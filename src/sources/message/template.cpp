// SPDX-License-Identifier: Apache-2.0
#include "sources/message/template.h"

#include <optional>
#include <string>

#include "base/text.h"

namespace whytls::sources::message {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

/// The first number of exactly three digits.
std::string_view status_in(std::string_view text) {
  for (std::size_t i = 0; i + 3 <= text.size(); ++i) {
    const bool three = digit(text[i]) && digit(text[i + 1]) && digit(text[i + 2]);
    if (three && (i == 0 || !digit(text[i - 1])) && (i + 3 == text.size() || !digit(text[i + 3]))) return text.substr(i, 3);
  }
  return {};
}

/// What a word in braces stands for; empty where the text has nothing of it.
std::string meaning_of(std::string_view word, const Words& words) {
  constexpr std::size_t near = 120, longest = 200;
  if (word == "path") return base::printable(words.path, longest);
  if (word == "word") return base::printable(words.text.substr(words.begin, words.end - words.begin), longest);
  if (word == "status") return std::string(status_in(words.text.substr(words.begin, words.end - words.begin + near)));
  return {};
}

std::optional<evidence::Fact> fact_of(std::string_view piece, const Words& words) {
  const std::size_t equals = piece.find('=');
  std::string line(piece.substr(0, equals));
  std::string value = equals == std::string_view::npos ? "yes" : std::string(piece.substr(equals + 1));
  if (value.starts_with('{') && value.ends_with('}')) value = meaning_of(std::string_view(value).substr(1, value.size() - 2), words);
  if (value.empty()) return std::nullopt;
  auto fact = evidence::parse_fact(line + " = " + value);
  if (!fact) return std::nullopt;
  return std::move(*fact);
}

}  // namespace

std::vector<evidence::Fact> facts_of(const Row& row, const Words& words) {
  std::vector<evidence::Fact> out;
  for (const std::string& piece : base::split(row.facts, ";"))
    if (auto fact = fact_of(base::trim(piece), words)) {
      fact->text = row.meaning;
      fact->provenance = {"message", std::string(row.library)};
      out.push_back(std::move(*fact));
    }
  return out;
}

}  // namespace whytls::sources::message
