// SPDX-License-Identifier: Apache-2.0
#include "x509/openssl.h"

#include <climits>

namespace whytls::x509 {

void prepare_libcrypto() {
  static const int ready = OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  static_cast<void>(ready);
}

std::string newest_reason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason == nullptr ? std::string{} : reason;
}

std::string drain(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size <= 0 ? std::string{} : std::string(data, static_cast<std::size_t>(size));
}

base::ByteView octets(const ASN1_STRING* string) {
  if (string == nullptr || ASN1_STRING_length(string) <= 0) return {};
  return {ASN1_STRING_get0_data(string), static_cast<std::size_t>(ASN1_STRING_length(string))};
}

OwnBio memory_bio(base::ByteView bytes) {
  if (bytes.size() > INT_MAX) return nullptr;
  return OwnBio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

}  // namespace whytls::x509
