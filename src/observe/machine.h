// SPDX-License-Identifier: Apache-2.0
// Which handshake message may follow which: RFC 8446 appendix A, RFC 5246 7.3. We observe: what is not in the table is a
// violation, which becomes a fact, and reading goes on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "wire/handshake.h"

namespace whytls::observe {

/// What the server's next message may follow.
enum class State : std::uint8_t {
  start,    ///< nothing of the server yet
  retried,  ///< HelloRetryRequest
  server_hello_12,
  certificate_12,
  status_12,
  key_exchange_12,
  request_12,
  done_12,
  ticket_12,
  finished_12,
  server_hello_13,
  extensions_13,
  request_13,
  certificate_13,
  verify_13,
  finished_13,
};

struct Step {
  State state;
  std::optional<std::string> violation;  ///< "expected one of …, got …"
};

/// Advances by one message of the server. `tls13` is the negotiated version (known once the ServerHello was read).
/// A message that is not allowed leaves the state as it was.
Step step(State state, wire::HandshakeType message, bool tls13, bool hello_retry_request);

}  // namespace whytls::observe
