// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/shown_chains.h"

#include <algorithm>

#include "base/text.h"
#include "wire/glance.h"

namespace whytls::sources::capture {
namespace {

using observe::Event;
using observe::From;
using wire::HandshakeType;

const Event* find(const Handshake& h, From from, HandshakeType type) {
  const auto& events = h.conversation.events;
  const auto found = std::find_if(events.begin(), events.end(), [&](const Event& e) {
    return e.kind == Event::Kind::handshake && !e.opaque && e.from == from && e.type == type && e.raw.size() > 4;
  });
  return found == events.end() ? nullptr : &*found;
}

bool shows(const Handshake& h) {
  return find(h, From::server, HandshakeType::certificate) || find(h, From::server, HandshakeType::compressed_certificate);
}

std::string name_of(const Handshake& h) {
  const Event* const hello = find(h, From::client, HandshakeType::client_hello);
  return hello ? std::string(base::text(wire::glance_client_hello(base::ByteView(hello->raw).subspan(4)).server_name)) : std::string();
}

}  // namespace

void ShownChains::note(const Handshake& h) {
  if (chains_.size() >= most || bytes_ >= most_bytes || !shows(h)) return;
  const auto [place, is_new] = chains_.try_emplace({h.server.address, h.server.port, name_of(h)});
  if (!is_new) return;
  place->second = {observe::server_chain(h.conversation), h.number};
  for (const base::Bytes& each : place->second.certificates) bytes_ += each.size();
}

const ShownChain* ShownChains::for_hidden(const Handshake& h) const {
  if (chains_.empty() || shows(h) || !find(h, From::server, HandshakeType::server_hello)) return nullptr;
  const auto found = chains_.find({h.server.address, h.server.port, name_of(h)});
  return found == chains_.end() || found->second.certificates.empty() ? nullptr : &found->second;
}

}  // namespace whytls::sources::capture
