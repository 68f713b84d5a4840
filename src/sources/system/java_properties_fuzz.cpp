// SPDX-License-Identifier: Apache-2.0
// Whatever the text: every property and every piece of its value stands in a line that exists, in ascending order.
#include <cstdlib>

#include "sources/system/environment.h"
#include "sources/system/java_constraints.h"
#include "sources/system/java_properties.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whytls;
  const std::string text(data, data + size);
  const system::JavaProperties properties = system::parse_java_properties(text, "x");
  const std::size_t lines = system::lines_of(text).size();
  for (const system::JavaProperty& property : properties.values) {
    std::size_t before = 0;
    for (const auto& [offset, line] : property.pieces) {
      if (line <= before || line > lines || offset > property.value.size()) std::abort();
      before = line;
    }
    if (property.line_at(property.value.size()) != before) std::abort();
    for (const system::JavaConstraint& one : system::parse_java_constraints(property, properties)) {
      if (one.algorithm.empty() || one.line.line == 0 || one.line.line > lines) std::abort();
    }
  }
  return 0;
}
