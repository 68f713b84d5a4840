// SPDX-License-Identifier: Apache-2.0
#include "crypto/context.h"

#include <openssl/provider.h>
#include <openssl/rand.h>

#include <cstdlib>

namespace whytls::crypto {

namespace {

OSSL_LIB_CTX* make_context() {
  OSSL_LIB_CTX* made = OSSL_LIB_CTX_new();
  if (made == nullptr || OSSL_PROVIDER_load(made, "default") == nullptr) std::abort();  // libcrypto itself is unusable
  return made;
}

}  // namespace

OSSL_LIB_CTX* context() {
  static OSSL_LIB_CTX* const instance = make_context();  // never freed: other threads may still use it at exit
  return instance;
}

bool load_legacy() {
  static const bool loaded = OSSL_PROVIDER_load(context(), "legacy") != nullptr;
  return loaded;
}

base::Bytes random_bytes(std::size_t count) {
  base::Bytes out(count);
  if (count != 0 && RAND_bytes_ex(context(), out.data(), count, 0) != 1) std::abort();
  return out;
}

}  // namespace whytls::crypto
