// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/readings.h"

#include <algorithm>
#include <map>

#include "base/text.h"

namespace whytls::diagnosis {

extern const std::span<const base::Embedded> reading_tables;

namespace {

/// "kind[subject]=value", with alternatives joined by "|" in the subject or the value, and "!" for its absence.
struct Condition {
  Kind kind{};
  bool negated = false;
  std::vector<std::string> subjects;
  std::vector<std::string> values;  ///< empty: that the fact is there, and is not a no
};

struct Weight {
  const Cause* cause = nullptr;
  int points = 0;  ///< below zero: speaks against it
};

struct Rule {
  std::vector<Condition> conditions;
  std::vector<Weight> weights;
  std::string_view tell_apart;
};

std::vector<std::string> alternatives(std::string_view text) { return base::split(text, "|"); }

std::optional<Condition> condition_of(std::string_view text) {
  Condition out;
  if (text.starts_with('!')) {
    out.negated = true;
    text.remove_prefix(1);
  }
  if (const std::size_t equals = text.find('='); equals != std::string_view::npos) {
    out.values = alternatives(text.substr(equals + 1));
    text = text.substr(0, equals);
  }
  if (const std::size_t open = text.find('['); open != std::string_view::npos && text.ends_with(']')) {
    out.subjects = alternatives(text.substr(open + 1, text.size() - open - 2));
    text = text.substr(0, open);
  }
  if (out.subjects.empty()) out.subjects.emplace_back();
  const auto kind = evidence::kind_named(text);
  if (!kind) return std::nullopt;
  out.kind = *kind;
  return out;
}

std::vector<Weight> weights_of(std::string_view text) {
  std::vector<Weight> out;
  for (const std::string& piece : base::split(text, ";")) {
    const std::string_view trimmed = base::trim(piece);
    const std::size_t blank = trimmed.find(' ');
    if (blank == std::string_view::npos) continue;
    std::string_view number = trimmed.substr(blank + 1);
    const bool against = number.starts_with('-');
    if (against) number.remove_prefix(1);
    const int points = static_cast<int>(base::number(number, 100).value_or(0));
    if (const Cause* known = cause(trimmed.substr(0, blank))) out.push_back({known, against ? -points : points});
  }
  return out;
}

std::string_view take(std::string_view& rest, char end) {
  const std::size_t at = rest.find(end);
  const std::string_view out = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return out;
}

std::vector<Rule> read_rules() {
  std::vector<Rule> out;
  for (const base::Embedded& table : reading_tables) {
    std::string_view text = table.text;
    take(text, '\n');  // the columns' names
    while (!text.empty()) {
      std::string_view line = take(text, '\n');
      Rule rule;
      bool whole = !line.empty();
      for (const std::string& piece : base::split(take(line, '\t'), ";")) {
        auto condition = condition_of(base::trim(piece));
        whole = whole && condition.has_value();
        if (condition) rule.conditions.push_back(std::move(*condition));
      }
      rule.weights = weights_of(take(line, '\t'));
      rule.tell_apart = take(line, '\t');
      if (whole) out.push_back(std::move(rule));
    }
  }
  return out;
}

const std::vector<Rule>& rules() {
  static const std::vector<Rule> all = read_rules();
  return all;
}

/// The value as pages write it.
std::string written(const evidence::Fact& fact) {
  const std::string text = evidence::to_text(fact);
  const std::size_t equals = text.find(" = ");
  return equals == std::string::npos ? text : text.substr(equals + 3);
}

bool has_value(const evidence::Fact& fact, const std::vector<std::string>& wanted) {
  if (wanted.empty()) return fact.value != evidence::Value(false);
  const std::string value = written(fact);
  return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& each) { return each == value; });
}

/// The fact that meets the condition.
const evidence::Fact* meets(const Evidence& evidence, const Condition& condition) {
  for (const std::string& subject : condition.subjects) {
    const evidence::Fact* fact = evidence.find(condition.kind, subject);
    if (fact && has_value(*fact, condition.values)) return fact;
  }
  return nullptr;
}

std::optional<std::vector<Ref>> meets(const Evidence& evidence, const Rule& rule) {
  std::vector<Ref> out;
  for (const Condition& condition : rule.conditions) {
    const evidence::Fact* fact = meets(evidence, condition);
    if ((fact == nullptr) != condition.negated) return std::nullopt;
    if (fact) out.push_back({fact->kind, fact->subject});
  }
  return out;
}

