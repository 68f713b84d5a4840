// SPDX-License-Identifier: Apache-2.0
#include "cli/command.h"

#include <algorithm>

namespace whytls::cli {

const Command* command(std::string_view name) {
  const auto found = std::find_if(commands::all.begin(), commands::all.end(), [&](const Command* each) { return each->name == name; });
  return found == commands::all.end() ? nullptr : *found;
}

std::vector<Flag> flags_of(const Command& command) {
  std::vector<Flag> out = command.flags;
  if (command.connects) out.insert(out.end(), connecting_flags().begin(), connecting_flags().end());
  out.insert(out.end(), output_flags().begin(), output_flags().end());
  return out;
}

}  // namespace whytls::cli
