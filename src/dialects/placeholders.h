// SPDX-License-Identifier: Apache-2.0
// The words in braces of a spelling. A remedy of the server's side takes over what the client offers; one of the client's side what
// the server chose. Where nothing is known, a value stands that every current implementation has.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dialects/dialect.h"

namespace whytls::dialects {

/// The suite in question: of the server's side the client's best for the server's type of key, of the client's side the chosen one.
std::uint16_t suite_in_question(remedy::Side side, const Evidence& evidence);

/// {host} {port} {name} {version} {version:go} {version:gnutls} {version:curl} {suite} {suite:iana} {suite:gnutls} {group} {group:iana}
/// {group:gnutls} {group:go} {groups} {groups:iana} {sigalg} {sigalg:gnutls} {alpn} {starttls} {upgrade} {upgrade:gnutls} {seclevel}
/// {seclevel:curl} {other-key} {covered}; absent: no such word.
std::optional<std::string> placeholder(std::string_view word, remedy::Side side, const Evidence& evidence);

}  // namespace whytls::dialects
