// SPDX-License-Identifier: Apache-2.0
#include "crypto/packet_engine.h"

#include <algorithm>
#include <utility>

namespace whytls::crypto {

using base::Bytes;
using base::ByteView;

namespace {

constexpr std::size_t iv_size = packet_iv_size, tag_size = packet_tag_size;

/// The AEAD and what makes the mask. Fetched once.
struct Ciphers {
  CipherPtr aead, mask;
  std::size_t key_size = 0;
  bool ccm = false;
};

Ciphers fetch(const char* aead, const char* mask, bool ccm) {
  Ciphers made{CipherPtr(EVP_CIPHER_fetch(context(), aead, nullptr)), CipherPtr(EVP_CIPHER_fetch(context(), mask, nullptr)), 0, ccm};
  if (made.aead) made.key_size = static_cast<std::size_t>(EVP_CIPHER_get_key_length(made.aead.get()));
  return made;
}

const Ciphers* ciphers_of(const registry::Suite& suite) {
  static const std::array<Ciphers, 4> all{fetch("AES-128-GCM", "AES-128-ECB", false), fetch("AES-256-GCM", "AES-256-ECB", false),
                                          fetch("CHACHA20-POLY1305", "CHACHA20", false), fetch("AES-128-CCM", "AES-128-ECB", true)};
  // RFC 9001 5.3: every suite of TLS 1.3 but CCM_8.
  if (suite.code < 0x1301 || suite.code > 0x1304) return nullptr;
  const Ciphers& found = all[suite.code - 0x1301U];
  return found.aead && found.mask ? &found : nullptr;
}

}  // namespace

std::size_t packet_key_size(const registry::Suite& suite) {
  const Ciphers* const ciphers = ciphers_of(suite);
  return ciphers == nullptr ? 0 : ciphers->key_size;
}

std::unique_ptr<PacketEngine> PacketEngine::make(const registry::Suite& suite, PacketKeys keys) {
  const Ciphers* const ciphers = ciphers_of(suite);
  if (ciphers == nullptr) return nullptr;
  const bool chacha = suite.code == 0x1303;
  auto made = std::make_unique<PacketEngine>();
  made->ccm_ = ciphers->ccm;
  made->iv_ = std::move(keys.iv);
  made->key_ = std::move(keys.key);
  EVP_CIPHER_CTX* const mask = made->mask_.get();
  if (!made->aead_ || mask == nullptr ||
      EVP_CipherInit_ex2(mask, ciphers->mask.get(), chacha ? nullptr : keys.mask.data(), nullptr, 1, nullptr) != 1)
    return nullptr;
  if (chacha) made->mask_key_ = std::move(keys.mask);
  if (EVP_CipherInit_ex2(made->aead_.get(), ciphers->aead.get(), nullptr, nullptr, 0, nullptr) != 1) return nullptr;
  return made;
}

bool PacketEngine::mask_of(ByteView sample, Mask& out) const {
  int size = 0;
  if (mask_key_.empty()) return EVP_CipherUpdate(mask_.get(), out.data(), &size, sample.data(), packet_sample_size) == 1;
  constexpr std::array<std::uint8_t, 5> zeros{};
  return EVP_CipherInit_ex2(mask_.get(), nullptr, mask_key_.data(), sample.data(), 1, nullptr) == 1 &&
         EVP_CipherUpdate(mask_.get(), out.data(), &size, zeros.data(), zeros.size()) == 1;
}

bool PacketEngine::decrypt(std::uint64_t number, ByteView header, ByteView sealed, Bytes& plain) const {
  if (sealed.size() < tag_size) return false;
  std::array<std::uint8_t, iv_size> nonce{};
  std::copy_n(iv_.begin(), iv_size, nonce.begin());
  for (std::size_t i = 0; i < 8; ++i) nonce[iv_size - 1 - i] ^= static_cast<std::uint8_t>(number >> (8 * i));
  const ByteView text = sealed.first(sealed.size() - tag_size);
  std::array<std::uint8_t, tag_size> tag{};
  std::copy(sealed.end() - tag_size, sealed.end(), tag.begin());
  plain.resize(text.size() + 1);  // never empty: libcrypto wants a place to write to
  EVP_CIPHER_CTX* const ctx = aead_.get();
  int size = 0;
  if (EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, iv_size, nullptr) != 1) return false;
  if (EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, tag_size, tag.data()) != 1) return false;
  if (EVP_CipherInit_ex2(ctx, nullptr, key_.data(), nonce.data(), 0, nullptr) != 1) return false;
  if (ccm_ && EVP_CipherUpdate(ctx, nullptr, &size, nullptr, static_cast<int>(text.size())) != 1) return false;
  if (EVP_CipherUpdate(ctx, nullptr, &size, header.data(), static_cast<int>(header.size())) != 1) return false;
  if (EVP_CipherUpdate(ctx, plain.data(), &size, text.data(), static_cast<int>(text.size())) != 1) return false;
  std::array<std::uint8_t, 16> rest{};
  if (!ccm_ && EVP_CipherFinal_ex(ctx, rest.data(), &size) != 1) return false;  // CCM has checked its tag already
  plain.resize(text.size());
  return true;
}

void PacketEngine::take_mask(PacketEngine& from) {
  std::swap(mask_, from.mask_);
  std::swap(mask_key_, from.mask_key_);
}

std::uint64_t whole_packet_number(std::optional<std::uint64_t> largest, std::uint64_t cut, std::size_t size) {
  const std::uint64_t expected = largest ? *largest + 1 : 0;
  const std::uint64_t window = std::uint64_t{1} << (8 * size);
  const std::uint64_t candidate = (expected & ~(window - 1)) | cut;
  if (candidate + window / 2 <= expected && candidate < (std::uint64_t{1} << 62U) - window) return candidate + window;
  if (candidate > expected + window / 2 && candidate >= window) return candidate - window;
  return candidate;
}

}  // namespace whytls::crypto
