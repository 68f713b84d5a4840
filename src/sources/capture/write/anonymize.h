// SPDX-License-Identifier: Apache-2.0
// Packets of which may be shown to others what happened, and not between whom. Replaced, the same by the same throughout: IP addresses
// (also those quoted by ICMP, in tunnels, and as names in certificates), hardware addresses, and names of servers wherever they stand in
// the clear: in server_name, in certificates, in dialogues before TLS. Lengths stay, and checksums are as right or wrong as they were.
//
// What it cannot do: signatures and hashes over what was changed no longer hold, nor does protection with keys derived from it; user names
// in clients' certificates, and what else is said in plaintext, stay as they are; the second and later fragments of IP keep their payload;
// ports and times stay. Of QUIC's long headers, whose protection anybody can remove, only the header is kept.
#pragma once

#include <string>
#include <vector>

#include "sources/capture/handshake.h"
#include "sources/capture/write/kept.h"

namespace whytls::sources::capture {

/// `names`: the DNS names to be replaced.
void anonymize(std::vector<KeptPacket>& packets, const std::vector<std::string>& names);

/// The names that a handshake shows: server_name, and those in certificates that are visible.
std::vector<std::string> names_of(const Handshake& handshake);

}  // namespace whytls::sources::capture
