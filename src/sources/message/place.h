// SPDX-License-Identifier: Apache-2.0
// Which server a message speaks of: host, port, name and the dialogue before TLS, as far as its text has them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace whytls::sources::message {

struct Place {
  std::string host;  ///< a name or an address, IPv6 without brackets; empty when the text has none
  std::optional<std::uint16_t> port;
  std::string servername;  ///< where it is not the host
  std::string starttls;    ///< empty: TLS from the start, or not known
  std::string path;        ///< a file of certificates or keys, or a configuration
  std::string proxy;       ///< "HOST:PORT" of a proxy that is named
};

/// From text in its normal form (normal.h). `server_side`: a server wrote it, so that addresses of clients count for nothing.
Place place_of(std::string_view text, bool server_side);

/// A host name with at least one dot and no digit-only end, or an address.
bool is_host(std::string_view word);

}  // namespace whytls::sources::message
