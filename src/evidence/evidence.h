// SPDX-License-Identifier: Apache-2.0
// THE model: facts with provenance and certainty. Every source of evidence ends here; every cause begins here.
// It refuses to know how a fact was obtained beyond its provenance, and what it means beyond its kind.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace whytls::evidence {

enum class Kind : std::uint16_t {
#define KIND(name, type, meaning) name,
#include "evidence/kinds.def"
#undef KIND
};
enum class Type : std::uint8_t { flag, number, text, list, time };

struct KindInfo {
  Kind kind;
  std::string_view name;
  Type type;
  std::string_view meaning;
};
const KindInfo& info(Kind kind);
std::optional<Kind> kind_named(std::string_view name);

/// Three answers, not two. There is no conversion to bool: ask `known_yes` or compare.
enum class Answer : std::uint8_t { no, yes, unknown };
constexpr Answer answer(bool value) { return value ? Answer::yes : Answer::no; }
constexpr Answer operator!(Answer a) { return a == Answer::unknown ? a : answer(a == Answer::no); }
constexpr Answer operator&&(Answer a, Answer b) {
  return a == Answer::no || b == Answer::no ? Answer::no : a == Answer::yes && b == Answer::yes ? Answer::yes : Answer::unknown;
}
constexpr Answer operator||(Answer a, Answer b) { return !(!a && !b); }
constexpr bool known_yes(Answer a) { return a == Answer::yes; }
constexpr bool known_no(Answer a) { return a == Answer::no; }

enum class Certainty : std::uint8_t { assumed, inferred, observed };

/// Where a fact comes from; `source` is one of the contract's words.
struct Provenance {
  std::string source = "probe";  ///< probe, capture, config, certificate, trace, listen, proxy, message, system
  std::string where;             ///< file:line, packet and byte range, or the probe's id
};

using Value = std::variant<bool, std::int64_t, std::string, std::vector<std::string>, base::Time>;

struct Fact {
  Kind kind{};
  std::string subject;  ///< which one; empty where there is only one
  Value value;          ///< of the kind's type
  std::string text;     ///< one line for people, printable; empty: the fact's own form is shown
  Certainty certainty = Certainty::observed;
  Provenance provenance;
};

/// "kind[subject] = value": the form in which pages write facts and traces print them.
std::string to_text(const Fact& fact);
/// The reverse. Flags are yes or no; lists are separated by ", "; times are RFC 3339. Errors name the line's fault.
base::Result<Fact> parse_fact(std::string_view line);

/// Facts in the order in which they came. The latest fact of a kind and subject answers for it.
class Evidence {
 public:
  void add(Fact fact) { facts_.push_back(std::move(fact)); }
  void add(Kind kind, Value value, std::string text = {}, std::string subject = {});
  /// All facts of `other`, after our own.
  void add(const Evidence& other);

  const std::vector<Fact>& facts() const { return facts_; }
  const Fact* find(Kind kind, std::string_view subject = {}) const;
  /// The latest fact for each subject of a kind, in the order in which the subjects first came.
  std::vector<const Fact*> all(Kind kind) const;
  bool has(Kind kind) const;

  Answer is(Kind kind, std::string_view subject = {}) const;  ///< flags
  std::optional<std::int64_t> number(Kind kind, std::string_view subject = {}) const;
  std::string text(Kind kind, std::string_view subject = {}) const;               ///< empty when unknown
  std::vector<std::string> list(Kind kind, std::string_view subject = {}) const;  ///< empty when unknown
  std::optional<base::Time> time(Kind kind, std::string_view subject = {}) const;
  Answer equals(Kind kind, std::string_view value, std::string_view subject = {}) const;  ///< texts
  Answer includes(Kind kind, std::string_view value) const;                               ///< lists
  /// Unknown unless both are known.
  Answer at_least(Kind kind, std::int64_t bound, std::string_view subject = {}) const;

 private:
  std::vector<Fact> facts_;
};

}  // namespace whytls::evidence
