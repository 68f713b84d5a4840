// SPDX-License-Identifier: Apache-2.0
// Our own view of libcrypto: a library context that reads no openssl.cnf, so that this machine's policy (security level,
// disabled algorithms) never decides what we can observe. Refuses to know TLS.
#pragma once

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>

#include "base/bytes.h"

namespace whytls::crypto {

/// Made once, with the default provider; lives as long as the program.
OSSL_LIB_CTX* context();
/// RC4, DES, IDEA, SEED: loaded on first need. False where this machine has no legacy provider.
bool load_legacy();

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* value) const {
    Free(value);
  }
};
using PkeyPtr = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using PkeyContextPtr = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;
using DigestPtr = std::unique_ptr<EVP_MD, Deleter<EVP_MD_free>>;
using DigestContextPtr = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;
using CipherPtr = std::unique_ptr<EVP_CIPHER, Deleter<EVP_CIPHER_free>>;
using CipherContextPtr = std::unique_ptr<EVP_CIPHER_CTX, Deleter<EVP_CIPHER_CTX_free>>;
using MacPtr = std::unique_ptr<EVP_MAC, Deleter<EVP_MAC_free>>;
using MacContextPtr = std::unique_ptr<EVP_MAC_CTX, Deleter<EVP_MAC_CTX_free>>;
using BignumPtr = std::unique_ptr<BIGNUM, Deleter<BN_clear_free>>;
using BignumContextPtr = std::unique_ptr<BN_CTX, Deleter<BN_CTX_free>>;
using CertificatePtr = std::unique_ptr<X509, Deleter<X509_free>>;

/// From the context's random generator; never fails but for a broken machine, which ends the program.
base::Bytes random_bytes(std::size_t count);

}  // namespace whytls::crypto
