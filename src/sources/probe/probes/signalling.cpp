// SPDX-License-Identifier: Apache-2.0
#include "sources/probe/probe.h"

namespace whytls::probe {
namespace {

std::vector<Variation> propose(const Situation& s) {
  std::vector<Variation> out;
  if (s.asked.fallback_scsv) {
    Offer offer = s.asked;
    offer.fallback_scsv = false;
    out.push_back(cure(change::fallback_scsv_dropped, "without the fallback mark", offer));
  }
  if (s.asked.renegotiation_info == RenegotiationInfo::none) {
    Offer offer = s.asked;
    offer.renegotiation_info = RenegotiationInfo::both;
    out.push_back(cure(change::renegotiation_info_added, "with renegotiation info", offer));
  }
  if (!s.asked.extended_master_secret && !s.asked.no_extensions) {
    Offer offer = s.asked;
    offer.extended_master_secret = true;
    out.push_back(cure(change::extended_master_secret_added, "with extended master secret", offer));
  }
  return out;
}

}  // namespace

extern const Probe signalling;
const Probe signalling{"signalling", "does it depend on a signalling value?", propose};

}  // namespace whytls::probe
