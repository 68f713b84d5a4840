// SPDX-License-Identifier: Apache-2.0
// Match, rank, explain. Pure: no clock, file, socket or locale.
#pragma once

#include <optional>
#include <vector>

#include "diagnosis/cause.h"

namespace whytls::diagnosis {

enum class Outcome : std::uint8_t { ok, failed, aborted, undetermined };
std::string_view outcome_name(Outcome outcome);

struct Verdict {
  const Cause* cause = nullptr;
  Finding finding;
  Side side = Side::server;
  Stage stage = Stage::established;
};

/// A cause that could still be it, and the facts that would tell.
struct Open {
  const Cause* cause = nullptr;
  std::vector<Ref> unknown;
};

struct Diagnosis {
  Outcome outcome = Outcome::undetermined;
  std::optional<Verdict> verdict;
  std::vector<Verdict> also;         ///< causes that would still fail it once the verdict's is mended, in their order
  std::vector<Verdict> doubts;       ///< other readings of the same failure, best first
  std::vector<Open> open;            ///< causes of this step, or of the verdict's rank and better, with facts unknown
  Stage stage = Stage::established;  ///< the first step that did not succeed
};

Diagnosis diagnose(const Evidence& evidence);

}  // namespace whytls::diagnosis
