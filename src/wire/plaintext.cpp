// SPDX-License-Identifier: Apache-2.0
#include "wire/plaintext.h"

#include <algorithm>

#include "base/text.h"
#include "wire/plaintext_answer.h"

namespace whytls::wire {
namespace {

constexpr std::size_t most_examined = 4096;
constexpr std::size_t longest_excerpt = 120;
constexpr std::size_t longest_overshoot = 13;  // printable() ends behind the escape that crosses its limit, and with an ellipsis

constexpr Recogniser recognisers[]{recognise_web, recognise_reply, recognise_greeting, recognise_binary};

bool readable(std::uint8_t byte) { return (byte >= 0x20 && byte != 0x7f) || byte == '\r' || byte == '\n' || byte == '\t'; }

/// Words rather than chance: at least four bytes, a letter among them, and nothing that no text has.
bool is_text(base::ByteView bytes) {
  const auto letter = [](std::uint8_t byte) { return (byte | 0x20U) >= 'a' && (byte | 0x20U) <= 'z'; };
  return bytes.size() >= 4 && std::all_of(bytes.begin(), bytes.end(), readable) && std::any_of(bytes.begin(), bytes.end(), letter);
}

std::string excerpt_of(std::string_view text) { return base::printable(base::trim(text), longest_excerpt - longest_overshoot); }

}  // namespace

bool Answer::starts(std::string_view prefix) const { return base::starts_with_nocase(text, prefix); }

bool Answer::has(std::string_view word) const {
  const auto same = [](char a, char b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return lower(a) == lower(b);
  };
  return std::search(text.begin(), text.end(), word.begin(), word.end(), same) != text.end();
}

bool Answer::on(std::initializer_list<std::uint16_t> ports) const { return std::find(ports.begin(), ports.end(), port) != ports.end(); }

bool is(Plaintext& found, std::string_view protocol, std::string_view starttls) {
  found.protocol = protocol;
  found.starttls = starttls;
  return true;
}

Plaintext recognise_plaintext(base::ByteView answer, std::uint16_t port) {
  const base::ByteView examined = answer.first(std::min(answer.size(), most_examined));
  const std::string_view text = base::text(examined);
  const Answer view{examined, text, text.substr(0, text.find_first_of("\r\n")), port};
  Plaintext found;
  if (examined.empty()) return found;
  const bool known = std::any_of(std::begin(recognisers), std::end(recognisers), [&](Recogniser each) { return each(view, found); });
  if (!known && is_text(examined)) is(found, "text");
  if (found.excerpt.empty()) found.excerpt = view.line.empty() ? std::string(text) : std::string(view.line);
  found.excerpt = excerpt_of(found.excerpt);
  return found;
}

}  // namespace whytls::wire
