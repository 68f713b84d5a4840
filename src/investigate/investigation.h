// SPDX-License-Identifier: Apache-2.0
// The loop of a live diagnosis: which facts would decide, which probe yields them, within the budget. It makes connections only
// through sources/probe, and names causes only through the diagnosis engine.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "diagnosis/engine.h"
#include "evidence/evidence.h"
#include "investigate/request.h"
#include "sources/probe/attempt.h"
#include "x509/certificate.h"

namespace whytls::investigate {

/// One way of asking beside the one in question, and what came of it.
struct ProbeRun {
  std::string change;   ///< "control", a rung of the ladder ("plain"), or a change of evidence/changes.h
  bool spoils = false;  ///< a working offer made worse, rather than the failing one made better
  std::string words;    ///< what differs, for people
  int times = 0;        ///< how often it was made …
  int same = 0;         ///< … and how often it ended like the first
  bool works = false;   ///< it got past the failing step
  std::string ended;
  std::string address;
  std::optional<probe::Attempt> attempt;  ///< the first
};

struct Remark {
  std::string rule;  ///< stable id, e.g. "intermittent", "policy.java"
  bool warning = true;
  std::string text;
  bool error = false;  ///< rather than a warning
};

/// The rule of the remark that the rest of the handshake cannot be read here.
inline constexpr std::string_view hidden_by_group = "hidden-by-group";

struct Investigation {
  Request request;
  probe::Offer offer;  ///< of the client in question
  evidence::Evidence evidence;
  diagnosis::Diagnosis diagnosis;
  std::optional<probe::Attempt> main;  ///< the handshake of the client in question
  std::vector<ProbeRun> probes;
  std::vector<x509::Certificate> chain;  ///< the server's, as sent
  std::vector<Remark> remarks;
  std::string address;  ///< of the main attempt
  int connections = 0;
  std::chrono::milliseconds elapsed{};
  bool interrupted = false;
  bool hidden() const {
    return std::any_of(remarks.begin(), remarks.end(), [](const Remark& remark) { return remark.rule == hidden_by_group; });
  }
  std::optional<base::Error> unusable;  ///< something that the user gave cannot be used (exit 2)
};

/// Called with one short line whenever something new is tried.
using Progress = std::function<void(const std::string&)>;

Investigation investigate(const Request& request, const Progress& progress, const net::CancelFlag* cancel);

}  // namespace whytls::investigate
