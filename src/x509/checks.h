// SPDX-License-Identifier: Apache-2.0
// What is wrong with one path: every fault, tied to its link. Inside this module only.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "x509/constraints.h"
#include "x509/judge.h"
#include "x509/path.h"

namespace whytls::x509 {

/// What holds for the chain whichever path is taken.
struct Context {
  const JudgeOptions& options;
  const std::vector<Certificate>& served;
  const std::optional<HostMatch>& host;
  /// What was found on earlier paths: links stand on many, and hostile ones are costly to look at.
  struct Found {
    std::map<const Link*, std::vector<Departure>> departures;                              ///< for the profiles that ask
    std::map<std::pair<const Link*, const Link*>, NameConstraints::Violation> violations;  ///< of whose constraints by whose names
    std::size_t comparisons = most_comparisons;                                            ///< of names with constraints, left to make
    bool first_unanchored = true;
  } & found;
};

/// Why the end of the path is none that is trusted, and what would be missing.
struct Ending {
  std::vector<Problem> problems;
  std::string missing_issuer, found_in, known_in;
  bool missing_issuer_is_root = false;
};

Role role_of(const Path& path, std::size_t position);
Asked asked_of(const JudgeOptions& options);
Ending judge_ending(const Path& path, const Context& context);
/// All faults but those of the ending, in no order.
std::vector<Problem> judge_links(const Path& path, const Context& context);
/// What libcrypto's own validation finds beyond these.
void add_libcrypto(const Path& path, std::vector<Problem>& problems);
/// Faults by revocation lists.
void judge_lists(const Path& path, const Context& context, std::vector<Problem>& out);
/// Faults of revocation; `staple` receives what the leaf's response says, if one was given.
std::vector<Problem> judge_revocation(const Path& path, const Context& context, std::optional<OcspResponse>& staple);

}  // namespace whytls::x509
