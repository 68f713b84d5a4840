// SPDX-License-Identifier: Apache-2.0
// Requests for TLS, and for the way to a server of it, as they stand in a client's plaintext; and what an answer to one means, by the
// dialogues of wire/upgrade. Pure: bytes in, a name out.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "wire/upgrade.h"

namespace whytls::sources::capture {

/// A protocol's name as in wire/upgrade.h, or "socks4"; empty: no request.
struct RequestLine {
  std::string_view protocol;
  std::string_view tag;  ///< of IMAP, within the line
};

/// A line of a text protocol, without its end. `client` and `server`: the first bytes of each, which tell protocols apart that ask alike.
RequestLine request_line(std::string_view line, std::string_view client, std::string_view server);
/// A request that stands somewhere in these bytes: XMPP, LDAP, HTTP CONNECT. `front`: the first bytes of that side.
std::string_view request_within(base::ByteView bytes, base::ByteView front);
/// A request by which a client opens a connection: PostgreSQL, RDP, SOCKS; MySQL's, which answers a greeting.
std::string_view request_at_front(base::ByteView front);

/// What the answer says, where it is a no: state `refused` or `not_offered`. Nothing where it is a yes, no answer to this, or not whole.
std::optional<wire::UpgradeStep> answer_to(std::string_view protocol, std::string_view tag, base::ByteView reply);

}  // namespace whytls::sources::capture
