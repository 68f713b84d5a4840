// SPDX-License-Identifier: Apache-2.0
// Which causes facts leave open that prove none of them: a message of a library mostly says how it ended and rarely why. The causes
// stand in readings/*.tsv, by the facts that speak for them and against them. Where the causes themselves decide, they come first.
#pragma once

#include <string_view>
#include <vector>

#include "diagnosis/engine.h"

namespace whytls::diagnosis {

/// A cause that is left open, and why.
struct Candidate {
  const Cause* cause = nullptr;
  Confidence confidence = Confidence::possible;
  Side side = Side::server;
  int weight = 0;             ///< 1 to 100, for their order only
  std::string summary;        ///< one sentence; the cause's title where it says no more
  std::vector<Ref> rests_on;  ///< facts that speak for it, the strongest first
  std::vector<Remedy> remedies;
};

struct LeftOpen {
  std::vector<Candidate> candidates;         ///< best first
  std::vector<std::string_view> tell_apart;  ///< how to decide between them, the most telling first
};

LeftOpen left_open(const Evidence& evidence);

}  // namespace whytls::diagnosis
