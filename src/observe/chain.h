// SPDX-License-Identifier: Apache-2.0
// The one place where a judged chain becomes facts. Who served it, and over what, it refuses to know.
#pragma once

#include <string>
#include <vector>

#include "evidence/evidence.h"
#include "x509/clients.h"
#include "x509/judge.h"

namespace whytls::observe {

/// `host`: what the client checks the leaf against. Faults are stated only where they hold on every path. What is odd without being
/// a fault is stated too; it has words where it may explain something.
evidence::Evidence facts_of(const x509::Judgement& judgement, const x509::JudgeOptions& options);

/// Rules that mainstream clients let pass and some do not, one fact a link.
evidence::Evidence profile_facts(const x509::Judgement& judgement);

/// Which kinds of client accept the chain; one fact without a subject sums them up in words.
evidence::Evidence client_facts(const std::vector<x509::ClientView>& views);

/// How many timestamps came; and, for a client that insists on them, how many it wants.
evidence::Evidence transparency_facts(const x509::Transparency& transparency, bool insists);

/// That another clock differs from the local one, and whether the chain holds by it. `source` is a subject of Kind::clock_ahead.
/// Nothing where they agree to within five minutes.
evidence::Evidence clock_facts(const x509::Judgement& judgement, base::Time local, base::Time other, const std::string& source);

/// The store as the client in question has it.
evidence::Evidence store_facts(const x509::StoreReport& report, bool given_by_option);

}  // namespace whytls::observe
