// SPDX-License-Identifier: Apache-2.0
#include "evidence/evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace whytls::evidence {
namespace {

constexpr std::array kinds{
#define KIND(name, type, meaning) KindInfo{Kind::name, #name, Type::type, meaning},
#include "evidence/kinds.def"
#undef KIND
};

std::string value_text(const Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "yes" : "no";
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* time = std::get_if<base::Time>(&value)) return base::rfc3339(*time);
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) return base::join(*list, ", ");
  return std::get<std::string>(value);
}

std::optional<Value> parse_value(Type type, std::string_view text) {
  switch (type) {
    case Type::flag:
      if (text == "yes") return Value(true);
      if (text == "no") return Value(false);
      return std::nullopt;
    case Type::number: {
      const bool negative = !text.empty() && text.front() == '-';
      const auto number = base::number(negative ? text.substr(1) : text, INT64_MAX);
      if (!number) return std::nullopt;
      const auto value = static_cast<std::int64_t>(*number);
      return Value(negative ? -value : value);
    }
    case Type::time: {
      const auto time = base::parse_time(text);
      return time ? std::optional<Value>(*time) : std::nullopt;
    }
    case Type::list: {
      std::vector<std::string> list;
      for (const std::string& piece : base::split(text, ",")) list.emplace_back(base::trim(piece));
      return Value(std::move(list));
    }
    case Type::text:
      return Value(std::string(text));
  }
  return std::nullopt;
}

constexpr std::string_view type_words(Type type) {
  constexpr std::array<std::string_view, 5> words{"yes or no", "a whole number", "a text", "a list", "a time (RFC 3339)"};
  return words[static_cast<std::size_t>(type)];
}

}  // namespace

const KindInfo& info(Kind kind) { return kinds[static_cast<std::size_t>(kind)]; }

std::optional<Kind> kind_named(std::string_view name) {
  const auto* found = std::find_if(kinds.begin(), kinds.end(), [&](const KindInfo& row) { return row.name == name; });
  return found == kinds.end() ? std::nullopt : std::optional<Kind>(found->kind);
}

std::string to_text(const Fact& fact) {
  const std::string subject = fact.subject.empty() ? "" : fmt::format("[{}]", fact.subject);
  return fmt::format("{}{} = {}", info(fact.kind).name, subject, value_text(fact.value));
}

base::Result<Fact> parse_fact(std::string_view line) {
  const std::size_t equals = line.find(" = ");
  if (equals == std::string_view::npos)
    return base::fail(base::Fault::input, "a fact is written kind = value or kind[subject] = value", std::string(line));
  std::string_view name = base::trim(line.substr(0, equals));
  Fact fact;
  if (const std::size_t open = name.find('['); open != std::string_view::npos) {
    if (name.back() != ']') return base::fail(base::Fault::input, "the subject's bracket is not closed", std::string(line));
    fact.subject = name.substr(open + 1, name.size() - open - 2);
    name = name.substr(0, open);
  }
  const auto kind = kind_named(name);
  if (!kind) return base::fail(base::Fault::input, "no kind of fact has this name", std::string(line));
  auto value = parse_value(info(*kind).type, base::trim(line.substr(equals + 3)));
  if (!value) return base::fail(base::Fault::input, fmt::format("the value must be {}", type_words(info(*kind).type)), std::string(line));
  fact.kind = *kind;
  fact.value = std::move(*value);
  return fact;
}

void Evidence::add(Kind kind, Value value, std::string text, std::string subject) {
  facts_.push_back({kind, std::move(subject), std::move(value), std::move(text), Certainty::observed, {}});
}

void Evidence::add(const Evidence& other) { facts_.insert(facts_.end(), other.facts_.begin(), other.facts_.end()); }

const Fact* Evidence::find(Kind kind, std::string_view subject) const {
  const auto found =
      std::find_if(facts_.rbegin(), facts_.rend(), [&](const Fact& fact) { return fact.kind == kind && fact.subject == subject; });
  return found == facts_.rend() ? nullptr : &*found;
}

std::vector<const Fact*> Evidence::all(Kind kind) const {
  std::vector<const Fact*> out;
  for (const Fact& fact : facts_) {
    if (fact.kind != kind) continue;
    const auto same = std::find_if(out.begin(), out.end(), [&](const Fact* seen) { return seen->subject == fact.subject; });
    if (same == out.end()) {
      out.push_back(&fact);
    } else {
      *same = &fact;
    }
  }
  return out;
}

bool Evidence::has(Kind kind) const {
  return std::any_of(facts_.begin(), facts_.end(), [&](const Fact& fact) { return fact.kind == kind; });
}

Answer Evidence::is(Kind kind, std::string_view subject) const {
  const Fact* fact = find(kind, subject);
  const bool* value = fact ? std::get_if<bool>(&fact->value) : nullptr;
  return value ? answer(*value) : Answer::unknown;
}

std::optional<std::int64_t> Evidence::number(Kind kind, std::string_view subject) const {
  const Fact* fact = find(kind, subject);
  const auto* value = fact ? std::get_if<std::int64_t>(&fact->value) : nullptr;
  return value ? std::optional<std::int64_t>(*value) : std::nullopt;
}

std::string Evidence::text(Kind kind, std::string_view subject) const {
  const Fact* fact = find(kind, subject);
  const auto* value = fact ? std::get_if<std::string>(&fact->value) : nullptr;
  return value ? *value : std::string{};
}

std::vector<std::string> Evidence::list(Kind kind, std::string_view subject) const {
  const Fact* fact = find(kind, subject);
  const auto* value = fact ? std::get_if<std::vector<std::string>>(&fact->value) : nullptr;
  return value ? *value : std::vector<std::string>{};
}

std::optional<base::Time> Evidence::time(Kind kind, std::string_view subject) const {
  const Fact* fact = find(kind, subject);
  const auto* value = fact ? std::get_if<base::Time>(&fact->value) : nullptr;
  return value ? std::optional<base::Time>(*value) : std::nullopt;
}

Answer Evidence::equals(Kind kind, std::string_view value, std::string_view subject) const {
  return find(kind, subject) ? answer(text(kind, subject) == value) : Answer::unknown;
}

Answer Evidence::includes(Kind kind, std::string_view value) const {
  if (!find(kind)) return Answer::unknown;
  const auto values = list(kind);
  return answer(std::find(values.begin(), values.end(), value) != values.end());
}

Answer Evidence::at_least(Kind kind, std::int64_t bound, std::string_view subject) const {
  const auto value = number(kind, subject);
  return value ? answer(*value >= bound) : Answer::unknown;
}

}  // namespace whytls::evidence
