// SPDX-License-Identifier: Apache-2.0
#include "registry/generated/suites.h"

#include <fmt/format.h>

#include "registry/generated/ssl2_kinds.h"

namespace whytls::registry {

std::span<const Suite> suites() { return generated::all_suites; }

const Suite* suite(std::uint16_t code) { return find_code(generated::all_suites, code); }

std::string suite_name(std::uint16_t code) {
  const Suite* const found = suite(code);
  return found != nullptr ? std::string(found->name) : nameless(code);
}

std::string suite_short_name(std::uint16_t code) {
  const Suite* const found = suite(code);
  return found != nullptr && !found->openssl.empty() ? std::string(found->openssl) : suite_name(code);
}

std::optional<std::uint16_t> suite_code(std::string_view name) {
  const auto found = find_name(generated::suite_names, name);
  return found ? found : hex_code(name);
}

std::string ssl2_suite_name(std::uint32_t code) {
  if (const Ssl2Kind* const found = find_code(generated::all_ssl2_kinds, code)) return std::string(found->name);
  if (code <= 0xffff) {  // RFC 5246 E.2: a later version's suite with a zero byte before it
    if (const Suite* const later = suite(static_cast<std::uint16_t>(code))) return std::string(later->name);
  }
  return fmt::format("0x{:06x}", code);
}

}  // namespace whytls::registry
