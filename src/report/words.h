// SPDX-License-Identifier: Apache-2.0
// The sentences of a report that no cause provides; shared by all formats, so that they say the same.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/report.h"

namespace whytls::report {

/// "shop.example.com:443", "[2001:db8::1]:443".
std::string target_words(const Target& target);
/// The verdict in one sentence: the cause's summary, or what came of the handshake where no cause is named.
std::string headline(const Report& report);
/// Whose move it is, in a sentence or two; empty when nobody has to move.
std::string whose_move(const Report& report);
/// "TLS 1.3, TLS_AES_128_GCM_SHA256, x25519".
std::string selection_words(const Selection& selection);
/// The common name of a distinguished name, else all of it.
std::string short_name(std::string_view distinguished_name);
/// Alternatives that are not ruled out, in words; for an outcome that is not certain.
std::vector<std::string> left_open(const Report& report);
/// What would decide between them.
std::vector<std::string> to_decide(const Report& report);
/// Evidence for people: what the verdict rests on, the strongest first, then what else is worth a line; at most `most`.
std::vector<std::string> evidence_lines(const Report& report, std::size_t most);

}  // namespace whytls::report
