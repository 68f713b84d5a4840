// SPDX-License-Identifier: Apache-2.0
// Whether a stream begins with an SSL 2 record: draft-hickman-netscape-ssl 4.1 and 5.5, RFC 5246 E.2. Private to wire.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace whytls::wire {

inline constexpr std::size_t ssl2_header_size = 2;

/// False as soon as the bytes there cannot begin an SSL 2 client hello, server hello or error. `input` is not empty.
bool may_be_ssl2(base::ByteView input);
/// The version that a hello names; 0x0002 for an error message, which names none.
std::uint16_t ssl2_version(base::ByteView message);

}  // namespace whytls::wire
