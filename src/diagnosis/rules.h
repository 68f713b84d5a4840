// SPDX-License-Identifier: Apache-2.0
// Questions that rules of several areas ask of the evidence; each follows a sentence of the order of judgement.
#pragma once

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
