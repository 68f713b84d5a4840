// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/shown_chains.h"

#include <algorithm>
#include <cstdlib>

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

std::size_t size_of(const ShownChain& chain) {
  std::size_t out = 0;
  for (const base::Bytes& each : chain.certificates) out += each.size();
  return out;
}

constexpr std::int64_t longest = std::int64_t{24} * 3600 * 1'000'000'000;  // nanoseconds

}  // namespace

void ShownChains::note(const Handshake& h) {
  if (!shows(h)) return;
  if (chains_.size() >= most || bytes_ >= most_bytes) {
    chains_.clear();
    bytes_ = 0;
  }
  ShownChain& shown = chains_[{h.server.address, h.server.port, name_of(h)}];
  shown.flow = h.number;
  shown.at = h.first.at;
  base::Bytes room;
  const base::ByteView leaf = observe::server_leaf(h.conversation, room);
  if (!shown.certificates.empty() &&
      std::equal(leaf.begin(), leaf.end(), shown.certificates.front().begin(), shown.certificates.front().end()))
    return;
  bytes_ -= size_of(shown);
  shown.certificates = observe::server_chain(h.conversation);
  bytes_ += size_of(shown);
}

const ShownChain* ShownChains::for_hidden(const Handshake& h) const {
  if (chains_.empty() || shows(h) || !find(h, From::server, HandshakeType::server_hello)) return nullptr;
  const auto found = chains_.find({h.server.address, h.server.port, name_of(h)});
  if (found == chains_.end() || found->second.certificates.empty()) return nullptr;
  return std::abs(h.first.at - found->second.at) <= longest ? &found->second : nullptr;
}

}  // namespace whytls::sources::capture
