// SPDX-License-Identifier: Apache-2.0
// Short names for a form of ClientHello, by which other tools and lists know clients. They prove nothing: anybody may send that form.
#pragma once

#include <string>

#include "wire/handshake.h"

namespace whytls::observe {

/// The text that JA3 hashes: version, suites, extensions, groups and point formats in decimal, GREASE left out.
std::string ja3_text(const wire::ClientHello& hello);
/// Its MD5 in lower-case hex (32 digits).
std::string ja3(const wire::ClientHello& hello);
/// JA3S: the same of a ServerHello, its version, suite and extensions (GREASE does not occur there).
std::string ja3s(const wire::ServerHello& hello);
/// FoxIO's JA4 for TLS over TCP, or over QUIC: "t13d1516h2_8daaf6152771_e5627efa2ab1".
std::string ja4(const wire::ClientHello& hello, bool quic = false);

}  // namespace whytls::observe
