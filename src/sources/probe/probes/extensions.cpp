// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "registry/registry.h"
#include "sources/probe/probe.h"

namespace whytls::probe {
namespace {

/// Extensions without which the offer would mean something else: names, groups, schemes, versions, shares, modes, ALPN.
bool essential(std::uint16_t type) {
  switch (type) {
    case 0:
    case 10:
    case 13:
    case 16:
    case 43:
    case 45:
    case 50:
    case 51:
      return true;
    default:
      return false;
  }
}

std::vector<std::uint16_t> droppable(const Offer& offer) {
  HelloInputs inputs;
  inputs.random = base::Bytes(32, 1);
  inputs.session_id = base::Bytes(session_id_size(offer), 1);
  for (const std::uint16_t group : share_groups(offer)) inputs.shares.push_back({group, base::Bytes(32, 1)});
  std::vector<std::uint16_t> out;
  for (const wire::Extension& extension : build_hello(offer, inputs).extensions)
    if (!essential(extension.type) && extension.type != 21) out.push_back(extension.type);
  return out;
}

std::vector<Variation> propose(const Situation& s) {
  std::vector<Variation> out;
  // What is larger than one extension is settled first.
  const bool other_reason = evidence::known_yes(s.evidence.is(evidence::Kind::cures, change::post_quantum_dropped));
  const bool too_early = has_post_quantum(s.asked) && s.working && !s.evidence.find(evidence::Kind::cures, change::post_quantum_dropped) &&
                         !has_post_quantum(*s.working);
  if (s.asked.no_extensions || other_reason || too_early) return out;
  std::vector<std::uint16_t> types = droppable(s.asked);
  if (s.working) types = missing_from(droppable(*s.working), types);
  if (types.empty()) return out;
  Offer bare = s.asked;
  bare.without = types;
  bare.grease = false;
  out.push_back(cure(change::extensions_dropped, "without the extensions that it can do without", bare));
  if (s.asked.grease) {
    Offer plain = s.asked;
    plain.grease = false;
    out.push_back(cure(change::grease_dropped, "without GREASE", plain));
    if (!evidence::known_no(s.evidence.is(evidence::Kind::cures, change::grease_dropped))) return out;
  }
  for (const std::uint16_t type : types) {
    if (registry::is_grease(type)) continue;
    Offer less = s.asked;
    less.without.push_back(type);
    const std::string name = registry::extension_name(type);
    out.push_back(cure(std::string(change::extension_dropped) + name, "without the extension " + name, less));
  }
  return out;
}

}  // namespace

extern const Probe extensions;
const Probe extensions{"extensions", "does it depend on an extension, or on GREASE?", propose};

}  // namespace whytls::probe
