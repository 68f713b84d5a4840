// SPDX-License-Identifier: Apache-2.0
// The Stream over a TCP socket that somebody else opened (the listener). Internal to net.
#pragma once

#include <memory>

#include "net/stream.h"

namespace whytls::net {

/// Takes over a connected descriptor, also where it fails (then it is closed and the result is nullptr).
std::unique_ptr<Stream> adopt(int descriptor, bool v6, const CancelFlag* cancel);

}  // namespace whytls::net
