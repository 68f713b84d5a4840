// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/watched.h"

#include <algorithm>

#include "diagnosis/readings.h"

namespace whytls::diagnosis {
namespace {

constexpr std::size_t most_doubts = 20;

Verdict verdict_of(const Candidate& candidate, Stage stage) {
  Verdict out{candidate.cause, {}, candidate.side, stage};
  out.finding.confidence = candidate.confidence;
  out.finding.summary = candidate.summary;
  out.finding.rests_on = candidate.rests_on;
  out.finding.remedies = candidate.remedies;
  out.finding.to_be_surer = "ask the server itself: whytls TARGET tries what a capture can only show";
  return out;
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
  if (d.verdict && !guess) return out;
  if (known_yes(evidence.is(Kind::abandoned))) {
    d.outcome = Outcome::aborted;
    d.verdict.reset();
    d.doubts.clear();
    return out;
  }
  if (!known_no(evidence.is(Kind::completed)) || evidence.text(Kind::failure).empty()) return out;
  const LeftOpen open = left_open(evidence);
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
