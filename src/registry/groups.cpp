// SPDX-License-Identifier: Apache-2.0
#include "registry/generated/groups.h"

namespace whytls::registry {

std::span<const Group> groups() { return generated::all_groups; }

const Group* group(std::uint16_t code) { return find_code(generated::all_groups, code); }

std::string group_name(std::uint16_t code) {
  const Group* const found = group(code);
  return found != nullptr ? std::string(found->name) : nameless(code);
}

std::optional<std::uint16_t> group_code(std::string_view name) {
  const auto found = find_name(generated::group_names, name);
  return found ? found : hex_code(name);
}

}  // namespace whytls::registry
