// SPDX-License-Identifier: Apache-2.0
// The verdict over a handshake that was only watched: nothing of it could be tried again. What the causes themselves prove comes first;
// then what an alert literally says; what is merely possible is left open and named as such.
#pragma once

#include <string_view>
#include <vector>

#include "diagnosis/engine.h"

namespace whytls::diagnosis {

struct WatchedDiagnosis {
  Diagnosis diagnosis;                       ///< `doubts` has what is left open, best first
  std::vector<std::string_view> tell_apart;  ///< how to decide between these, the most telling first
};

WatchedDiagnosis diagnose_watched(const Evidence& evidence);

}  // namespace whytls::diagnosis
