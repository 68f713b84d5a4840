// SPDX-License-Identifier: Apache-2.0
// A hello that a server refused beside those that it accepted in the same capture: pairs that nobody had to make. What follows from them is
// inferred, and only where nothing else that is visible could be the reason.
#pragma once

#include <string>
#include <vector>

#include "evidence/evidence.h"
#include "sources/capture/ledger.h"

namespace whytls::sources::capture {

/// Without GREASE (RFC 8701).
std::vector<std::uint16_t> without_grease(const std::vector<std::uint16_t>& codes);

/// In which single respect the two offers differ: versions, suites, groups, signature-algorithms, server-name, alpn, extensions; empty
/// where in more than one, "nothing" where in none.
std::string only_difference(const wire::ClientHello& failed, const wire::ClientHello& works);

/// Facts `cures` for a hello that was answered by that alert (or none), where it is likely that one change of it would do.
void add_pairs(evidence::Evidence& evidence, const wire::ClientHello& refused, const std::vector<Ledger::Accepted>& accepted,
               const std::string& alert);

}  // namespace whytls::sources::capture
