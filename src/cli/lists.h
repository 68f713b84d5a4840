// SPDX-License-Identifier: Apache-2.0
// Lists of code points by name, as --ciphers, --groups, --sigalgs, --min-version and --max-version take them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace whytls::cli {

/// Names of OpenSSL, IANA or hex code points, joined by ":" or ","; errors name the word and the nearest one that is known.
base::Result<std::vector<std::uint16_t>> parse_suites(std::string_view text);
base::Result<std::vector<std::uint16_t>> parse_groups(std::string_view text);
base::Result<std::vector<std::uint16_t>> parse_signature_schemes(std::string_view text);
base::Result<std::uint16_t> parse_version(std::string_view text);
/// Protocol names as they go out; "" and "none" are the empty list.
base::Result<std::vector<std::string>> parse_alpn(std::string_view text);

/// The versions between two bounds, highest first. A bound that is not given is the default client's (TLS 1.2, TLS 1.3), unless
/// the other one lies beyond it: then that one alone.
base::Result<std::vector<std::uint16_t>> versions_between(std::optional<std::uint16_t> min, std::optional<std::uint16_t> max);
/// Whether any of the suites may be negotiated in any of the versions; suites that nobody knows may.
bool meet(const std::vector<std::uint16_t>& suites, const std::vector<std::uint16_t>& versions);

}  // namespace whytls::cli
