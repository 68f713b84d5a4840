// SPDX-License-Identifier: Apache-2.0
// Reads GnuTLS's system-wide configuration (GnuTLS manual 8.2: an INI file) with the line of every value. What it means is gnutls.cpp's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace whytls::system {

struct GnutlsValue {
  std::string section, name, value;  ///< section and name in lower case
  std::size_t line = 0;
  std::string text;  ///< the line as written, trimmed
};
struct GnutlsConfig {
  std::vector<GnutlsValue> values;  ///< in order; names may come more than once
  std::vector<std::string> problems;

  /// The last value of that name; nullptr without one.
  const GnutlsValue* last(std::string_view section, std::string_view name) const;
};
GnutlsConfig parse_gnutls_config(std::string_view text, const std::string& file);

/// A priority string with its "@NAME" keywords replaced by what [priorities] says, as far as they are known; bounded.
std::string expand_priority(const GnutlsConfig& config, std::string_view priority);

}  // namespace whytls::system
