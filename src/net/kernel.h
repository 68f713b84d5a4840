// SPDX-License-Identifier: Apache-2.0
// What the kernel knows of a TCP socket, asked by its descriptor: TCP_INFO, the send queue, the error queue. Owns no descriptor.
#pragma once

#include <cstdint>
#include <vector>

#include "net/stream.h"

namespace whytls::net {

/// `sent` is what the caller handed to the kernel; also after a failure, as long as the descriptor is open.
KernelView kernel_view(int descriptor, std::uint64_t sent);
/// Bytes handed to the kernel that the peer has not acknowledged (SIOCOUTQ).
std::size_t unacknowledged(int descriptor);
/// Lets ICMP errors come to the error queue; before connect.
void watch_icmp(int descriptor, bool v6);
/// Empties the error queue into `into` (at most 32 entries are kept there).
void drain_icmp(int descriptor, std::vector<IcmpError>& into);
/// ICMP and ICMPv6 "destination unreachable" in all its codes, but for "fragmentation needed".
bool says_unreachable(const IcmpError& error, bool v6);

}  // namespace whytls::net
