// SPDX-License-Identifier: Apache-2.0
// Who on this machine trusts a chain, and why not: every trust store that is found here, each by its path, with what it holds of the
// chain's root. Judges no chain: that a root is there does not make the rest of the chain sound.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "evidence/evidence.h"
#include "sources/system/environment.h"
#include "x509/certificate.h"

namespace whytls::system {

struct StoreVerdict {
  enum class State : std::uint8_t { present, absent, distrusted, expired, unreadable } state = State::absent;
  std::string who;       ///< "OpenSSL", "Java 17", "Firefox profile default-esr", "Node.js 20"
  std::string path;      ///< file, folder or program
  std::string named_by;  ///< the variable or option that names it; empty: a default place
  std::string text;      ///< why, in a sentence; may be empty where it is present
  std::string root;      ///< the name of the root in question as it stands there; empty where it is absent
};
std::string_view state_name(StoreVerdict::State state);

/// `chain`: all that is known of it, the leaf first; roots beyond it are found by the names of their issuers. Programs that have their
/// list built in (Node.js, Python) are asked, for two seconds at most; `ask_programs` false leaves them out.
std::vector<StoreVerdict> who_trusts(const std::vector<x509::Certificate>& chain, base::Time now, const Environment& environment,
                                     bool ask_programs = true);

/// Certificates of that issuer's name in the browsers' databases of this user, which keep the intermediates that they once saw; each with
/// the place where it lies. Whether they signed `child` is not looked at.
std::vector<std::pair<x509::Certificate, std::string>> issuers_at_hand(const x509::Certificate& child, const Environment& environment);

/// store_verdict, one of each.
std::vector<evidence::Fact> trust_facts(const std::vector<StoreVerdict>& verdicts);

}  // namespace whytls::system
