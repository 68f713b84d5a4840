// SPDX-License-Identifier: Apache-2.0
// What the user calls a target: host, host:port, [v6]:port, or a URL whose scheme sets port and STARTTLS. Looks nothing up.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace whytls::cli {

struct TargetName {
  std::string host;  ///< name or address without brackets, lower case, without the root's dot
  std::optional<std::uint16_t> port;
  std::string scheme;    ///< of a URL, lower case; empty for a bare host
  std::string starttls;  ///< that the scheme asks for
};

/// User info, path, query and fragment of a URL are ignored and never repeated in an error: they may hold secrets.
base::Result<TargetName> parse_target(std::string_view text);
/// "HOST:PORT" for --connect: both are needed.
base::Result<TargetName> parse_host_port(std::string_view text);

struct Scheme {
  std::string_view name;
  std::uint16_t port;
  std::string_view starttls;  ///< empty: TLS from the start
};
std::span<const Scheme> schemes();

}  // namespace whytls::cli
