// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/farewell.h"

#include <algorithm>
#include <optional>

#include "registry/registry.h"
#include "sources/capture/first_message.h"
#include "sources/capture/tls/ending.h"
#include "wire/glance.h"

namespace whytls::sources::capture {
namespace {

using observe::Event;
using observe::From;

/// Longer than it takes to judge a chain, asking for its revocation included; spare connections are kept for longer.
constexpr std::int64_t at_once = 3'000'000'000;  // nanoseconds

/// TLS 1.3 without keys: the last record of the client's has the size of an alert.
std::optional<std::int64_t> hidden_goodbye(const Handshake& h) {
  std::uint16_t suite = 0;
  const Event* last = nullptr;
  for (const Event& e : h.conversation.events) {
    if (e.from == From::client) last = &e;
    if (e.kind != Event::Kind::handshake || e.opaque || e.type != wire::HandshakeType::server_hello || e.raw.size() <= 4) continue;
    const auto hello = wire::glance_server_hello(base::ByteView(e.raw).subspan(4));
    if (hello && hello->version == registry::version::tls13) suite = hello->suite;
  }
  const std::uint64_t ended = h.tcp.ends[1].fin.packet;
  const bool alert = suite != 0 && last && last->kind == Event::Kind::application_data && last->opaque &&
                     has_size(last->wire_bytes, sizes_of(suite).alert) && (ended == 0 || last->packet < ended);
  return alert ? std::optional(h.first.at + last->at.count() * 1000) : std::nullopt;
}

/// The alert that is the last thing the client says, in its place; none where it only answers the server's.
std::optional<std::int64_t> goodbye(const Handshake& h) {
  const TcpEnd& server = h.tcp.ends[1];
  for (const Event& e : h.conversation.events) {
    if (e.kind != Event::Kind::alert) continue;
    const bool first = e.from == From::client && (server.fin.packet == 0 || e.packet < server.fin.packet);
    return first ? std::optional(h.first.at + e.at.count() * 1000) : std::nullopt;
  }
  return hidden_goodbye(h);
}

/// From the server's last word to the client's going.
std::int64_t hesitation(const Handshake& h, std::optional<std::int64_t> said_goodbye) {
  std::int64_t heard = 0, gone = said_goodbye.value_or(h.last.at);
  for (const Moment* end : {&h.tcp.ends[0].fin, &h.tcp.ends[0].reset})
    if (end->packet != 0) gone = std::min(gone, end->at);
  for (const Event& e : h.conversation.events)
    if (const std::int64_t at = h.first.at + e.at.count() * 1000; e.from == From::server && at <= gone) heard = at;
  return gone - heard;
}

/// Both say goodbye before the client closes (RFC 5246 7.2.1). Who refuses sends the alert and closes, and does not wait for an answer.
bool parts_in_peace(const Handshake& h) {
  const std::uint64_t closed = h.tcp.ends[0].fin.packet;
  bool client = false, server = false;
  for (const Event& e : h.conversation.events) {
    if (e.kind != Event::Kind::alert || (closed != 0 && e.packet > closed)) continue;
    (e.from == From::client ? client : server) = true;
  }
  return client && server;
}

}  // namespace

bool may_have_refused(const Handshake& h) {
  const auto said = goodbye(h);
  if (parts_in_peace(h)) return false;
  if ((!said && h.conversation.ended_by != From::client) || hesitation(h, said) >= at_once) return false;
  const wire::ClientHello offer = wire::parse_client_hello(first_body(h, From::client, wire::HandshakeType::client_hello));
  return offer.server_name() && (!offer.alpn().empty() || !said);
}

bool client_takes_leave(const Handshake& h) { return goodbye(h).has_value(); }

}  // namespace whytls::sources::capture
