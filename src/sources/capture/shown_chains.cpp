// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/shown_chains.h"

#include <algorithm>
#include <cstdlib>

#include "base/text.h"
#include "sources/capture/first_message.h"
#include "wire/glance.h"

namespace whytls::sources::capture {
namespace {

using observe::From;
using wire::HandshakeType;

bool shows(const Handshake& h) {
  return first_message(h, From::server, HandshakeType::certificate) ||
         first_message(h, From::server, HandshakeType::compressed_certificate);
}

std::string name_of(const Handshake& h) {
  return std::string(base::text(wire::glance_client_hello(first_body(h, From::client, HandshakeType::client_hello)).server_name));
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
  if (chains_.empty() || shows(h) || !first_message(h, From::server, HandshakeType::server_hello)) return nullptr;
  const auto found = chains_.find({h.server.address, h.server.port, name_of(h)});
  if (found == chains_.end() || found->second.certificates.empty()) return nullptr;
  return std::abs(h.first.at - found->second.at) <= longest ? &found->second : nullptr;
}

}  // namespace whytls::sources::capture
