// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/watched.h"

#include <algorithm>

#include "diagnosis/narrow.h"
#include "diagnosis/readings.h"

namespace whytls::diagnosis {
namespace {

constexpr std::size_t most_doubts = 20;
constexpr std::string_view ask_the_server = "ask the server itself: whytls TARGET tries what a capture can only show";

Verdict verdict_of(const Candidate& candidate, Stage stage) {
  Verdict out{candidate.cause, {}, candidate.side, stage};
  out.finding.confidence = candidate.confidence;
  out.finding.summary = candidate.summary;
  out.finding.rests_on = candidate.rests_on;
  out.finding.remedies = candidate.remedies;
  out.finding.to_be_surer = ask_the_server;
  return out;
}

/// Why a client went is inferred where it did not say so; and what this machine thinks of a chain need not be what the client thought.
void say_how_sure(const Evidence& evidence, Verdict& verdict) {
  const auto inferred = [&](const Ref& ref) {
    const evidence::Fact* fact = evidence.find(ref.kind, ref.subject);
    return fact && fact->certainty != evidence::Certainty::observed;
  };
  Finding& f = verdict.finding;
  const bool silent = evidence.text(Kind::failure) == "client";
  if (silent || std::any_of(f.rests_on.begin(), f.rests_on.end(), inferred)) f.confidence = std::min(f.confidence, Confidence::likely);
  if (f.confidence != Confidence::certain && f.to_be_surer.empty()) f.to_be_surer = ask_the_server;
}

/// Of a machine that took no part nothing is known but what it sent: its files, its policy and its stores are guesses. A key that does not
/// fit shows in what it signs.
bool visible_from_outside(const Candidate& candidate) {
  const std::string_view id = candidate.cause->id;
  return !id.starts_with("configuration.") || id == "configuration.key-mismatch" || candidate.confidence != Confidence::possible;
}

bool possible_here(const Cause& cause, Stage stage) {
  return cause.stages.empty() || std::find(cause.stages.begin(), cause.stages.end(), stage) != cause.stages.end();
}

}  // namespace

WatchedDiagnosis diagnose_watched(const Evidence& evidence) {
  WatchedDiagnosis out{diagnose(evidence), {}};
  Diagnosis& d = out.diagnosis;
  const bool guess = d.verdict && d.verdict->finding.confidence == Confidence::possible;
  if (d.verdict && !guess) {
    say_how_sure(evidence, *d.verdict);
    return out;
  }
  if (known_yes(evidence.is(Kind::abandoned))) {
    d.outcome = Outcome::aborted;
    d.verdict.reset();
    d.doubts.clear();
    return out;
  }
  if (!known_no(evidence.is(Kind::completed)) || evidence.text(Kind::failure).empty()) return out;
  LeftOpen open = left_open(evidence);
  std::erase_if(open.candidates, [&](const Candidate& each) { return ruled_out(evidence, *each.cause); });
  std::stable_sort(open.candidates.begin(), open.candidates.end(), [&](const Candidate& a, const Candidate& b) {
    return a.weight + oddity(evidence, *a.cause) > b.weight + oddity(evidence, *b.cause);
  });
  out.tell_apart = open.tell_apart;
  d.verdict.reset();
  d.doubts.clear();
  d.outcome = Outcome::undetermined;
  for (const Candidate& candidate : open.candidates) {
    if (!visible_from_outside(candidate) || !possible_here(*candidate.cause, d.stage)) continue;
    Verdict each = verdict_of(candidate, d.stage);
    if (!d.verdict && d.doubts.empty() && candidate.confidence != Confidence::possible) {
      d.verdict = std::move(each);
      d.outcome = Outcome::failed;
    } else if (d.doubts.size() < most_doubts) {
      d.doubts.push_back(std::move(each));
    }
  }
  return out;
}

}  // namespace whytls::diagnosis
