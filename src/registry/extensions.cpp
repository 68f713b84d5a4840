// SPDX-License-Identifier: Apache-2.0
#include "registry/generated/extensions.h"

namespace whytls::registry {

std::string extension_name(std::uint16_t code) {
  const Point* const found = find_code(generated::all_extensions, code);
  return found != nullptr ? std::string(found->name) : nameless(code);
}

std::optional<std::uint16_t> extension_code(std::string_view name) {
  const auto found = find_name(generated::extension_names, name);
  return found ? found : hex_code(name);
}

}  // namespace whytls::registry
