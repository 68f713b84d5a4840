// SPDX-License-Identifier: Apache-2.0
// Digests and HMAC by the registry's names.
#pragma once

#include <initializer_list>
#include <string_view>

#include "base/bytes.h"
#include "registry/registry.h"

namespace whytls::crypto {

/// libcrypto's name: "SHA256" …; empty for `none` and `other`.
const char* hash_name(registry::Hash hash);
/// Bytes of its output; 0 for `none` and `other`.
std::size_t hash_size(registry::Hash hash);

/// Empty where libcrypto lacks the hash.
base::Bytes digest(const char* name, base::ByteView data);
base::Bytes digest(registry::Hash hash, base::ByteView data);
/// RFC 2104 over the concatenation of `parts`; empty where libcrypto lacks the hash.
base::Bytes hmac(registry::Hash hash, base::ByteView key, std::initializer_list<base::ByteView> parts);
/// Compares without an early end.
bool equal(base::ByteView a, base::ByteView b);

}  // namespace whytls::crypto
