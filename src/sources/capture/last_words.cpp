// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/last_words.h"

#include <algorithm>

#include "sources/capture/first_message.h"

namespace whytls::sources::capture {
namespace {

using observe::Event;
using observe::From;

/// What is no record any more comes behind a fatal alert: MariaDB, refused by a client, says so in its own protocol. Nothing follows from
/// it.
bool broken_after_the_end(const observe::Conversation& c) {
  constexpr std::uint8_t first_of_certificates = 42, last_of_certificates = 49;  // RFC 8446 6.2
  return std::any_of(c.events.begin(), c.events.end(), [&](const Event& e) {
    if (e.kind != Event::Kind::alert || e.opaque || e.alert.level != 2) return false;
    const bool about_certificate = e.alert.description >= first_of_certificates && e.alert.description <= last_of_certificates;
    return e.from == c.malformed_from || about_certificate;
  });
}

}  // namespace

bool answers_the_end(const Handshake& h, const Event& e) {
  constexpr std::uint8_t unexpected_message = 10, handshake_failure = 40, decode_error = 50, internal_error = 80;
  if (e.kind != Event::Kind::alert || h.carrier != Carrier::tls) return false;
  const std::uint64_t ended = h.tcp.ends[e.from == From::client ? 1 : 0].fin.packet;
  if (ended == 0 || e.packet <= ended) return false;
  if (e.from == From::client) return !h.conversation.established;
  const std::uint8_t word = e.alert.description;
  const bool of_the_end = word == decode_error || word == unexpected_message || word == internal_error || word == handshake_failure;
  return !e.opaque && of_the_end && first_message(h, From::server, wire::HandshakeType::server_hello) != nullptr;
}

bool piece_of_tls(const Handshake& h) {
  const base::Bytes& bytes = h.conversation.not_tls;
  if (bytes.empty() || h.conversation.not_tls_from != From::server) return false;
  if (h.sight.server_lost > 0) return true;
  constexpr std::size_t header = 5;
  constexpr std::uint8_t first_type = 20, last_type = 24, major = 3;
  if (bytes[0] < first_type || bytes[0] > last_type || (bytes.size() > 1 && bytes[1] != major)) return false;
  return bytes.size() < header || bytes.size() < header + (static_cast<std::size_t>(bytes[3]) << 8U | bytes[4]);
}

bool ends_in_an_answer(const Handshake& h) {
  const auto& events = h.conversation.events;
  return std::any_of(events.begin(), events.end(), [&](const Event& e) { return answers_the_end(h, e); });
}

observe::Conversation judged_conversation(const Handshake& h) {
  observe::Conversation out = h.conversation;
  if (!out.malformed.empty() && broken_after_the_end(out)) out.malformed.clear();
  if (piece_of_tls(h)) out.not_tls.clear();
  const bool plaintext = !out.not_tls.empty() && out.not_tls_from == From::server &&
                         first_message(h, From::server, wire::HandshakeType::server_hello) == nullptr;
  // What a client says by alert of plaintext is that it is no TLS.
  std::erase_if(out.events, [&](const Event& e) {
    return answers_the_end(h, e) || (plaintext && e.kind == Event::Kind::alert && e.from == From::client);
  });
  return out;
}

}  // namespace whytls::sources::capture
