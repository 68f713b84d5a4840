// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "registry/registry.h"
#include "sources/probe/probe.h"

namespace whytls::probe {
namespace {

/// All suites for the versions that an offer has, its own first.
std::vector<std::uint16_t> all_suites(const Offer& offer) {
  std::vector<std::uint16_t> out = offer.suites;
  for (const std::uint16_t version : offer.versions)
    for (const std::uint16_t suite : missing_from(out, suites_for(version))) out.push_back(suite);
  return out;
}

std::vector<std::uint16_t> extended(std::vector<std::uint16_t> list, const std::vector<std::uint16_t>& more) {
  for (const std::uint16_t code : missing_from(list, more)) list.push_back(code);
  return list;
}

bool beside_the_point(const Situation& s, std::vector<std::uint16_t> Offer::*list) {
  return s.working && !(s.working->*list).empty() && subset(s.working->*list, s.asked.*list);
}

Offer with_groups(Offer offer) {
  offer.groups = extended(offer.groups, every_group());
  if (offer.offers_tls13()) offer.key_shares = extended(offer.key_shares, {29, 23});
  return offer;
}

std::vector<Variation> propose(const Situation& s) {
  std::vector<Variation> out;
  Offer suites = s.asked;
  suites.suites = all_suites(s.asked);
  Offer groups = with_groups(s.asked);
  Offer schemes = s.asked;
  if (!schemes.signature_algorithms.empty())
    schemes.signature_algorithms = extended(schemes.signature_algorithms, every_signature_scheme());
  if (!beside_the_point(s, &Offer::suites)) out.push_back(cure(change::suites, "with all cipher suites", suites));
  if (!beside_the_point(s, &Offer::groups)) out.push_back(cure(change::groups, "with all groups", groups));
  if (!beside_the_point(s, &Offer::signature_algorithms))
    out.push_back(cure(change::signature_algorithms, "with all signature algorithms", schemes));
  Offer all = with_groups(suites);
  all.signature_algorithms = schemes.signature_algorithms;
  const bool each =
      !beside_the_point(s, &Offer::suites) || !beside_the_point(s, &Offer::groups) || !beside_the_point(s, &Offer::signature_algorithms);
  if (each) out.push_back(cure(change::algorithms, "with all suites, groups and signature algorithms, at the same versions", all));
  if (!s.working) return out;
  const auto narrowed = [&](std::string_view changed, const char* words, std::vector<std::uint16_t> Offer::*list) {
    if (beside_the_point(s, list) || (s.asked.*list).empty()) return;
    Offer offer = *s.working;
    offer.*list = s.asked.*list;
    if (list == &Offer::groups) {
      offer.key_shares = s.asked.key_shares;
      if (offer.key_shares.empty() && offer.offers_tls13()) offer.key_shares = {s.asked.groups.front()};
    }
    out.push_back(spoil(changed, words, offer));
  };
  narrowed(change::suites, "a wide offer that works, with these suites only", &Offer::suites);
  narrowed(change::groups, "a wide offer that works, with these groups only", &Offer::groups);
  narrowed(change::signature_algorithms, "a wide offer that works, with these signature algorithms only", &Offer::signature_algorithms);
  return out;
}

}  // namespace

extern const Probe algorithms;
const Probe algorithms{"algorithms", "does it depend on the suites, the groups or the signature algorithms?", propose};

}  // namespace whytls::probe
