// SPDX-License-Identifier: Apache-2.0
// Private keys, and the client's certificate with its key, from files. Secrets stay in libcrypto's objects.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "x509/certificate.h"

namespace whytls::x509 {

struct PrivateKey {
  std::shared_ptr<evp_pkey_st> handle;
  PublicKey about;
  Digest spki_sha256{};  ///< of its public half, comparable with a certificate's
};

/// Why a credential or key cannot be used; the sentence goes with it in CredentialError.
enum class CredentialFault : std::uint8_t {
  file_missing,
  file_unreadable,
  no_certificate,    ///< the certificate file holds none
  malformed,         ///< a certificate or key block that cannot be decoded
  no_key,            ///< the key file holds no private key
  needs_passphrase,  ///< encrypted, and no passphrase was given
  wrong_passphrase,
};

struct CredentialError {
  CredentialFault fault = CredentialFault::file_missing;
  std::string path;
  std::string text;  ///< one sentence
};

template <class T>
class [[nodiscard]] CredentialResult : public tl::expected<T, CredentialError> {
 public:
  using tl::expected<T, CredentialError>::expected;
};

struct ClientCredential {
  std::vector<Certificate> chain;  ///< the leaf first, in the file's order
  PrivateKey key;
  bool mismatch = false;  ///< the key does not belong to the leaf
};

/// PEM (PKCS #8, PKCS #1, SEC 1, encrypted or not) or DER. `passphrase`: the text itself, without the line's end.
CredentialResult<PrivateKey> decode_key(base::ByteView bytes, const std::optional<std::string>& passphrase, const std::string& path = {});
CredentialResult<PrivateKey> load_key(const std::string& path, const std::optional<std::string>& passphrase);
/// The certificates of a PEM or DER file, in the file's order.
CredentialResult<std::vector<Certificate>> load_chain(const std::string& path);
/// `key_file` may be empty: the certificate file then holds the key too. `passphrase_file` may be empty; its first line counts.
CredentialResult<ClientCredential> load_credential(const std::string& certificate_file, const std::string& key_file,
                                                   const std::string& passphrase_file);

/// Whether this key is the private half of the certificate's.
bool belongs_to(const PrivateKey& key, const Certificate& certificate);
/// Unencrypted PKCS #8, for the lab and for tests.
std::string to_pem(const PrivateKey& key);
/// Fills the facts of a key that libcrypto made; takes a reference of its own.
PrivateKey private_key(evp_pkey_st* key);

}  // namespace whytls::x509
