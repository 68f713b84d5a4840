// SPDX-License-Identifier: Apache-2.0
// Ever plainer (or, for a narrow client, wider) hellos: the rung on which a server begins to answer is itself evidence, and what
// works there is the ground on which minimal pairs stand.
#pragma once

#include <string>
#include <vector>

#include "investigate/request.h"
#include "sources/probe/offer.h"

namespace whytls::investigate {

struct Rung {
  std::string name;  ///< "default", "plain", "plain-no-name", "wide", "old", "tls1.3-only", "ssl2"
  std::string words;
  probe::Offer offer;
};

/// In waves: all of a wave are tried side by side, the first of them that works is the nearest; the next wave only if none does.
/// `failure`: how the offer in question ended (Kind::failure); SSL 2 is tried only where a server of that age could have ended it so.
std::vector<std::vector<Rung>> ladder(const Request& request, const probe::Offer& asked, const std::string& failure);

}  // namespace whytls::investigate
