// SPDX-License-Identifier: Apache-2.0
// Handshake signatures by their TLS code points. Knows no message; judges no strength.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "crypto/context.h"

namespace whytls::crypto {

using Key = std::shared_ptr<EVP_PKEY>;

/// The public key of a DER certificate; null where either cannot be read.
Key certificate_key(base::ByteView der);
/// "rsa", "rsa-pss", "ecdsa", "dsa", "ed25519", "ed448", as in registry::SignatureScheme::key; else "other".
std::string key_type(EVP_PKEY* key);

enum class Verdict : std::uint8_t { valid, invalid, unsupported };
/// `scheme` 0 means the fixed algorithm of TLS 1.0 and 1.1 (RFC 4346 7.4.3): MD5 and SHA-1 for RSA, SHA-1 for the others.
/// A scheme that does not fit the type of key is `invalid`; one that libcrypto cannot compute is `unsupported`.
Verdict verify(EVP_PKEY* key, std::uint16_t scheme, base::ByteView message, base::ByteView signature);
/// nullopt: the key cannot sign so.
std::optional<base::Bytes> sign(EVP_PKEY* key, std::uint16_t scheme, base::ByteView message);

/// What a key can sign with, strongest habit first; for TLS 1.3 without PKCS#1, SHA-1 and foreign curves (RFC 8446 4.4.3).
std::vector<std::uint16_t> schemes_of(EVP_PKEY* key, bool tls13);

}  // namespace whytls::crypto
