// SPDX-License-Identifier: Apache-2.0
// For tests only: a QUIC packet as a peer would protect it, with AES-128-GCM (what Initials always have).
#pragma once

#include <openssl/evp.h>

#include "base/bytes.h"
#include "crypto/context.h"
#include "crypto/quic_protection.h"

namespace whytls::crypto {

/// `header` ends with the packet number in its last `number_size` bytes; `number` is the whole of it.
inline base::Bytes seal_quic(const QuicKeys& keys, base::ByteView header, std::size_t number_size, std::uint64_t number,
                             base::ByteView payload) {
  base::Bytes nonce = keys.iv;
  for (std::size_t i = 0; i < 8; ++i) nonce[11 - i] ^= static_cast<std::uint8_t>(number >> (8 * i));
  base::Bytes packet(header.begin(), header.end());
  packet.resize(header.size() + payload.size() + 16);
  const CipherContextPtr aead(EVP_CIPHER_CTX_new());
  const CipherPtr gcm(EVP_CIPHER_fetch(context(), "AES-128-GCM", nullptr));
  int size = 0;
  EVP_CipherInit_ex2(aead.get(), gcm.get(), keys.key.data(), nonce.data(), 1, nullptr);
  EVP_CipherUpdate(aead.get(), nullptr, &size, header.data(), static_cast<int>(header.size()));
  EVP_CipherUpdate(aead.get(), packet.data() + header.size(), &size, payload.data(), static_cast<int>(payload.size()));
  EVP_CipherFinal_ex(aead.get(), packet.data() + header.size() + payload.size(), &size);
  EVP_CIPHER_CTX_ctrl(aead.get(), EVP_CTRL_AEAD_GET_TAG, 16, packet.data() + header.size() + payload.size());
  const std::size_t number_at = header.size() - number_size;
  const CipherContextPtr block(EVP_CIPHER_CTX_new());
  const CipherPtr ecb(EVP_CIPHER_fetch(context(), "AES-128-ECB", nullptr));
  unsigned char mask[32];
  EVP_CipherInit_ex2(block.get(), ecb.get(), keys.header.data(), nullptr, 1, nullptr);
  EVP_CipherUpdate(block.get(), mask, &size, packet.data() + number_at + 4, 16);
  packet[0] ^= static_cast<std::uint8_t>(mask[0] & ((packet[0] & 0x80U) != 0 ? 0x0fU : 0x1fU));
  for (std::size_t i = 0; i < number_size; ++i) packet[number_at + i] ^= mask[1 + i];
  return packet;
}

}  // namespace whytls::crypto
