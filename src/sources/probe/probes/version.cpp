// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "registry/registry.h"
#include "sources/probe/probe.h"

namespace whytls::probe {
namespace {

namespace v = registry::version;

bool below_13(const Offer& offer) {
  return std::any_of(offer.versions.begin(), offer.versions.end(), [](std::uint16_t x) { return x < v::tls13; });
}

/// The same offer with the versions that it lacks, and the suites, groups and shares without which these would mean nothing.
Offer widened(const Offer& asked) {
  const Offer usual = widest_offer(asked.server_name.value_or(""), v::ssl3);
  Offer out = asked;
  out.versions = {v::tls13, v::tls12, v::tls11, v::tls10, v::ssl3};
  for (const std::uint16_t version : missing_from(asked.versions, out.versions))
    for (const std::uint16_t suite : missing_from(out.suites, suites_for(version)))
      if (subset({suite}, usual.suites)) out.suites.push_back(suite);
  if (out.groups.empty()) out.groups = default_offer("", false).groups;
  if (out.signature_algorithms.empty()) out.signature_algorithms = default_offer("", false).signature_algorithms;
  if (out.key_shares.empty()) out.key_shares = {29};
  return without_post_quantum(out);
}

std::vector<Variation> propose(const Situation& s) {
  std::vector<Variation> out;
  const bool common = subset({registry::version_code(s.evidence.text(evidence::Kind::selected_version)).value_or(0)}, s.asked.versions);
  const std::vector<std::uint16_t> all{v::tls13, v::tls12, v::tls11, v::tls10};
  const bool more = !missing_from(s.asked.versions, all).empty();
  if (more && !common && (!s.working || !subset(s.working->versions, s.asked.versions)))
    out.push_back(cure(change::version, "with all versions from SSL 3 to TLS 1.3", widened(s.asked)));
  if (s.working && !common && !subset(s.working->versions, s.asked.versions)) {
    const Offer narrowed = with_versions(*s.working, s.asked.versions);
    if (!narrowed.suites.empty()) out.push_back(spoil(change::version, "a wide offer that works, with these versions only", narrowed));
  }
  if (s.asked.offers_tls13() && below_13(s.asked)) {
    std::vector<std::uint16_t> older = s.asked.versions;
    std::erase_if(older, [](std::uint16_t x) { return x == v::tls13 || x > 0x7f00; });
    out.push_back(cure(change::without_tls13, "without TLS 1.3", with_versions(s.asked, older)));
    if (s.asked.offers(v::tls12) && (!s.working || !s.working->offers(v::tls12))) {
      std::erase(older, v::tls12);
      older.push_back(v::tls11);
      older.push_back(v::tls10);
      out.push_back(cure(change::without_tls12, "with TLS 1.0 and 1.1 only", with_versions(widened(s.asked), older)));
    }
  }
  if (s.working && s.asked.offers_tls13() && !s.working->offers_tls13() && below_13(*s.working)) {
    Offer newer = *s.working;
    newer.versions.insert(newer.versions.begin(), v::tls13);
    newer.suites.insert(newer.suites.begin(), {0x1301, 0x1302, 0x1303});
    newer.key_shares = {29};
    if (!subset({29}, newer.groups)) newer.groups.insert(newer.groups.begin(), 29);
    out.push_back(spoil(change::without_tls13, "a plain offer that works, with TLS 1.3 beside it", newer));
  }
  return out;
}

}  // namespace

extern const Probe version;
const Probe version{"version", "does it depend on the versions offered?", propose};

}  // namespace whytls::probe
