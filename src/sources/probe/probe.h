// SPDX-License-Identifier: Apache-2.0
// A probe is one question to a server: variations of an offer that differ from it in one thing. It proposes; the investigation
// decides which are worth a connection, runs them, and states what they prove. One file a probe in probes/, found by the build.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/changes.h"
#include "evidence/evidence.h"
#include "sources/probe/attempt.h"

namespace whytls::probe {

namespace change = evidence::change;

/// What a probe may look at when it proposes.
struct Situation {
  const Offer& asked;              ///< of the client in question: it fails
  const Offer* working = nullptr;  ///< the nearest offer that gets further; nullptr when none is known
  const evidence::Evidence& evidence;
  std::size_t segment = 1400;  ///< bytes that one TCP segment to this server carries
};

struct Variation {
  std::string change;  ///< subject of the fact that it proves
  bool spoils =
      false;          ///< false: the offer in question with the change (fact `cures`); true: the working offer with the reverse (`breaks`)
  std::string words;  ///< how the offer differs, for people: "with all cipher suites"
  Trial trial;
};

struct Probe {
  std::string_view name;
  std::string_view question;  ///< one sentence for the documentation
  /// Variations that make sense here. A change that would alter nothing, or that the working offer shows to be beside the point
  /// (what it adds, the working offer lacks as well), is left out.
  std::vector<Variation> (*propose)(const Situation& situation);
};

/// All of them, generated.
extern const std::span<const Probe* const> probes;

/// Every variation that any probe proposes.
std::vector<Variation> propose_all(const Situation& situation);

// ---- helpers for probes ---------------------------------------------------------------------------------------------
/// Entries of `list` that are not in `base`, in order.
std::vector<std::uint16_t> missing_from(const std::vector<std::uint16_t>& base, const std::vector<std::uint16_t>& list);
bool subset(const std::vector<std::uint16_t>& small, const std::vector<std::uint16_t>& large);
Variation cure(std::string_view change, std::string words, Offer offer);
Variation spoil(std::string_view change, std::string words, Offer offer);
/// Hybrid and pure key-encapsulation groups.
bool post_quantum(std::uint16_t group);
Offer without_post_quantum(Offer offer);
bool has_post_quantum(const Offer& offer);
/// Whether the size of the offer as it stands may still matter: a hybrid share is most of it, and where the offer fails without
/// that share just as well, what the share brings in bytes is beside the point. False too while that is not known.
bool large_by_itself(const Situation& situation);

}  // namespace whytls::probe
