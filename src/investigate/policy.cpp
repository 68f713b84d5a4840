// SPDX-License-Identifier: Apache-2.0
// The local side: "the server is fine, your own policy forbids it", and where that line stands.

#include "investigate/session.h"

namespace whytls::investigate {
namespace {

using evidence::Kind;

std::vector<evidence::Fact> judge(const Session& s, const system::LibraryPolicy& policy) {
  system::ServerNeeds needs = system::needs_of(s.out.evidence);
  needs.chain = system::chain_links(s.out.chain);
  return system::policy_facts(policy, needs);
}

/// Whether the handshake shows anything at which a policy could take offence: below these bounds no default policy objects.
bool worth_asking(const evidence::Evidence& e) {
  return evidence::known_no(e.is(Kind::completed)) && !e.text(Kind::selected_version).empty();
}

}  // namespace

void apply_library_policy(Session& s) {
  if (s.policy) {
    const auto facts = judge(s, *s.policy);
    for (const evidence::Fact& fact : facts) s.out.evidence.add(fact);
    const bool forbids = !s.out.evidence.text(Kind::policy_forbids, s.policy->library).empty();
    if (forbids && evidence::known_yes(s.out.evidence.is(Kind::completed))) {
      s.add(Kind::completed, false);
      s.add(Kind::failed_stage, std::string("certificate"));
      s.add(Kind::failure, std::string("client"), s.policy->library + " itself gives up");
    }
    return;
  }
  if (!worth_asking(s.out.evidence)) return;
  const system::Environment environment = system::Environment::of_process();
  for (const std::string_view library : {"openssl", "gnutls", "java"}) {
    const auto policy = system::library_policy(library, environment);
    if (!policy) continue;
    for (const evidence::Fact& fact : judge(s, *policy))
      if (fact.kind == Kind::policy_forbids)
        s.out.remarks.push_back({"policy." + policy->library, false,
                                 "this machine's " + policy->library +
                                     " would refuse as well: " + (fact.text.empty() ? std::get<std::string>(fact.value) : fact.text)});
  }
}

}  // namespace whytls::investigate
