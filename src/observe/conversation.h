// SPDX-License-Identifier: Apache-2.0
// A TLS conversation as whoever sees it: messages of both sides in the order of time, and how it ended. The live probe and the
// capture reader fill the same value, so that the same handshake gives the same facts. It refuses to know who was watching.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "evidence/evidence.h"
#include "wire/handshake.h"
#include "wire/plaintext.h"
#include "wire/record.h"

namespace whytls::observe {

enum class From : std::uint8_t { client, server };

/// One handshake message, change_cipher_spec, alert, or the first protected record of a side.
struct Event {
  enum class Kind : std::uint8_t { handshake, change_cipher_spec, alert, application_data } kind = Kind::handshake;
  From from = From::client;
  std::chrono::microseconds at{};  ///< since the start of the connection
  bool encrypted = false;          ///< it came under record protection (its contents are known only if that was removed)
  bool opaque = false;             ///< protection could not be removed: type and contents are unknown
  wire::HandshakeType type{};      ///< handshake only
  base::Bytes raw;                 ///< handshake: header and body
  wire::Alert alert;               ///< alert only
  std::size_t wire_bytes = 0;
  std::uint64_t packet = 0;  ///< the one that completes it, in a capture; 0: there is none
};

/// How the conversation ended, as TCP or our own patience says it.
enum class Ending : std::uint8_t { open, completed, closed, reset, timeout, unreachable, cancelled, local };

struct Conversation {
  std::vector<Event> events;
  Ending ending = Ending::open;
  From ended_by = From::server;
  std::chrono::microseconds ended_at{};
  base::Bytes not_tls;  ///< bytes of `not_tls_from` that are no TLS records (at most 4 KiB)
  From not_tls_from = From::server;
  std::uint16_t port = 0;  ///< the server's, to tell plaintext protocols apart
  std::string malformed;   ///< what could not be parsed, and where; empty when all could
  From malformed_from = From::server;
  bool established = false;  ///< both Finished were seen and verified, or application data went both ways
};

/// The step at which a conversation stands or stopped (contract: `verdict.stage`), from its messages alone.
std::string stage_of(const Conversation& conversation);

/// Everything that the messages themselves say: what was offered and selected, alerts, requests, how it ended and where.
/// Facts about certificates' contents are chain.h's.
evidence::Evidence facts_of(const Conversation& conversation);

/// Certificates of the server as sent, DER, leaf first as they stand; empty when none is visible.
std::vector<base::Bytes> server_chain(const Conversation& conversation);
/// The first of them in place, without looking at anything else; empty when none is visible. Where it came compressed, it lies in `room`.
base::ByteView server_leaf(const Conversation& conversation, base::Bytes& room);

}  // namespace whytls::observe
