// SPDX-License-Identifier: Apache-2.0
// The steps of which a differential diagnosis is made, and what they share. Private to this folder.
#pragma once

#include <string>
#include <vector>

#include "investigate/session.h"

namespace whytls::investigate {

// ---- control.cpp: the failure repeated, the pair confirmed ------------------------------------------------------------
ProbeRun run_of(std::string change, std::string words, probe::Attempt attempt, const probe::Attempt& asked);
/// "with all groups: ServerHello …, 2 of 2 times".
std::string counted(const ProbeRun& run);
/// States what a probe proves: `cures` or `breaks`.
void state(Session& session, const ProbeRun& run);
/// Deeper than a ServerHello only where the failing step lies deeper.
probe::Depth depth_for(const Session& session);
/// How long a variation may stay silent: where TCP, or a working offer, answers in milliseconds, a second of silence is an answer.
std::optional<std::chrono::milliseconds> patience(const Session& session);
/// The failure is of a kind that chance brings about as well: a reset, a close, silence.
bool transient(const Session& session);
/// It was seen more than once.
bool repeated(const Session& session);
/// The offer in question once more, so that nothing rests on a single negative.
probe::Trial control_trial(const Session& session);
void note_control(Session& session, probe::Attempt attempt);
void control(Session& session);
/// A reset, a close or a silence that does not come again proves nothing: where the same offer works a second time, and a third,
/// nothing is wrong that we could name.
bool recovers(Session& session);
/// A again; and B with it where B is a failure too: chance breaks connections, and makes no handshakes. Where A then fails in
/// another way, whether the server has begun to block us.
void confirm(Session& session);

// ---- climb.cpp: the ladder --------------------------------------------------------------------------------------------
/// Ever plainer or wider offers until one works; the control goes with the first.
void climb(Session& session);

// ---- pairs.cpp: minimal pairs -----------------------------------------------------------------------------------------
/// Minimal pairs in the order of judgement, until no better-ranked cause is open.
void pair_up(Session& session);

}  // namespace whytls::investigate
