// SPDX-License-Identifier: Apache-2.0
// What the readers of the single formats share; inside this module only.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "x509/container.h"

namespace whytls::x509 {

inline constexpr std::size_t most_parts = 20000;

/// The passwords to try on a keystore, in their order: the one given alone, else the well-known ones. Nothing stands for "no password at
/// all", which PKCS #12 tells from an empty one.
std::vector<std::optional<std::string>> passwords(const std::optional<std::string>& given);
/// How a well-known password is called in Contents::password.
std::string password_words(const std::optional<std::string>& password);

Part certificate_part(base::ByteView der, std::string label);
/// Decrypted with that passphrase where that is possible; `what`: "PKCS #8" …; locked otherwise, with the reason.
Part key_part(base::ByteView pem_or_der, const std::optional<std::string>& passphrase, std::string label);
/// "PBES2, aes-256-cbc" for an EncryptedPrivateKeyInfo (RFC 5958 3); empty where it is none.
std::string encryption_of(base::ByteView pkcs8);
/// A certificate, request, CRL, key or public key in DER; nothing where it is none of these.
std::optional<Part> der_part(base::ByteView der, const std::optional<std::string>& passphrase);

void read_pem_parts(std::string_view text, const std::optional<std::string>& passphrase, Contents& out);
/// False where the bytes are of another format; `out` is left as it was then.
bool read_pkcs7(base::ByteView der, Contents& out);
bool read_pkcs12(base::ByteView der, const std::optional<std::string>& passphrase, Contents& out);
bool read_java_keystore(base::ByteView bytes, const std::optional<std::string>& passphrase, Contents& out);

}  // namespace whytls::x509
