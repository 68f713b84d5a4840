// SPDX-License-Identifier: Apache-2.0
// A verdict rests on A/B/A: the failing offer, the same with one change, the failing offer again. Here are the As.
#include <fmt/format.h>

#include <algorithm>

#include "investigate/steps.h"

namespace whytls::investigate {
namespace {

using evidence::Kind;

/// Whether what was sent was acknowledged shows in any silent attempt; the first one may still be waiting.
void take_kernel_view(Session& s, const probe::Attempt& attempt) {
  const evidence::Evidence facts = probe::facts_of(attempt);
  for (const Kind kind : {Kind::sent_acknowledged, Kind::retransmissions, Kind::received_bytes, Kind::reset_hops_nearer, Kind::icmp_error})
    if (const evidence::Fact* fact = facts.find(kind)) s.out.evidence.add(*fact);
}

/// Closed or reset without a word: which of the two a peer's end of the process looks like is a race in its kernel.
bool cut_off(const probe::Attempt& attempt) {
  if (!attempt.transcript || attempt.hello_answered() || attempt.transcript->server_alert()) return false;
  const net::End end = attempt.transcript->ending.end;
  return end == net::End::closed || end == net::End::reset;
}

}  // namespace

ProbeRun run_of(std::string change, std::string words, probe::Attempt attempt, const probe::Attempt& asked) {
  ProbeRun run;
  run.change = std::move(change);
  run.words = std::move(words);
  run.times = run.same = 1;
  run.works = gets_further(attempt, asked);
  run.ended = probe::ending_words(attempt);
  run.address = attempt.address.text();
  run.attempt = std::move(attempt);
  return run;
}

std::string counted(const ProbeRun& run) {
  return fmt::format("{}: {}{}", run.words, run.ended, run.times > 1 ? fmt::format(", {} of {} times", run.same, run.times) : "");
}

void state(Session& s, const ProbeRun& run) {
  s.add(run.spoils ? Kind::breaks : Kind::cures, run.spoils ? !run.works : run.works, counted(run), run.change);
}

probe::Depth depth_for(const Session& s) {
  return s.out.evidence.text(Kind::failed_stage) == "client-hello" ? probe::Depth::first_flight : probe::Depth::application;
}

std::optional<std::chrono::milliseconds> patience(const Session& s) {
  if (s.out.evidence.text(Kind::failure) != "timeout" || (!s.working && !s.silent)) return std::nullopt;
  const auto usual = s.working ? s.working->took : std::chrono::duration_cast<std::chrono::milliseconds>(s.out.main->dial.tcp_took * 3);
  return std::clamp(usual * 10, std::chrono::milliseconds(1000), s.runner.place().step);
}

bool transient(const Session& s) {
  const std::string failure = s.out.evidence.text(Kind::failure);
  return failure == "reset" || failure == "closed" || failure == "timeout";
}

bool repeated(const Session& s) { return s.out.evidence.number(Kind::failures_seen).value_or(1) > 1; }

probe::Trial control_trial(const Session& s) {
  probe::Trial trial = trial_of(s);
  trial.step = patience(s);
  return trial;
}

void note_control(Session& s, probe::Attempt attempt) {
  if (attempt.cut_short) return;
  const bool alike = probe::ended_alike(attempt, *s.out.main) || (cut_off(attempt) && cut_off(*s.out.main));
  if (alike) take_kernel_view(s, attempt);
  const Kind kind = alike ? Kind::failures_seen : Kind::failures_not_seen;
  s.add(kind, s.out.evidence.number(kind).value_or(alike ? 1 : 0) + 1);
  const bool further = gets_further(attempt, *s.out.main);
  s.changing = !alike && !further;
  if (transient(s) && further) s.worked_again = attempt;
  auto found = std::find_if(s.out.probes.begin(), s.out.probes.end(), [](const ProbeRun& run) { return run.change == "control"; });
  if (found == s.out.probes.end()) {
    s.out.probes.insert(s.out.probes.begin(), run_of("control", "the same offer again", std::move(attempt), *s.out.main));
    return;
  }
  ++found->times;
  found->same += alike == probe::ended_alike(*found->attempt, *s.out.main) ? 1 : 0;
}

void control(Session& s) {
  if (s.twin) {
    note_control(s, s.twin->get());
    s.twin.reset();
    return;
  }
  auto attempts = s.runner.run({control_trial(s)});
  if (!attempts.empty()) note_control(s, std::move(attempts.front()));
}

bool recovers(Session& s) {
  if (!s.worked_again) return false;
  s.worked_again.reset();
  control(s);
  s.recovered = std::move(s.worked_again);
  return s.recovered.has_value();
}

namespace {

/// What worked a moment ago ends differently now: whether the offer that always worked still does, and whether a pause helps.
void notice_block(Session& s) {
  probe::Trial trial;
  trial.offer = s.working->trial.offer;
  trial.depth = probe::Depth::server_flight;
  auto now = s.runner.run({trial});
  if (now.empty() || gets_further(now.front(), *s.out.main)) return;
  s.add(Kind::blocked_since, static_cast<std::int64_t>(s.runner.used() - 1));
  trial.pause = std::chrono::milliseconds(1200);
  auto later = s.runner.run({trial});
  if (!later.empty() && gets_further(later.front(), *s.out.main))
    s.add(Kind::served_then_refused, true,
          "an offer that worked was then refused (" + probe::ending_words(now.front()) + "), and works again after a pause");
  s.out.remarks.push_back(
      {"blocked", true, "during the run the server stopped answering offers that it had answered: it limits or blocks this client"});
}

/// The probe on which the verdict rests first of all.
ProbeRun* decisive_run(Session& s) {
  const diagnosis::Diagnosis so_far = s.diagnose();
  if (!so_far.verdict) return nullptr;
  for (const diagnosis::Ref& ref : so_far.verdict->finding.rests_on) {
    if ((ref.kind != Kind::cures && ref.kind != Kind::breaks) || ref.subject == evidence::change::pause) continue;
    const auto run = std::find_if(s.out.probes.begin(), s.out.probes.end(),
                                  [&](const ProbeRun& r) { return r.change == ref.subject && r.spoils == (ref.kind == Kind::breaks); });
    if (run != s.out.probes.end() && run->attempt) return &*run;
  }
  return nullptr;
}

/// B again: a pair that does not repeat is only inferred.
void note_again(Session& s, ProbeRun& run, const probe::Attempt& again) {
  if (again.cut_short) return;
  ++run.times;
  const bool same = gets_further(again, *s.out.main) == run.works;
  run.same += same ? 1 : 0;
  state(s, run);
  evidence::Fact fact = *s.out.evidence.find(run.spoils ? Kind::breaks : Kind::cures, run.change);
  fact.certainty = same ? evidence::Certainty::observed : evidence::Certainty::inferred;
  s.out.evidence.add(std::move(fact));
}

}  // namespace

void confirm(Session& s) {
  ProbeRun* run = decisive_run(s);
  if (!run || !run->spoils) {
    control(s);
  } else {
    const std::string change = run->change;
    auto attempts = s.runner.run({run->attempt->trial, control_trial(s)});
    if (attempts.size() > 1) note_control(s, std::move(attempts[1]));  // inserts: `run` may have moved
    run = &*std::find_if(s.out.probes.begin(), s.out.probes.end(), [&](const ProbeRun& r) { return r.change == change && r.spoils; });
    if (!attempts.empty()) note_again(s, *run, attempts[0]);
  }
  if (s.changing) notice_block(s);
}

}  // namespace whytls::investigate
