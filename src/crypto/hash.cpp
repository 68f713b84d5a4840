// SPDX-License-Identifier: Apache-2.0
#include "crypto/hash.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

#include <array>

#include "crypto/context.h"

namespace whytls::crypto {

using registry::Hash;

const char* hash_name(Hash hash) {
  switch (hash) {
    case Hash::md5:
      return "MD5";
    case Hash::sha1:
      return "SHA1";
    case Hash::sha256:
      return "SHA256";
    case Hash::sha384:
      return "SHA384";
    default:
      return "";
  }
}

std::size_t hash_size(Hash hash) {
  switch (hash) {
    case Hash::md5:
      return 16;
    case Hash::sha1:
      return 20;
    case Hash::sha256:
      return 32;
    case Hash::sha384:
      return 48;
    default:
      return 0;
  }
}

base::Bytes digest(const char* name, base::ByteView data) {
  const DigestPtr md(EVP_MD_fetch(context(), name, nullptr));
  if (!md) return {};
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned int size = 0;
  if (EVP_Digest(data.data(), data.size(), out.data(), &size, md.get(), nullptr) != 1) return {};
  return {out.begin(), out.begin() + size};
}

base::Bytes digest(Hash hash, base::ByteView data) { return digest(hash_name(hash), data); }

namespace {

// Fetched once: the PRF asks for it dozens of times a handshake.
EVP_MAC* hmac_algorithm() {
  static EVP_MAC* const mac = EVP_MAC_fetch(context(), "HMAC", nullptr);
  return mac;
}

}  // namespace

base::Bytes hmac(Hash hash, base::ByteView key, std::initializer_list<base::ByteView> parts) {
  if (hash_size(hash) == 0) return {};
  const MacContextPtr mac(EVP_MAC_CTX_new(hmac_algorithm()));
  std::string name = hash_name(hash);
  const std::array<OSSL_PARAM, 2> params{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0),
                                         OSSL_PARAM_construct_end()};
  static const unsigned char nothing = 0;  // a null key would mean "the key of before"
  if (!mac || EVP_MAC_init(mac.get(), key.empty() ? &nothing : key.data(), key.size(), params.data()) != 1) return {};
  for (const base::ByteView part : parts) {
    if (EVP_MAC_update(mac.get(), part.data(), part.size()) != 1) return {};
  }
  base::Bytes out(hash_size(hash));
  std::size_t size = 0;
  if (EVP_MAC_final(mac.get(), out.data(), &size, out.size()) != 1) return {};
  return out;
}

bool equal(base::ByteView a, base::ByteView b) { return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0; }

}  // namespace whytls::crypto
