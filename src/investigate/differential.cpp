// SPDX-License-Identifier: Apache-2.0
// Minimal pairs. A verdict rests on A/B/A: the failing offer, the same with one change, the failing offer again.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "investigate/client.h"
#include "investigate/ladder.h"
#include "investigate/session.h"

namespace whytls::investigate {
namespace {

using evidence::Answer;
using evidence::Kind;

constexpr std::size_t batch = 4;

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

/// Deeper than a ServerHello only where the failing step lies deeper.
probe::Depth depth_for(const Session& s) {
  return s.out.evidence.text(Kind::failed_stage) == "client-hello" ? probe::Depth::first_flight : probe::Depth::application;
}

/// How long a variation may stay silent: where TCP, or a working offer, answers in milliseconds, a second of silence is an answer.
std::optional<std::chrono::milliseconds> patience(const Session& s) {
  if (s.out.evidence.text(Kind::failure) != "timeout" || (!s.working && !s.silent)) return std::nullopt;
  const auto usual = s.working ? s.working->took : std::chrono::duration_cast<std::chrono::milliseconds>(s.out.main->dial.tcp_took * 3);
  return std::clamp(usual * 10, std::chrono::milliseconds(1000), s.runner.place().step);
}

/// Whether what was sent was acknowledged shows in any silent attempt; the first one may still be waiting.
void take_kernel_view(Session& s, const probe::Attempt& attempt) {
  const evidence::Evidence facts = probe::facts_of(attempt);
  for (const Kind kind : {Kind::sent_acknowledged, Kind::retransmissions, Kind::received_bytes, Kind::reset_hops_nearer, Kind::icmp_error})
    if (const evidence::Fact* fact = facts.find(kind)) s.out.evidence.add(*fact);
}

/// The offer in question once more, so that nothing rests on a single negative.
probe::Trial control_trial(const Session& s) {
  probe::Trial trial = trial_of(s);
  trial.step = patience(s);
  return trial;
}

bool transient(const Session& s) {
  const std::string failure = s.out.evidence.text(Kind::failure);
  return failure == "reset" || failure == "closed" || failure == "timeout";
}

void note_control(Session& s, probe::Attempt attempt) {
  if (attempt.cut_short) return;
  const bool alike = probe::ended_alike(attempt, *s.out.main);
  if (alike) take_kernel_view(s, attempt);
  const Kind kind = alike ? Kind::failures_seen : Kind::failures_not_seen;
  s.add(kind, s.out.evidence.number(kind).value_or(alike ? 1 : 0) + 1);
  if (transient(s) && gets_further(attempt, *s.out.main)) s.worked_again = attempt;
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

/// A reset, a close or a silence that does not come again proves nothing: where the same offer works a second time, nothing is
/// wrong that we could name.
bool recovers(Session& s) {
  if (!s.worked_again) return false;
  s.worked_again.reset();
  control(s);
  s.recovered = std::move(s.worked_again);
  return s.recovered.has_value();
}

bool repeated(const Session& s) { return s.out.evidence.number(Kind::failures_seen).value_or(1) > 1; }

void take_working(Session& s, const Rung& rung, const probe::Attempt& attempt) {
  s.working = attempt;
  s.working->trial.offer = rung.offer;
  s.add(Kind::any_offer_works, true, fmt::format("{}: {}", rung.words, probe::ending_words(attempt)));
  s.add(Kind::working_offer, rung.words);
  const evidence::Evidence facts = probe::facts_of(attempt);
  for (const Kind kind : {Kind::selected_version, Kind::selected_suite, Kind::selected_group, Kind::selected_signature_algorithm,
                          Kind::dh_bits, Kind::server_software})
    if (const evidence::Fact* fact = facts.find(kind)) s.out.evidence.add(*fact);
  judge_chain(s, attempt);
}

probe::Trial rung_trial(const Session& s, const Rung& rung) {
  probe::Trial trial;
  trial.offer = rung.offer;
  trial.depth = depth_for(s) == probe::Depth::first_flight ? probe::Depth::server_flight : probe::Depth::application;
  trial.identity = s.identity;
  trial.step = patience(s);
  return trial;
}

/// One wave side by side, with the control in the first. True when a rung works.
bool climb_wave(Session& s, const std::vector<Rung>& wave) {
  std::vector<probe::Trial> trials;
  for (const Rung& rung : wave) trials.push_back(rung_trial(s, rung));
  // A silent server: first what may answer. An alert comes of the server's own will: that it comes again is seen at the end.
  const bool early = s.out.probes.empty();
  const bool with_control = !repeated(s) && !(early && (s.silent || s.out.evidence.text(Kind::failure) == "alert"));
  if (with_control) trials.push_back(control_trial(s));
  auto attempts = s.runner.run(std::move(trials));
  if (with_control && attempts.size() > wave.size()) {
    note_control(s, std::move(attempts.back()));
    attempts.pop_back();
  }
  std::optional<std::size_t> nearest;
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    if (attempts[i].cut_short) continue;
    s.out.probes.push_back(run_of(wave[i].name, wave[i].words, attempts[i], *s.out.main));
    if (s.out.probes.back().works && !nearest) nearest = i;
    if (wave[i].name == "default") s.add(Kind::default_works, s.out.probes.back().works, counted(s.out.probes.back()));
  }
  if (nearest) take_working(s, wave[*nearest], attempts[*nearest]);
  return nearest.has_value();
}

void climb(Session& s) {
  for (const std::vector<Rung>& wave : ladder(s.request, s.out.offer, s.out.evidence.text(Kind::failure))) {
    if (climb_wave(s, wave) || s.worked_again) return;
    if (s.cancelled() || s.runner.left() == 0) break;
  }
  s.add(Kind::any_offer_works, false, "no offer gets further, not even a plain one without a server name");
}

/// Where not even the plainest and the widest offer get further, single changes that these contain need no connection of their own.
bool covered_by_the_ladder(const Session& s, const probe::Variation& v) {
  if (s.working) return false;
  namespace change = evidence::change;
  return v.change != change::server_name_added && v.change != change::server_name_other && v.change != change::small_segments &&
         v.change != change::pause;
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

void state(Session& s, const ProbeRun& run) {
  s.add(run.spoils ? Kind::breaks : Kind::cures, run.spoils ? !run.works : run.works, counted(run), run.change);
}

/// Runs variations side by side; one that neither works nor fails like the offer in question is repeated once.
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
      auto again = s.runner.run({run.attempt->trial});
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
  for (const diagnosis::Open& open : so_far.open)
    for (const diagnosis::Ref& ref : open.unknown)
      if (ref.kind == Kind::cures || ref.kind == Kind::breaks) s.add(ref.kind, false, {}, ref.subject);
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
  const probe::Variation one = *together;
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

/// Minimal pairs in the order of judgement, until no better-ranked cause is open.
void pair_up(Session& s) {
  const probe::Offer* working = s.working ? &s.working->trial.offer : nullptr;
  std::vector<std::string> done;
  for (int round = 0; round < 8 && !s.cancelled(); ++round) {
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

/// What worked a moment ago ends differently now: whether the offer that always worked still does, and whether a pause helps.
void notice_block(Session& s) {
  probe::Trial trial;
  trial.offer = s.working->trial.offer;
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
  if (run.works && !gets_further(again, *s.out.main) && !probe::ended_alike(again, *s.out.main)) notice_block(s);
  const bool same = gets_further(again, *s.out.main) == run.works;
  run.same += same ? 1 : 0;
  state(s, run);
  evidence::Fact fact = *s.out.evidence.find(run.spoils ? Kind::breaks : Kind::cures, run.change);
  fact.certainty = same ? evidence::Certainty::observed : evidence::Certainty::inferred;
  s.out.evidence.add(std::move(fact));
}

/// A again, and B with it unless it worked where the failure is an alert: chance makes no alerts, and no handshakes.
void confirm(Session& s) {
  ProbeRun* run = decisive_run(s);
  const bool by_chance = s.out.evidence.text(Kind::failure) != "alert";
  if (!run || (run->works && !by_chance)) return control(s);
  const std::string change = run->change;
  const bool spoils = run->spoils;
  auto attempts = s.runner.run({run->attempt->trial, control_trial(s)});
  if (attempts.size() > 1) note_control(s, std::move(attempts[1]));  // inserts: `run` may have moved
  run =
      &*std::find_if(s.out.probes.begin(), s.out.probes.end(), [&](const ProbeRun& r) { return r.change == change && r.spoils == spoils; });
  if (!attempts.empty()) note_again(s, *run, attempts[0]);
}

/// The peer does not speak the protocol of the upgrade: perhaps it speaks TLS from the start.
void try_without_dialogue(Session& s) {
  if (s.out.evidence.text(Kind::starttls_answer) != "not-spoken") return;
  probe::Trial trial = trial_of(s);
  trial.depth = probe::Depth::first_flight;
  trial.starttls = "";
  const auto attempts = s.runner.run({trial, trial});
  const bool works =
      !attempts.empty() && std::all_of(attempts.begin(), attempts.end(), [](const probe::Attempt& a) { return a.hello_answered(); });
  s.add(Kind::cures, works,
        "with TLS from the start instead: " + (attempts.empty() ? std::string("not tried") : probe::ending_words(attempts.front())),
        std::string(evidence::change::starttls_dropped));
}

void state_failure_counts(Session& s) {
  const auto seen = s.out.evidence.number(Kind::failures_seen).value_or(1);
  const auto other = s.out.evidence.number(Kind::failures_not_seen).value_or(0);
  s.add(Kind::failure, s.out.evidence.text(Kind::failure),
        fmt::format("as asked: {}, {} of {} times", probe::ending_words(*s.out.main), seen, seen + other));
}

}  // namespace

probe::Attempt presumed_silent(const Session& s) {
  probe::Attempt silent;
  silent.trial = trial_of(s);
  silent.dialled = net::DialStage::ready;
  silent.address = s.runner.place().route.address;
  silent.transcript.emplace();
  silent.transcript->ending.end = net::End::timeout;
  return silent;
}

/// A server that answers with an older version than was offered has not taken the offer.
bool chose_what_was_offered(const probe::Attempt& attempt) {
  const auto& versions = attempt.trial.offer.versions;
  const auto chosen = attempt.transcript->selected.version;
  return !chosen || attempt.trial.offer.ssl2_form || versions.empty() ||
         std::find(versions.begin(), versions.end(), *chosen) != versions.end();
}

bool gets_further(const probe::Attempt& attempt, const probe::Attempt& asked) {
  if (!asked.transcript) return attempt.dialled > asked.dialled;
  if (!attempt.transcript) return false;
  const bool taken = attempt.hello_answered() && chose_what_was_offered(attempt);
  if (!asked.hello_answered() || !chose_what_was_offered(asked)) return taken;
  if (!taken) return false;
  if (attempt.transcript->complete && !attempt.transcript->server_alert()) return true;
  return attempt.transcript->reached > asked.transcript->reached;
}

void differ(Session& s) {
  const std::string stage = s.out.evidence.text(Kind::failed_stage);
  const bool before_tls = stage == "dns" || stage == "tcp" || stage == "proxy" || stage == "starttls";
  const bool after_hellos = stage == "client-certificate" || stage == "established";
  s.say("it fails: repeating it, and trying other offers");
  if (!narrowed(s.request) && !before_tls) s.add(Kind::default_works, false);
  if (before_tls || after_hellos) {
    if (!repeated(s)) control(s);
    if (recovers(s)) return;
    if (stage == "starttls") try_without_dialogue(s);
    return state_failure_counts(s);
  }
  climb(s);
  if (s.worked_again) {
    if (recovers(s)) return;
    climb(s);
  }
  if (s.working) apply_library_policy(s);
  const bool mute = !s.working && stage == "client-hello" && transient(s);
  OtherWords words = mute ? begin_other_words(s) : OtherWords{};
  pair_up(s);
  if (mute) end_other_words(s, std::move(words));
  if (s.working) confirm(s);
  if (!recovers(s)) state_failure_counts(s);
}

}  // namespace whytls::investigate
