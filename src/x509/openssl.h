// SPDX-License-Identifier: Apache-2.0
// Owners for libcrypto's objects, inside this module only.
#pragma once

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

#include "base/bytes.h"

namespace whytls::x509 {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
template <class T, auto Free>
using Own = std::unique_ptr<T, Deleter<Free>>;

using OwnX509 = Own<X509, X509_free>;
using OwnKey = Own<EVP_PKEY, EVP_PKEY_free>;
using OwnName = Own<X509_NAME, X509_NAME_free>;
using OwnBio = Own<BIO, BIO_free_all>;
using OwnNumber = Own<BIGNUM, BN_free>;
using OwnExtension = Own<X509_EXTENSION, X509_EXTENSION_free>;
using OwnNames = Own<GENERAL_NAMES, GENERAL_NAMES_free>;
using OwnConstraints = Own<NAME_CONSTRAINTS, NAME_CONSTRAINTS_free>;

/// Keeps openssl.cnf out of libcrypto's default context: a certificate means the same on every machine.
void prepare_libcrypto();

/// Leaves libcrypto's error queue as it was found.
class QuietErrors {
 public:
  QuietErrors() {
    prepare_libcrypto();
    ERR_set_mark();
  }
  ~QuietErrors() { ERR_pop_to_mark(); }
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;
};

/// The newest reason in libcrypto's queue in its own words ("wrong tag"), or empty.
std::string newest_reason();
/// All that was written into a memory BIO.
std::string drain(BIO* bio);
base::ByteView octets(const ASN1_STRING* string);
OwnBio memory_bio(base::ByteView bytes);
/// DER of anything that has an i2d function.
template <class T>
base::Bytes encode(int (*i2d)(const T*, unsigned char**), const T* value) {
  const int size = i2d(value, nullptr);
  if (size <= 0) return {};
  base::Bytes out(static_cast<std::size_t>(size));
  unsigned char* at = out.data();
  i2d(value, &at);
  return out;
}

}  // namespace whytls::x509
