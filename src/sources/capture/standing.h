// SPDX-License-Identifier: Apache-2.0
// How a watched handshake stands: over well, failed and in which way, let go by the client, or seen too little of. One judgement, made
// once, from the conversation, the sizes of protected records, TCP and what was missed. It names no cause.
#pragma once

#include <string>

#include "sources/capture/handshake.h"
#include "sources/capture/tls/ending.h"

namespace whytls::sources::capture {

enum class Standing : std::uint8_t { complete, failed, abandoned, unseen };

struct Assessment {
  Standing standing = Standing::unseen;
  /// Of a failed one, in the words of evidence/kinds.def: `failure`, `failed_stage`; empty where the conversation itself says it.
  std::string failure, stage;
  std::string text;                                       ///< one sentence about how it ended, printable; may be empty
  bool ended_by_client = false, ended_by_server = false;  ///< without an alert that can be read
  bool encrypted_alert_by_client = false, encrypted_alert_by_server = false;
  bool sent_nothing = false;  ///< complete, and the client left as one does that refuses the certificate only then (farewell.h)
  Flight flight;              ///< TLS 1.3 only
};

Assessment assess(const Handshake& handshake);

/// Whether the client sent application data after the handshake, as far as it can be seen.
bool client_sent_data(const Handshake& handshake);

/// "server_hello of the server" …: the last handshake message, and whose; "nothing" where none came.
std::string last_message(const Handshake& handshake);

}  // namespace whytls::sources::capture
