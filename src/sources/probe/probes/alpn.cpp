// SPDX-License-Identifier: Apache-2.0
#include "sources/probe/probe.h"

namespace whytls::probe {
namespace {

std::vector<Variation> propose(const Situation& s) {
  std::vector<Variation> out;
  if (s.working && s.working->alpn == s.asked.alpn) return out;
  Offer offer = s.asked;
  if (s.asked.alpn.empty()) {
    offer.alpn = {"h2", "http/1.1"};
    out.push_back(cure(change::alpn_other, "with the application protocols h2 and http/1.1", offer));
    return out;
  }
  offer.alpn.clear();
  out.push_back(cure(change::alpn_dropped, "without application protocols (ALPN)", offer));
  if (s.asked.alpn != std::vector<std::string>{"h2", "http/1.1"}) {
    offer.alpn = {"h2", "http/1.1"};
    out.push_back(cure(change::alpn_other, "with the application protocols h2 and http/1.1", offer));
  }
  if (s.working && s.working->alpn.empty()) {
    Offer spoiled = *s.working;
    spoiled.alpn = s.asked.alpn;
    out.push_back(spoil(change::alpn_dropped, "a plain offer that works, with these application protocols", spoiled));
  }
  return out;
}

}  // namespace

extern const Probe alpn;
const Probe alpn{"alpn", "does it depend on the application protocols?", propose};

}  // namespace whytls::probe
