// SPDX-License-Identifier: Apache-2.0
#include "report/format.h"

#include <algorithm>

namespace whytls::report {

const Format* format(std::string_view name) {
  const auto found = std::find_if(formats::all.begin(), formats::all.end(), [&](const Format* each) { return each->name == name; });
  return found == formats::all.end() ? nullptr : *found;
}

std::vector<std::string> format_names() {
  std::vector<std::string> names;
  for (const Format* each : formats::all) names.emplace_back(each->name);
  return names;
}

}  // namespace whytls::report
