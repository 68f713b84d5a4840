// SPDX-License-Identifier: Apache-2.0
#include "sources/probe/probe.h"

#include <algorithm>

#include "registry/registry.h"

namespace whytls::probe {

std::vector<Variation> propose_all(const Situation& situation) {
  std::vector<Variation> out;
  for (const Probe* probe : probes) {
    std::vector<Variation> proposed = probe->propose(situation);
    std::move(proposed.begin(), proposed.end(), std::back_inserter(out));
  }
  return out;
}

std::vector<std::uint16_t> missing_from(const std::vector<std::uint16_t>& base, const std::vector<std::uint16_t>& list) {
  std::vector<std::uint16_t> out;
  for (const std::uint16_t code : list)
    if (std::find(base.begin(), base.end(), code) == base.end() && !registry::is_grease(code)) out.push_back(code);
  return out;
}

bool subset(const std::vector<std::uint16_t>& small, const std::vector<std::uint16_t>& large) { return missing_from(large, small).empty(); }

namespace {

Variation variation(std::string_view change, bool spoils, std::string words, Offer offer) {
  Variation out;
  out.change = change;
  out.spoils = spoils;
  out.words = std::move(words);
  out.trial.offer = std::move(offer);
  return out;
}

}  // namespace

Variation cure(std::string_view change, std::string words, Offer offer) {
  return variation(change, false, std::move(words), std::move(offer));
}
Variation spoil(std::string_view change, std::string words, Offer offer) {
  return variation(change, true, std::move(words), std::move(offer));
}

bool post_quantum(std::uint16_t code) {
  const registry::Group* group = registry::group(code);
  return group && (group->family == registry::GroupFamily::hybrid || group->family == registry::GroupFamily::kem);
}

bool has_post_quantum(const Offer& offer) { return std::any_of(offer.groups.begin(), offer.groups.end(), post_quantum); }

bool large_by_itself(const Situation& s) {
  if (!has_post_quantum(s.asked) || (s.working && has_post_quantum(*s.working))) return true;
  return evidence::known_yes(s.evidence.is(evidence::Kind::cures, change::post_quantum_dropped));
}

Offer without_post_quantum(Offer offer) {
  std::erase_if(offer.groups, post_quantum);
  std::erase_if(offer.key_shares, post_quantum);
  if (offer.key_shares.empty() && offer.offers_tls13())
    for (const std::uint16_t group : offer.groups)
      if (offer.key_shares.empty() && !registry::is_grease(group)) offer.key_shares.push_back(group);
  return offer;
}

}  // namespace whytls::probe
