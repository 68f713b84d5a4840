// SPDX-License-Identifier: Apache-2.0
// Up and down the ladder: the rung where it begins to work is the ground on which minimal pairs stand.
#include <fmt/format.h>

#include <algorithm>

#include "investigate/ladder.h"
#include "investigate/steps.h"

namespace whytls::investigate {
namespace {

using evidence::Kind;

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

/// Refused too, and by another alert: the server weighed what is in the offer.
void note_other_alert(Session& s, const ProbeRun& run) {
  const probe::AlertSeen* asked = s.out.main->transcript ? s.out.main->transcript->server_alert() : nullptr;
  const probe::AlertSeen* alert = run.attempt->transcript ? run.attempt->transcript->server_alert() : nullptr;
  if (asked && alert && asked->description != alert->description) s.add(Kind::ends_differently, run.ended, counted(run), run.change);
}

/// One wave side by side, with the control in the first. True when a rung works.
bool climb_wave(Session& s, const std::vector<Rung>& wave) {
  std::vector<probe::Trial> trials;
  for (const Rung& rung : wave) trials.push_back(rung_trial(s, rung));
  const bool with_control = !repeated(s) && !(s.silent && s.out.probes.empty());  // a silent server: first what may answer
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
    note_other_alert(s, s.out.probes.back());
    if (wave[i].name == "default") s.add(Kind::default_works, s.out.probes.back().works, counted(s.out.probes.back()));
  }
  if (nearest) take_working(s, wave[*nearest], attempts[*nearest]);
  return nearest.has_value();
}

}  // namespace

void climb(Session& s) {
  for (const std::vector<Rung>& wave : ladder(s.request, s.out.offer, s.out.evidence.text(Kind::failure))) {
    if (climb_wave(s, wave) || s.worked_again) return;
    if (s.cancelled() || s.overtaken() || s.runner.left() == 0) break;
  }
  s.add(Kind::any_offer_works, false, "no offer gets further, not even a plain one without a server name");
}

}  // namespace whytls::investigate
