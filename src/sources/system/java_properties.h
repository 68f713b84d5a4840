// SPDX-License-Identifier: Apache-2.0
// Reads Java's .properties files (java.util.Properties.load), keeping for each part of a value the line in which it stands.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace whytls::system {

struct JavaProperty {
  std::string name, value;
  std::string file;
  std::size_t line = 0;                                     ///< of its name
  std::vector<std::pair<std::size_t, std::size_t>> pieces;  ///< (offset into value, line) for each natural line, ascending

  std::size_t line_at(std::size_t offset) const;
};

struct JavaProperties {
  std::vector<JavaProperty> values;  ///< in order; the last of a name counts

  const JavaProperty* find(std::string_view name) const;
};

JavaProperties parse_java_properties(std::string_view text, const std::string& file);

}  // namespace whytls::system
