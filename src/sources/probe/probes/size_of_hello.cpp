// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "sources/probe/probe.h"

namespace whytls::probe {
namespace {

struct Bound {
  std::string_view change;
  std::size_t bytes;
};
// 255 is where one length byte ends, 511 where old load balancers hung (RFC 7685), 1,400 where one segment ends.
constexpr std::array bounds{Bound{change::smaller_256, 256}, Bound{change::smaller_512, 512}, Bound{change::smaller_1400, 1400}};

/// A single extension is to blame, or may still turn out to be: most are asked about before the last few bytes are.
bool an_extension_may_explain(const evidence::Evidence& e) {
  if (!evidence::known_yes(e.is(evidence::Kind::cures, change::extensions_dropped)))
    return !e.find(evidence::Kind::cures, change::extensions_dropped);
  bool asked = false;
  for (const evidence::Fact* fact : e.all(evidence::Kind::cures)) {
    if (fact->subject.rfind(change::extension_dropped, 0) != 0) continue;
    if (evidence::known_yes(e.is(evidence::Kind::cures, fact->subject))) return true;
    asked = true;
  }
  return !asked;
}

/// From the largest bound down: a smaller one matters only where the larger breaks a working offer (or is out of reach).
std::vector<Variation> propose(const Situation& s) {
  if (!s.working) return {};
  const auto asked_of = [&](std::string_view change) { return s.evidence.find(evidence::Kind::cures, change) != nullptr; };
  const bool by_share = has_post_quantum(s.asked) && large_by_itself(s);
  if (has_post_quantum(s.asked) && !asked_of(change::post_quantum_dropped)) return {};
  if (by_share && !asked_of(change::post_quantum_padded)) return {};
  if (has_post_quantum(s.asked) && !by_share && an_extension_may_explain(s.evidence)) return {};
  const bool padding_fails = by_share && evidence::known_no(s.evidence.is(evidence::Kind::cures, change::post_quantum_padded));
  // Where it fails without the hybrid share as well, only what is left of its size can matter.
  const std::size_t asked = hello_size(large_by_itself(s) ? s.asked : without_post_quantum(s.asked));
  const std::size_t works = hello_size(*s.working);
  for (auto bound = bounds.rbegin(); bound != bounds.rend(); ++bound) {
    if (asked < bound->bytes || works >= bound->bytes || (padding_fails && bound->bytes == 1400)) continue;
    const evidence::Answer breaks = s.evidence.is(evidence::Kind::breaks, bound->change);
    if (evidence::known_yes(breaks)) continue;
    if (evidence::known_no(breaks)) return {};
    Offer padded = *s.working;
    padded.no_extensions = false;
    padded.pad_to = bound->bytes == 1400 ? asked : std::min(asked, bound->bytes + 60);
    return {spoil(bound->change, "a small offer that works, padded to " + std::to_string(padded.pad_to) + " bytes", padded)};
  }
  return {};
}

}  // namespace

extern const Probe size_of_hello;
const Probe size_of_hello{"size", "does it depend on the size of the ClientHello alone?", propose};

}  // namespace whytls::probe
