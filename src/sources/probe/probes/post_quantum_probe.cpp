// SPDX-License-Identifier: Apache-2.0
#include "sources/probe/probe.h"

namespace whytls::probe {
namespace {

std::vector<Variation> propose(const Situation& s) {
  std::vector<Variation> out;
  if (!has_post_quantum(s.asked) || (s.working && has_post_quantum(*s.working))) return out;
  Offer smaller = without_post_quantum(s.asked);
  out.push_back(cure(change::post_quantum_dropped, "without the post-quantum group", smaller));
  if (!large_by_itself(s)) return out;
  smaller.pad_to = hello_size(s.asked);
  out.push_back(cure(change::post_quantum_padded, "without the post-quantum group, padded to the same size", smaller));
  return out;
}

}  // namespace

extern const Probe post_quantum_probe;
const Probe post_quantum_probe{"post-quantum", "does it depend on the post-quantum group, or only on the size that it brings?", propose};

}  // namespace whytls::probe
