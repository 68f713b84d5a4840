// SPDX-License-Identifier: Apache-2.0
#include "registry/generated/alerts.h"

#include <algorithm>

namespace whytls::registry {

std::string alert_name(std::uint8_t code) {
  const Point* const found = find_code(generated::all_alerts, std::uint16_t{code});
  return found != nullptr ? std::string(found->name) : std::to_string(code);
}

std::optional<std::uint8_t> alert_code(std::string_view name) {
  std::string spelled(name);
  std::replace(spelled.begin(), spelled.end(), ' ', '_');  // many programs print "handshake failure"
  if (const auto found = find_name(generated::alert_names, spelled)) return static_cast<std::uint8_t>(*found);
  const auto number = base::number(name, UINT8_MAX);
  if (!number) return std::nullopt;
  return static_cast<std::uint8_t>(*number);
}

}  // namespace whytls::registry
