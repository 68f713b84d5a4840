// SPDX-License-Identifier: Apache-2.0
// For tests only: a record of DTLS 1.3 as a peer would protect it, with AES-128-GCM.
#pragma once

#include <openssl/evp.h>

#include "base/bytes.h"
#include "crypto/context.h"
#include "crypto/dtls13_protection.h"

namespace whytls::crypto {

/// With a two-byte number, a length and no connection id (RFC 9147 4); `inner` ends with its type.
inline base::Bytes seal_dtls13(const Dtls13Keys& keys, std::uint8_t epoch, std::uint16_t number, base::ByteView inner) {
  constexpr std::size_t tag_size = 16, header_size = 5;
  const std::size_t sealed = inner.size() + tag_size;
  base::Bytes record{static_cast<std::uint8_t>(0x2c | (epoch & 3U)), static_cast<std::uint8_t>(number >> 8U),
                     static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(sealed >> 8U), static_cast<std::uint8_t>(sealed)};
  base::Bytes nonce = keys.iv;
  for (std::size_t i = 0; i < 2; ++i) nonce[11 - i] ^= static_cast<std::uint8_t>(number >> (8 * i));
  record.resize(header_size + sealed);
  const CipherContextPtr aead(EVP_CIPHER_CTX_new()), block(EVP_CIPHER_CTX_new());
  const CipherPtr gcm(EVP_CIPHER_fetch(context(), "AES-128-GCM", nullptr)), ecb(EVP_CIPHER_fetch(context(), "AES-128-ECB", nullptr));
  int size = 0;
  EVP_CipherInit_ex2(aead.get(), gcm.get(), keys.key.data(), nonce.data(), 1, nullptr);
  EVP_CipherUpdate(aead.get(), nullptr, &size, record.data(), header_size);
  EVP_CipherUpdate(aead.get(), record.data() + header_size, &size, inner.data(), static_cast<int>(inner.size()));
  EVP_CipherFinal_ex(aead.get(), record.data() + header_size + inner.size(), &size);
  EVP_CIPHER_CTX_ctrl(aead.get(), EVP_CTRL_AEAD_GET_TAG, tag_size, record.data() + header_size + inner.size());
  unsigned char mask[32];
  EVP_CipherInit_ex2(block.get(), ecb.get(), keys.number.data(), nullptr, 1, nullptr);
  EVP_CipherUpdate(block.get(), mask, &size, record.data() + header_size, 16);
  record[1] ^= mask[0];
  record[2] ^= mask[1];
  return record;
}

}  // namespace whytls::crypto
