// SPDX-License-Identifier: Apache-2.0
// The lists of a ClientHello that a library wrote into memory, inside this module only.
#pragma once

#include <optional>

#include "sources/system/policy.h"
#include "wire/handshake.h"

namespace whytls::system {

/// The ClientHello at the front of a stream of records.
std::optional<wire::ClientHello> first_hello(base::ByteView records);
OfferLists lists_of(const wire::ClientHello& hello);

/// `line` without control characters, for a message.
Line make_line(std::string file, std::size_t line, std::string_view text);

}  // namespace whytls::system
