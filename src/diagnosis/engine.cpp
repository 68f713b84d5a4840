// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/engine.h"

#include <algorithm>
#include <array>

#include "diagnosis/rules.h"

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

/// The step of a finding; nothing where the cause cannot be at work at the step that failed.
std::optional<Stage> step_of(const Cause& cause, const Finding& finding, std::optional<Stage> failed) {
  if (finding.stage) return finding.stage;
  if (!failed) return cause.stages.empty() ? Stage::established : cause.stages.front();
  return possible_at(cause, *failed) ? failed : std::nullopt;
}

std::vector<Verdict> match_all(const Evidence& evidence, std::optional<Stage> failed) {
  std::vector<Verdict> found;
  for (const Cause* cause : causes) {
    auto finding = cause->match(evidence);
    const auto stage = finding ? step_of(*cause, *finding, failed) : std::nullopt;
    if (!stage) continue;
    std::erase_if(finding->rests_on, [&](const Ref& ref) { return !evidence.find(ref.kind, ref.subject); });
    const bool may_repeat = !known_yes(evidence.is(Kind::watched));
    if (may_repeat && finding->confidence != Confidence::certain && finding->to_be_surer.empty())
      finding->to_be_surer = "what was seen once should be seen again; allow more connections with --max-connections";
    const Side side = finding->side.value_or(cause->side);
    found.push_back({cause, std::move(*finding), side, *stage});
  }
  return found;
}

/// Whether `general` (an id, "certificate.*" or "*") speaks of the cause `id`.
bool covers(std::string_view general, std::string_view id) {
  if (!general.ends_with('*')) return general == id;
  return id.starts_with(general.substr(0, general.size() - 1));
}

bool silences(const Verdict& verdict, const Verdict& other) {
  if (verdict.cause == other.cause || verdict.finding.confidence == Confidence::possible) return false;
  const auto covered = [&](std::string_view general) { return covers(general, other.cause->id); };
  const auto& own = verdict.cause->more_general;
  const auto& here = verdict.finding.more_general;
  return std::any_of(own.begin(), own.end(), covered) || std::any_of(here.begin(), here.end(), covered);
}

/// Best first; what is silenced silences nothing itself.
void silence_general(std::vector<Verdict>& found) {
  for (std::size_t i = 0; i < found.size(); ++i) {
    const Verdict speaker = found[i];
    const auto silenced = [&](const Verdict& other) { return silences(speaker, other); };
    i -= static_cast<std::size_t>(std::count_if(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(i), silenced));
    std::erase_if(found, silenced);
  }
}

bool rests_on_breaks(const Verdict& verdict) {
  return std::any_of(verdict.finding.rests_on.begin(), verdict.finding.rests_on.end(), [](const Ref& r) { return r.kind == Kind::breaks; });
}

/// What the verdict names breaks a working offer, and changing it alone does not cure the one in question: there is more.
bool not_enough(const Evidence& evidence, const Verdict& verdict) {
  return std::any_of(verdict.finding.rests_on.begin(), verdict.finding.rests_on.end(),
                     [&](const Ref& r) { return r.kind == Kind::breaks && known_no(evidence.is(Kind::cures, r.subject)); });
}

/// One failure has one cause: other readings of it are doubts. Faults of certificates stand side by side, what fails at a later
/// step would fail by itself, and so does a second fault of the offer where mending the first does not cure it.
void split(const Evidence& evidence, std::vector<Verdict>& found, Diagnosis& out) {
  if (found.empty()) return;
  const auto failed = stage_named(evidence.text(Kind::failed_stage));
  if (failed && known_no(evidence.is(Kind::completed)) && found.front().stage > *failed) {
    out.also = std::move(found);  // true enough, but nothing of it explains why it stopped earlier
    return;
  }
  out.verdict = std::move(found.front());
  const bool more = not_enough(evidence, *out.verdict);
  for (auto it = found.begin() + 1; it != found.end(); ++it) {
    const bool own_fault = it->stage > out.verdict->stage || it->cause->rank >= rank::certificate || (more && rests_on_breaks(*it));
    (own_fault ? out.also : out.doubts).push_back(std::move(*it));
  }
}

std::vector<Open> still_open(const Evidence& evidence, const Diagnosis& so_far) {
  std::vector<Open> open;
  for (const Cause* cause : causes) {
    if (!possible_at(*cause, so_far.stage)) continue;
    if (so_far.verdict && cause->rank > so_far.verdict->cause->rank) continue;
    Open entry{cause, {}};
    std::vector<Ref> needs = cause->needs;
    if (cause->more_needs)
      for (Ref& need : cause->more_needs(evidence)) needs.push_back(std::move(need));
    for (const Ref& need : needs)
      if (!evidence.find(need.kind, need.subject) && can_change(evidence, need)) entry.unknown.push_back(need);
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
  const auto failed = stage_named(evidence.text(Kind::failed_stage));
  out.stage = failed.value_or(Stage::established);
  std::vector<Verdict> found = match_all(evidence, failed);
  std::stable_sort(found.begin(), found.end(), before);
  silence_general(found);
  split(evidence, found, out);
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
