// SPDX-License-Identifier: Apache-2.0
// STARTTLS of ManageSieve: RFC 5804 1.7, 2.2.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "wire/upgrade/common.h"

namespace whytls::wire {
namespace {

constexpr std::array<std::uint16_t, 1> ports{4190};

/// "OK", "NO" or "BYE" at the start of a response, in any case; else empty.
std::string_view condition(std::string_view line) {
  for (const std::string_view word : {"OK", "NO", "BYE"})
    if (base::equals_nocase(line.substr(0, line.find_first_of(" (")), word)) return word;
  return {};
}

class Sieve : public dialogue::LineDialogue {
 public:
  explicit Sieve(const UpgradeOptions& /*options*/) : LineDialogue("ManageSieve") {}

 private:
  void line(std::string_view text) override {
    if (literal_ > 0) return inside_literal(text);
    literal_ = literal_size(text);
    if (const std::string_view word = condition(text); !word.empty()) return responded(word, text);
    // RFC 5804 1.7: each capability begins with a string; servers send quoted ones.
    if (asked_ || !text.starts_with('"')) return not_spoken(base::view(text));
    if (base::starts_with_nocase(text, "\"STARTTLS\"")) offered_ = true;
  }

  void responded(std::string_view word, std::string_view text) {
    hear(text);
    if (word == "BYE" || (word == "NO" && !asked_)) return refused(fmt::format("the server turns the client away: \"{}\"", peer()));
    if (asked_) return word == "OK" ? upgraded() : refused(fmt::format("the server offers STARTTLS and answers it with \"{}\"", peer()));
    if (!offered_) return not_offered("the server's capabilities do not include STARTTLS");
    say("STARTTLS\r\n");
    asked_ = true;
  }

  /// RFC 5804 4: a line that ends in {n} or {n+} is followed by n bytes of text, whatever they are.
  static std::size_t literal_size(std::string_view text) {
    const std::size_t open = text.rfind('{');
    if (open == std::string_view::npos || !text.ends_with('}')) return 0;
    std::string_view digits = text.substr(open + 1, text.size() - open - 2);
    if (digits.ends_with('+')) digits.remove_suffix(1);
    return base::number(digits, dialogue::max_dialogue).value_or(0);
  }

  void inside_literal(std::string_view text) { literal_ -= std::min(literal_, text.size() + 2); }

  bool offered_ = false;
  bool asked_ = false;
  std::size_t literal_ = 0;
};

}  // namespace

extern const UpgradeProtocol sieve;
const UpgradeProtocol sieve{
    .name = "sieve",
    .title = "ManageSieve",
    .ports = ports,
    .implicit_scheme = "",
    .server_speaks_first = true,
    .proxy = false,
    .begin = dialogue::begin<Sieve>,
};

}  // namespace whytls::wire
