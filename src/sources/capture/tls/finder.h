// SPDX-License-Identifier: Apache-2.0
// Where in a stream of bytes TLS begins, by what the bytes are and never by a port; and what was spoken before it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"

namespace whytls::sources::capture {

enum class Opening : std::uint8_t {
  none,
  client_hello,
  server_hello,
  ssl2_client_hello,  ///< in SSL 2 form, of whatever version
  alert,              ///< an alert of two bytes in the clear
  records,            ///< records from the middle of a connection
};

/// What stands at the front. `at_start`: these are the first bytes of the stream, so that little is enough to tell.
/// `midway`: the beginning of the connection was not captured, so that its middle may stand here.
Opening opening_at(base::ByteView bytes, bool at_start, bool midway);

/// Offset of a ClientHello or ServerHello within the bytes, not at their front; strict, since any text may hold such bytes by accident.
std::optional<std::size_t> find_hello(base::ByteView bytes);

/// The protocol in whose course TLS was asked for, by the first bytes of both sides: a name of --starttls, "http-connect", "socks5",
/// "socks4", "proxy-protocol"; "text" where it is readable and nothing known; empty where nothing is known.
std::string upgrade_of(base::ByteView client, base::ByteView server, std::uint16_t port);

}  // namespace whytls::sources::capture
