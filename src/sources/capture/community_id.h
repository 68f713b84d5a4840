// SPDX-License-Identifier: Apache-2.0
// The community id of a flow (github.com/corelight/community-id-spec, version 1, seed 0): by it other tools' records of the same
// connection are found, whichever way they saw it.
#pragma once

#include <string>

#include "sources/capture/packet.h"

namespace whytls::sources::capture {

/// "1:" and the base64 of a SHA-1. `udp`: else TCP. Empty where libcrypto has no SHA-1.
std::string community_id(const Endpoint& one, const Endpoint& other, bool udp);

}  // namespace whytls::sources::capture
