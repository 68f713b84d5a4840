// SPDX-License-Identifier: Apache-2.0
#include "sources/probe/probe.h"

namespace whytls::probe {
namespace {

std::vector<Variation> propose(const Situation& s) {
  Variation later = cure(change::pause, "unchanged, after a pause of 1.2 seconds", s.asked);
  later.trial.pause = std::chrono::milliseconds(1200);
  return {later};
}

}  // namespace

extern const Probe after_a_pause;
const Probe after_a_pause{"pause", "does it work again after a pause?", propose};

}  // namespace whytls::probe
