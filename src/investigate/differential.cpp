// SPDX-License-Identifier: Apache-2.0
// Why the offer in question fails: repeated, then plainer and wider offers, then minimal pairs, then once more.
#include <fmt/format.h>

#include <algorithm>

#include "investigate/client.h"
#include "investigate/steps.h"

namespace whytls::investigate {
namespace {

using evidence::Kind;

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
  // Silence is quiet enough, and long enough.
  s.asking_in_other_words = mute && s.out.evidence.text(Kind::failure) != "timeout";
  pair_up(s);
  s.asking_in_other_words = false;
  if (mute) {
    end_other_words(s, std::move(words));
    if (transient(s)) pair_up(s);  // no plaintext: what needs quiet now
  }
  if (s.working) confirm(s);
  if (!recovers(s)) state_failure_counts(s);
}

}  // namespace whytls::investigate
