// SPDX-License-Identifier: Apache-2.0
// The shape of the generated tables and how they are searched. Private to registry.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.h"
#include "registry/registry.h"

namespace whytls::registry {

/// A name in lower case; the tables are sorted by it.
struct NamedCode {
  std::string_view name;
  std::uint16_t code;
};
/// A code point of which nothing but the name is known.
struct Point {
  std::uint16_t code;
  std::string_view name;
};
struct Ssl2Kind {
  std::uint32_t code;
  std::string_view name;
};

/// The row of a table that is sorted by `code`, or nullptr.
template <class Table, class Code>
const auto* find_code(const Table& table, Code code) {
  const auto* const end = std::end(table);
  const auto* const found = std::lower_bound(std::begin(table), end, code, [](const auto& row, Code wanted) { return row.code < wanted; });
  return found != end && found->code == code ? found : nullptr;
}

/// The code of a name in any case, from a table that is sorted by lower-case names.
template <class Table>
std::optional<std::uint16_t> find_name(const Table& table, std::string_view name) {
  const std::string wanted = base::lower(name);
  const auto* const end = std::end(table);
  const auto* const found =
      std::lower_bound(std::begin(table), end, wanted, [](const NamedCode& row, const std::string& each) { return row.name < each; });
  if (found == end || found->name != wanted) return std::nullopt;
  return found->code;
}

/// "0x" and one to four hexadecimal digits, nothing else.
std::optional<std::uint16_t> hex_code(std::string_view text);
/// "grease" (RFC 8701), or "0xNNNN" in lower case.
std::string nameless(std::uint16_t code);

}  // namespace whytls::registry
