// SPDX-License-Identifier: Apache-2.0
// Minimal pairs: which single change of the offer decides, asked in the order of judgement and side by side.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "investigate/steps.h"

namespace whytls::investigate {
namespace {

using evidence::Kind;

constexpr std::size_t batch = 4;

/// Where not even the plainest and the widest offer get further, single changes that these contain need no connection of their own.
bool covered_by_the_ladder(const Session& s, const probe::Variation& v) {
  if (s.working) return false;
  namespace change = evidence::change;
  // None without a name works: another name is worth asking for only where the server is known to have it.
  if (v.change == change::server_name_other) return s.out.evidence.list(Kind::leaf_names).empty();
  return v.change != change::server_name_added && v.change != change::small_segments && v.change != change::pause;
}

bool wanted(const diagnosis::Diagnosis& so_far, const std::string& change) {
  for (const diagnosis::Open& open : so_far.open)
    for (const diagnosis::Ref& ref : open.unknown)
      if ((ref.kind == Kind::cures || ref.kind == Kind::breaks) && ref.subject == change) return true;
  return false;
}

int urgency(const diagnosis::Diagnosis& so_far, const std::string& change) {
  int best = 1000;
  for (const diagnosis::Open& open : so_far.open)
    for (const diagnosis::Ref& ref : open.unknown)
      if (ref.subject == change) best = std::min(best, open.cause->rank);
  return best;
}

/// Runs variations side by side; one that neither works nor fails like the offer in question, and without a word of the server's,
/// is repeated once.
void try_variations(Session& s, std::vector<probe::Variation> chosen) {
  for (probe::Variation& variation : chosen) {
    s.say(variation.words);
    variation.trial.depth = depth_for(s);
    variation.trial.identity = s.identity;
    if (!variation.trial.step) variation.trial.step = patience(s);
  }
  std::vector<probe::Trial> trials;
  for (const probe::Variation& variation : chosen) trials.push_back(variation.trial);
  auto attempts = s.runner.run(trials);
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    if (attempts[i].cut_short) {
      s.add(Kind::untried, true, "not tried: the time is over", chosen[i].change);
      continue;
    }
    ProbeRun run = run_of(chosen[i].change, chosen[i].words, std::move(attempts[i]), *s.out.main);
    run.spoils = chosen[i].spoils;
    if (!run.works && !probe::ended_alike(*run.attempt, *s.out.main)) {
      const bool said_so = run.attempt->transcript && (run.attempt->transcript->server_alert() || run.attempt->hello_answered());
      auto again = said_so ? std::vector<probe::Attempt>{} : s.runner.run({run.attempt->trial});
      if (!again.empty() && gets_further(again.front(), *s.out.main))
        run = run_of(run.change, run.words, std::move(again.front()), *s.out.main);
      run.spoils = chosen[i].spoils;
      if (!run.works) s.add(Kind::ends_differently, run.ended, counted(run), run.change);
    }
    state(s, run);
    s.out.probes.push_back(std::move(run));
  }
}

/// A change that no probe proposes would alter nothing: it decides nothing.
void settle_the_rest(Session& s, const diagnosis::Diagnosis& so_far) {
  const auto later = [&](const diagnosis::Ref& ref) { return s.asking_in_other_words && ref.subject == evidence::change::pause; };
  for (const diagnosis::Open& open : so_far.open)
    for (const diagnosis::Ref& ref : open.unknown)
      if ((ref.kind == Kind::cures || ref.kind == Kind::breaks) && !later(ref)) s.add(ref.kind, false, {}, ref.subject);
}

constexpr std::array<std::string_view, 4> single_algorithms{evidence::change::key_type, evidence::change::suites, evidence::change::groups,
                                                            evidence::change::signature_algorithms};

bool is_algorithm(const probe::Variation& v) {
  return !v.spoils && std::find(single_algorithms.begin(), single_algorithms.end(), v.change) != single_algorithms.end();
}

/// Halving: where nobody narrowed the offer's algorithms, it is mostly none of them, and all at once tell that in one connection.
void ask_at_once(const Session& s, const std::vector<probe::Variation>& all, std::vector<probe::Variation>& chosen) {
  if (!s.recorded && !s.policy) return;
  if (s.out.evidence.find(Kind::cures, evidence::change::algorithms) || std::count_if(chosen.begin(), chosen.end(), is_algorithm) < 3)
    return;
  const auto together =
      std::find_if(all.begin(), all.end(), [](const probe::Variation& v) { return !v.spoils && v.change == evidence::change::algorithms; });
  if (together == all.end()) return;
  const probe::Variation& one = *together;
  std::erase_if(chosen, [](const probe::Variation& v) { return is_algorithm(v) || v.change == evidence::change::algorithms; });
  chosen.insert(chosen.begin(), one);
}

/// What all of them together do not cure, none of them cures.
void spread_algorithms(Session& s) {
  if ((!s.recorded && !s.policy) || !evidence::known_no(s.out.evidence.is(Kind::cures, evidence::change::algorithms))) return;
  for (const std::string_view change : single_algorithms) {
    const std::string subject(change);
    if (s.out.evidence.find(Kind::cures, subject)) continue;
    s.add(Kind::cures, false, "not even with all suites, groups and signature algorithms at once", subject);
  }
}

}  // namespace

void pair_up(Session& s) {
  const probe::Offer* working = s.working ? &s.working->trial.offer : nullptr;
  std::vector<std::string> done;
  for (int round = 0; round < 8 && !s.cancelled() && !s.overtaken(); ++round) {
    const probe::Situation situation{s.out.offer, working, s.out.evidence, 1400};
    const diagnosis::Diagnosis so_far = s.diagnose();
    const std::vector<probe::Variation> all = probe::propose_all(situation);
    std::vector<probe::Variation> proposed = all;
    // What breaks a working offer is asked only where nothing cures the failing one.
    const auto has_cure = [&](const std::string& changed) {
      return std::any_of(proposed.begin(), proposed.end(), [&](const probe::Variation& v) { return !v.spoils && v.change == changed; });
    };
    std::vector<std::string> curable;
    for (const probe::Variation& v : proposed)
      if (v.spoils && has_cure(v.change) && !evidence::known_no(s.out.evidence.is(Kind::cures, v.change))) curable.push_back(v.change);
    std::erase_if(proposed, [&](const probe::Variation& v) {
      if (v.spoils && std::find(curable.begin(), curable.end(), v.change) != curable.end()) return true;
      const std::string key = v.change + (v.spoils ? "/spoil" : "/cure");
      if (v.change == evidence::change::pause && s.asking_in_other_words) return true;
      return covered_by_the_ladder(s, v) || !wanted(so_far, v.change) || std::find(done.begin(), done.end(), key) != done.end() ||
             s.out.evidence.find(v.spoils ? Kind::breaks : Kind::cures, v.change);
    });
    if (proposed.empty()) return settle_the_rest(s, so_far);
    std::stable_sort(proposed.begin(), proposed.end(),
                     [&](const auto& a, const auto& b) { return urgency(so_far, a.change) < urgency(so_far, b.change); });
    ask_at_once(s, all, proposed);
    if (proposed.size() > batch) proposed.resize(batch);
    for (const probe::Variation& v : proposed) done.push_back(v.change + (v.spoils ? "/spoil" : "/cure"));
    if (s.runner.left() <= 0) {
      for (const probe::Variation& v : proposed) s.add(Kind::untried, true, "not tried: the number of connections is used up", v.change);
      return;
    }
    try_variations(s, std::move(proposed));
    spread_algorithms(s);
  }
}

}  // namespace whytls::investigate
