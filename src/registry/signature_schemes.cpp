// SPDX-License-Identifier: Apache-2.0
#include "registry/generated/signature_schemes.h"

namespace whytls::registry {

std::span<const SignatureScheme> signature_schemes() { return generated::all_signature_schemes; }

const SignatureScheme* signature_scheme(std::uint16_t code) { return find_code(generated::all_signature_schemes, code); }

std::string signature_scheme_name(std::uint16_t code) {
  const SignatureScheme* const found = signature_scheme(code);
  return found != nullptr ? std::string(found->name) : nameless(code);
}

std::optional<std::uint16_t> signature_scheme_code(std::string_view name) {
  const auto found = find_name(generated::signature_scheme_names, name);
  return found ? found : hex_code(name);
}

}  // namespace whytls::registry
