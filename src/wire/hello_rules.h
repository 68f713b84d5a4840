// SPDX-License-Identifier: Apache-2.0
// What the standards demand of a ClientHello beyond that it can be read, and a strict server refuses where it is broken.
#pragma once

#include <optional>
#include <string>

#include "wire/handshake.h"

namespace whytls::wire {

/// The first rule that the hello breaks, in words with the clause: the bodies of the extensions whose form is known, none of them twice,
/// pre_shared_key last, key shares that fit their groups, and what RFC 8446 9.2 wants together. Nothing where none is broken, and of a
/// hello that is `malformed` (that says so itself). Values from the peer appear as numbers only.
std::optional<std::string> broken_rule(const ClientHello& hello);

}  // namespace whytls::wire
