// SPDX-License-Identifier: Apache-2.0
#include "registry/tables.h"

#include <fmt/format.h>

#include <charconv>

namespace whytls::registry {

std::optional<std::uint16_t> hex_code(std::string_view text) {
  if (text.size() < 3 || text.size() > 6 || !base::starts_with_nocase(text, "0x")) return std::nullopt;
  std::uint16_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data() + 2, end, value, 16);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return value;
}

std::string nameless(std::uint16_t code) { return is_grease(code) ? "grease" : fmt::format("0x{:04x}", code); }

}  // namespace whytls::registry
