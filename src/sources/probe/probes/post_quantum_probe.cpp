// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "sources/probe/probe.h"

namespace whytls::probe {
namespace {

std::vector<Variation> propose(const Situation& s) {
  std::vector<Variation> out;
  const auto has = [](const Offer& offer) { return std::any_of(offer.groups.begin(), offer.groups.end(), post_quantum); };
  if (!has(s.asked) || (s.working && has(*s.working))) return out;
  Offer smaller = without_post_quantum(s.asked);
  out.push_back(cure(change::post_quantum_dropped, "without the post-quantum group", smaller));
  smaller.pad_to = hello_size(s.asked);
  out.push_back(cure(change::post_quantum_padded, "without the post-quantum group, padded to the same size", smaller));
  return out;
}

}  // namespace

extern const Probe post_quantum_probe;
const Probe post_quantum_probe{"post-quantum", "does it depend on the post-quantum group, or only on the size that it brings?", propose};

}  // namespace whytls::probe
