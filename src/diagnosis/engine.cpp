// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/engine.h"

#include <algorithm>
#include <array>

namespace whytls::diagnosis {
namespace {

constexpr std::array<std::string_view, 11> stages{"dns",          "tcp",         "proxy",        "starttls",           "client-hello",
                                                  "server-hello", "certificate", "key-exchange", "client-certificate", "finished",
                                                  "established"};

bool possible_at(const Cause& cause, Stage stage) {
  return cause.stages.empty() || std::find(cause.stages.begin(), cause.stages.end(), stage) != cause.stages.end();
}

/// Earliest step first; at one step the order of judgement; equal ranks by confidence, then by id.
bool before(const Verdict& a, const Verdict& b) {
  if (a.stage != b.stage) return a.stage < b.stage;
  const bool guess_a = a.finding.confidence == Confidence::possible;
  const bool guess_b = b.finding.confidence == Confidence::possible;
  if (guess_a != guess_b) return guess_b;
  if (a.cause->rank != b.cause->rank) return a.cause->rank < b.cause->rank;
  if (a.finding.confidence != b.finding.confidence) return a.finding.confidence > b.finding.confidence;
  return a.cause->id < b.cause->id;
}

std::vector<Verdict> match_all(const Evidence& evidence, Stage failed) {
  std::vector<Verdict> found;
  for (const Cause* cause : causes) {
    auto finding = cause->match(evidence);
    if (!finding) continue;
    const Side side = finding->side.value_or(cause->side);
    const Stage stage = finding->stage.value_or(failed);
    found.push_back({cause, std::move(*finding), side, stage});
  }
  return found;
}

void silence_general(std::vector<Verdict>& found) {
  std::vector<std::string_view> silenced;
  for (const Verdict& verdict : found)
    silenced.insert(silenced.end(), verdict.cause->more_general.begin(), verdict.cause->more_general.end());
  std::erase_if(found, [&](const Verdict& v) { return std::find(silenced.begin(), silenced.end(), v.cause->id) != silenced.end(); });
}

/// One failure has one cause: other readings of it are doubts. Faults of certificates stand side by side, and what fails at a
/// later step would fail by itself.
void split(std::vector<Verdict>& found, Diagnosis& out) {
  if (found.empty()) return;
  out.verdict = std::move(found.front());
  for (auto it = found.begin() + 1; it != found.end(); ++it) {
    const bool own_fault = it->stage > out.verdict->stage || it->cause->rank >= rank::certificate;
    (own_fault ? out.also : out.doubts).push_back(std::move(*it));
  }
}

std::vector<Open> still_open(const Evidence& evidence, const Diagnosis& so_far) {
  std::vector<Open> open;
  for (const Cause* cause : causes) {
    if (!possible_at(*cause, so_far.stage)) continue;
    if (so_far.verdict && cause->rank > so_far.verdict->cause->rank) continue;
    Open entry{cause, {}};
    for (const Ref& need : cause->needs)
      if (!evidence.find(need.kind, need.subject)) entry.unknown.push_back(need);
    if (!entry.unknown.empty()) open.push_back(std::move(entry));
  }
  std::stable_sort(open.begin(), open.end(), [](const Open& a, const Open& b) { return a.cause->rank < b.cause->rank; });
  return open;
}

}  // namespace

std::string_view stage_name(Stage stage) { return stages[static_cast<std::size_t>(stage)]; }

std::optional<Stage> stage_named(std::string_view name) {
  const auto* found = std::find(stages.begin(), stages.end(), name);
  return found == stages.end() ? std::nullopt : std::optional<Stage>(static_cast<Stage>(found - stages.begin()));
}

std::string_view confidence_name(Confidence confidence) {
  constexpr std::array<std::string_view, 3> names{"possible", "likely", "certain"};
  return names[static_cast<std::size_t>(confidence)];
}

std::string_view outcome_name(Outcome outcome) {
  constexpr std::array<std::string_view, 4> names{"ok", "failed", "aborted", "undetermined"};
  return names[static_cast<std::size_t>(outcome)];
}

const Cause* cause(std::string_view id) {
  const auto found = std::find_if(causes.begin(), causes.end(), [&](const Cause* c) { return c->id == id; });
  return found == causes.end() ? nullptr : *found;
}

std::string_view page(std::string_view id) {
  std::string name(id);
  std::replace(name.begin(), name.end(), '.', '/');
  const std::size_t slash = name.find('/');
  if (slash == std::string::npos) return {};
  std::replace(name.begin() + static_cast<std::ptrdiff_t>(slash), name.end(), '-', '_');
  const auto found = std::find_if(pages.begin(), pages.end(), [&](const base::Embedded& p) { return p.name == name; });
  return found == pages.end() ? std::string_view{} : found->text;
}

Diagnosis diagnose(const Evidence& evidence) {
  Diagnosis out;
  out.stage = stage_named(evidence.text(Kind::failed_stage)).value_or(Stage::established);
  std::vector<Verdict> found = match_all(evidence, out.stage);
  silence_general(found);
  std::stable_sort(found.begin(), found.end(), before);
  split(found, out);
  if (out.verdict) {
    out.outcome = Outcome::failed;
    out.stage = out.verdict->stage;
  } else if (known_yes(evidence.is(Kind::completed))) {
    out.outcome = Outcome::ok;
  }
  out.open = still_open(evidence, out);
  return out;
}

}  // namespace whytls::diagnosis
