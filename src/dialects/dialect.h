// SPDX-License-Identifier: Apache-2.0
// How a piece of software spells the remedies: one file a software, found through a generated index. A dialect knows directives and
// commands; it refuses to know which cause prescribed the remedy.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/evidence.h"
#include "remedy/remedy.h"

namespace whytls::dialects {

using evidence::Evidence;
using evidence::Kind;
using remedy::Remedy;

/// When a spelling is the right one.
enum class When : std::uint8_t {
  always,
  tls12_suite,  ///< the suite in question is of TLS 1.2 or before
  tls13_suite,  ///< the suite in question is of TLS 1.3
};

/// Lines to paste. Words in braces stand for what the evidence says (see placeholders.h); "{{" is a brace.
struct Spelling {
  Remedy remedy{};
  std::string_view text;
  When when = When::always;
};

struct Dialect {
  std::string_view name;                    ///< short and lower case, as in the report's "for"
  std::string_view title;                   ///< as its makers write it
  std::vector<std::string_view> words;      ///< by which a server of this software calls itself, lower case
  std::vector<std::string_view> protocols;  ///< that it is the usual server for: https, smtp, imap, postgres …
  bool client = false;                      ///< it spells remedies of the client's side
  std::vector<Spelling> spellings;
};

/// Every dialect, sorted by file name; generated.
extern const std::span<const Dialect* const> all_dialects;
const Dialect* dialect(std::string_view name);

/// The remedy in the dialect's words, with the evidence's values; nothing where it has none.
std::optional<std::string> snippet(const Dialect& dialect, Remedy remedy, const Evidence& evidence);

/// The dialects in which to spell a remedy, the best first: the software that was recognised, else the usual ones for the protocol
/// ("https", "smtp" …; anything else counts as https); for the client's side the client in question, else the usual ones.
std::vector<const Dialect*> fitting(remedy::Side side, const Evidence& evidence, std::string_view protocol);

}  // namespace whytls::dialects
