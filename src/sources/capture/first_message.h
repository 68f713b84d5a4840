// SPDX-License-Identifier: Apache-2.0
// The first handshake message of a kind that can be read in a watched handshake.
#pragma once

#include <algorithm>

#include "sources/capture/handshake.h"

namespace whytls::sources::capture {

inline const observe::Event* first_message(const Handshake& h, observe::From from, wire::HandshakeType type) {
  const auto& events = h.conversation.events;
  const auto found = std::find_if(events.begin(), events.end(), [&](const observe::Event& e) {
    return e.kind == observe::Event::Kind::handshake && !e.opaque && e.from == from && e.type == type;
  });
  return found == events.end() ? nullptr : &*found;
}

/// Without its header of four bytes; empty where none can be read. It points into the handshake.
inline base::ByteView first_body(const Handshake& h, observe::From from, wire::HandshakeType type) {
  const observe::Event* const found = first_message(h, from, type);
  return found && found->raw.size() > 4 ? base::ByteView(found->raw).subspan(4) : base::ByteView{};
}

}  // namespace whytls::sources::capture
