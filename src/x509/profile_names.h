// SPDX-License-Identifier: Apache-2.0
// The rules about names in a server's certificate, of profile.cpp only.
#pragma once

#include <string>
#include <string_view>

#include "x509/certificate.h"

namespace whytls::x509 {

/// The preferred syntax. BR 7.1.2.7.12 and 3.2.2.6: a wildcard is the whole left-most label, and what follows is no top-level domain.
bool is_web_name(std::string_view name);
/// BR 7.1.4.3: a name that repeats an alternative name is a copy of it, character for character; an address as RFC 5952 writes it.
/// What is wrong, or nothing.
std::string common_name_spelling(const Certificate& c);
/// BR 7.1.4.3: each common name is one of the alternative names.
std::string common_name(const Certificate& c);

}  // namespace whytls::x509