struct Tally {
  int best = 0;      ///< the strongest that speaks for it
  int against = 0;   ///< the strongest that speaks against it, below zero
  int supports = 0;  ///< how many speak for it
  std::vector<Ref> rests_on;
};

constexpr int of_certain = 96, of_likely = 90, of_possible = 40, likely_from = 70, least = 6;

int weight_of(Confidence confidence) {
  return confidence == Confidence::certain ? of_certain : confidence == Confidence::likely ? of_likely : of_possible;
}

/// Whose file, policy or store it is: whoever wrote the message. The rest is as the cause has it.
Side side_of(const Cause& cause, const Evidence& evidence) {
  const bool of_machine = cause.id.starts_with("configuration.") && cause.id != "configuration.tls-off";
  const std::string reporter = evidence.text(Kind::reported_by);
  if (of_machine && cause.side == Side::server && reporter == "client") return Side::client;
  return cause.side;
}

void add_decided(LeftOpen& out, const Verdict& verdict) {
  const auto& own = verdict.finding.remedies.empty() ? verdict.cause->remedies : verdict.finding.remedies;
  out.candidates.push_back({verdict.cause, verdict.finding.confidence, verdict.side, weight_of(verdict.finding.confidence),
                            verdict.finding.summary, verdict.finding.rests_on, own});
}

void add_open(LeftOpen& out, const Cause& cause, const Tally& tally, const Evidence& evidence) {
  const int weight = std::min(tally.best + tally.against, of_likely);
  if (weight < least) return;
  const auto known = std::find_if(out.candidates.begin(), out.candidates.end(), [&](const Candidate& c) { return c.cause == &cause; });
  if (known != out.candidates.end()) {
    known->weight = std::max(known->weight, weight);
    return;
  }
  out.candidates.push_back({&cause, weight >= likely_from ? Confidence::likely : Confidence::possible, side_of(cause, evidence), weight,
                            std::string(cause.title), tally.rests_on, cause.remedies});
}

}  // namespace

LeftOpen left_open(const Evidence& evidence) {
  LeftOpen out;
  const Diagnosis decided = diagnose(evidence);
  if (decided.verdict) add_decided(out, *decided.verdict);
  for (const auto* more : {&decided.also, &decided.doubts})
    for (const Verdict& verdict : *more) add_decided(out, verdict);

  std::map<std::string_view, std::pair<const Cause*, Tally>> tallies;
  std::vector<std::pair<int, std::string_view>> telling;
  for (const Rule& rule : rules()) {
    const auto refs = meets(evidence, rule);
    if (!refs) continue;
    int strongest = 0;
    for (const Weight& weight : rule.weights) {
      auto& [cause, tally] = tallies[weight.cause->id];
      cause = weight.cause;
      strongest = std::max(strongest, weight.points);
      tally.against = std::min(tally.against, weight.points);
      if (weight.points <= 0) continue;
      ++tally.supports;
      tally.rests_on.insert(weight.points > tally.best ? tally.rests_on.begin() : tally.rests_on.end(), refs->begin(), refs->end());
      tally.best = std::max(tally.best, weight.points);
    }
    if (!rule.tell_apart.empty()) telling.emplace_back(strongest, rule.tell_apart);
  }
  for (const auto& [id, entry] : tallies) add_open(out, *entry.first, entry.second, evidence);
  const auto supports = [&](const Candidate& c) {
    const auto found = tallies.find(c.cause->id);
    return found == tallies.end() ? 0 : found->second.second.supports;
  };
  std::stable_sort(out.candidates.begin(), out.candidates.end(), [&](const Candidate& a, const Candidate& b) {
    return a.weight != b.weight ? a.weight > b.weight : supports(a) > supports(b);
  });
  std::stable_sort(telling.begin(), telling.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  const int best = out.candidates.empty() ? 0 : out.candidates.front().weight;
  for (const auto& [points, words] : telling)
    if (points * 2 >= best && std::find(out.tell_apart.begin(), out.tell_apart.end(), words) == out.tell_apart.end())
      out.tell_apart.push_back(words);
  return out;
}

}  // namespace whytls::diagnosis
