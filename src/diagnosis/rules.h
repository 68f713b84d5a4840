// SPDX-License-Identifier: Apache-2.0
// Questions that rules of several areas ask of the evidence; each follows a sentence of the order of judgement.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "diagnosis/cause.h"
#include "evidence/changes.h"

namespace whytls::diagnosis {

namespace change = evidence::change;

/// Whether a change of the offer decides the outcome: it cures the offer in question, or what it undoes breaks a working one.
/// No when both were tried and neither does, or when curing was tried and nothing says that it breaks.
Answer decides(const Evidence& evidence, std::string_view changed);

/// The facts of that pair, for Finding::rests_on.
std::vector<Ref> pair_of(const Evidence& evidence, std::string_view changed);

/// Certain when the pair was observed and the failure repeated; likely when it was only inferred.
Confidence pair_confidence(const Evidence& evidence, std::string_view changed);

/// Whether what a change takes away from the offer is in it; unknown for changes that take nothing away.
Answer presupposed(const Evidence& evidence, std::string_view changed);
/// Whether the change that a need asks about can change this offer at all: dropping what was not sent cannot. True for other facts
/// and where the offer is not known.
bool can_change(const Evidence& evidence, const Ref& need);

/// The first step that did not succeed is one of these.
bool failed_at(const Evidence& evidence, std::initializer_list<Stage> stages);
/// The same offer failed in this way at least twice.
bool repeated(const Evidence& evidence);
/// The fatal alert that ended it is this one, and the server sent it (or the sender is not known).
bool server_alert(const Evidence& evidence, std::string_view name);
/// No server name that was tried is refused for being unknown: the server's own certificate covers one of them.
bool tried_a_known_name(const Evidence& evidence);
/// Yes when one of the changes decides the outcome, no when none does.
Answer any_decides(const Evidence& evidence, std::initializer_list<std::string_view> changes);
/// The offer in question includes a hybrid post-quantum group.
Answer offers_hybrid(const Evidence& evidence);
/// Whether TLS version `a` is older than `b`; unknown where a name is not known or they are of different kinds.
Answer older(const std::string& a, const std::string& b);

/// The residual causes: this failure, repeated, and no change of the offer cures it. Never certain while parts of the offer are
/// untried. `words`: "the connection is reset". Before the first hello there is nothing to change.
std::optional<Finding> residual(const Evidence& evidence, std::string_view failure, const std::string& words);

/// A file of the configuration shows the reason: certain, at the step that failed, or at `stage` where nothing is known to fail.
std::optional<Finding> configured(const Evidence& evidence, Kind kind, Stage stage, const std::string& words);

/// The handshake in question failed in answer to the ClientHello (alert, reset, close or silence).
bool hello_failed(const Evidence& evidence);

/// Rule 4, side of "either": the client, if the default client succeeds with the same server or the client's own constraint lies
/// below the floor; else the server.
Side either(const Evidence& evidence, bool client_below_floor = false);

/// "TLS 1.2" for "tls1.2", and such lists joined: "TLS 1.0, 1.1".
std::string titles(const std::vector<std::string>& versions);
/// The list's first three entries, and how many more.
std::string few(const std::vector<std::string>& list);
/// How the failure looked: "alert handshake_failure", "a reset", "silence" …
std::string failure_words(const Evidence& evidence);

}  // namespace whytls::diagnosis
