// SPDX-License-Identifier: Apache-2.0
#include "crypto/quic_protection.h"

#include <algorithm>
#include <array>

#include "crypto/context.h"
#include "crypto/hash.h"
#include "crypto/schedule.h"

namespace whytls::crypto {

using base::Bytes;
using base::ByteView;

namespace {

constexpr std::size_t tag_size = 16, iv_size = 12, sample_size = 16, longest_number = 4;

/// The AEAD and what makes the mask of the header: RFC 9001 5.4.3, 5.4.4. Fetched once.
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

std::string_view label(QuicLabels labels, std::string_view v1, std::string_view v2) { return labels == QuicLabels::v1 ? v1 : v2; }

/// RFC 9000 A.3.
std::uint64_t whole_number(std::optional<std::uint64_t> largest, std::uint64_t cut, std::size_t size) {
  const std::uint64_t expected = largest ? *largest + 1 : 0;
  const std::uint64_t window = std::uint64_t{1} << (8 * size);
  const std::uint64_t candidate = (expected & ~(window - 1)) | cut;
  if (candidate + window / 2 <= expected && candidate < (std::uint64_t{1} << 62U) - window) return candidate + window;
  if (candidate > expected + window / 2 && candidate >= window) return candidate - window;
  return candidate;
}

}  // namespace

QuicKeys quic_keys(const registry::Suite& suite, ByteView secret, QuicLabels labels) {
  const Ciphers* const ciphers = ciphers_of(suite);
  if (ciphers == nullptr) return {};
  const auto expand = [&](std::string_view v1, std::string_view v2, std::size_t size) {
    return hkdf_expand_label(suite.prf, secret, label(labels, v1, v2), {}, size);
  };
  return {expand("quic key", "quicv2 key", ciphers->key_size), expand("quic iv", "quicv2 iv", iv_size),
          expand("quic hp", "quicv2 hp", ciphers->key_size)};
}

QuicInitialSecrets quic_initial_secrets(ByteView salt, ByteView connection_id) {
  constexpr std::size_t size = 32;
  const Bytes initial = hkdf_extract(registry::Hash::sha256, salt, connection_id);
  return {hkdf_expand_label(registry::Hash::sha256, initial, "client in", {}, size),
          hkdf_expand_label(registry::Hash::sha256, initial, "server in", {}, size)};
}

/// Ciphers with their keys set: what a packet costs is then only its bytes.
struct QuicOpener::Engine {
  CipherContextPtr aead{EVP_CIPHER_CTX_new()}, mask{EVP_CIPHER_CTX_new()};
  const Ciphers* ciphers = nullptr;
  Bytes key, iv;

  static std::unique_ptr<Engine> make(const Ciphers& ciphers, QuicKeys keys, bool chacha) {
    auto made = std::make_unique<Engine>();
    made->ciphers = &ciphers;
    made->iv = std::move(keys.iv);
    made->key = std::move(keys.key);
    EVP_CIPHER_CTX* const mask = made->mask.get();
    if (!made->aead || mask == nullptr ||
        EVP_CipherInit_ex2(mask, ciphers.mask.get(), chacha ? nullptr : keys.header.data(), nullptr, 1, nullptr) != 1)
      return nullptr;
    if (chacha) made->header_key = std::move(keys.header);
    if (EVP_CipherInit_ex2(made->aead.get(), ciphers.aead.get(), nullptr, nullptr, 0, nullptr) != 1) return nullptr;
    return made;
  }

  Bytes header_key;  ///< ChaCha20 only: its sample is counter and nonce, so that the key is set with each

  bool mask_of(ByteView sample, std::array<std::uint8_t, 32>& out) const {
    int size = 0;
    if (header_key.empty()) return EVP_CipherUpdate(mask.get(), out.data(), &size, sample.data(), sample_size) == 1;
    constexpr std::array<std::uint8_t, 5> zeros{};
    return EVP_CipherInit_ex2(mask.get(), nullptr, header_key.data(), sample.data(), 1, nullptr) == 1 &&
           EVP_CipherUpdate(mask.get(), out.data(), &size, zeros.data(), zeros.size()) == 1;
  }
};

QuicOpener::QuicOpener() = default;
QuicOpener::~QuicOpener() = default;

std::unique_ptr<QuicOpener> QuicOpener::make(const registry::Suite& suite, ByteView secret, QuicLabels labels) {
  const Ciphers* const ciphers = ciphers_of(suite);
  if (ciphers == nullptr || secret.size() != hash_size(suite.prf)) return nullptr;
  std::unique_ptr<QuicOpener> made(new QuicOpener);
  made->suite_ = &suite;
  made->labels_ = labels;
  made->secret_.assign(secret.begin(), secret.end());
  made->engine_ = Engine::make(*ciphers, quic_keys(suite, secret, labels), suite.code == 0x1303);
  return made->engine_ ? std::move(made) : nullptr;
}

/// RFC 9001 5.4.1: bits of the first byte and the packet number.
bool QuicOpener::unmask(ByteView packet, std::size_t number_at) {
  if (number_at == 0 || packet.size() < number_at + longest_number + sample_size) return false;
  std::array<std::uint8_t, 32> mask{};
  if (!engine_->mask_of(packet.subspan(number_at + longest_number, sample_size), mask)) return false;
  const bool long_header = (packet[0] & 0x80U) != 0;
  const auto first = static_cast<std::uint8_t>(packet[0] ^ (mask[0] & (long_header ? 0x0fU : 0x1fU)));
  const std::size_t size = (first & 3U) + 1U;
  header_.assign(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(number_at + size));
  header_[0] = first;
  std::uint64_t cut = 0;
  for (std::size_t i = 0; i < size; ++i) {
    header_[number_at + i] ^= mask[1 + i];
    cut = cut << 8U | header_[number_at + i];
  }
  number_ = whole_number(largest_, cut, size);
  return true;
}

/// RFC 9001 5.3: the header without its mask is the associated data. Into `payload_`.
bool QuicOpener::decrypt(Engine& engine, ByteView sealed) {
  if (sealed.size() < tag_size) return false;
  std::array<std::uint8_t, iv_size> nonce{};
  std::copy_n(engine.iv.begin(), iv_size, nonce.begin());
  for (std::size_t i = 0; i < 8; ++i) nonce[iv_size - 1 - i] ^= static_cast<std::uint8_t>(number_ >> (8 * i));
  const ByteView text = sealed.first(sealed.size() - tag_size);
  std::array<std::uint8_t, tag_size> tag{};
  std::copy(sealed.end() - tag_size, sealed.end(), tag.begin());
  payload_.resize(text.size() + 1);  // never empty: libcrypto wants a place to write to
  EVP_CIPHER_CTX* const ctx = engine.aead.get();
  const bool ccm = engine.ciphers->ccm;
  int size = 0;
  if (EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, iv_size, nullptr) != 1) return false;
  if (EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, tag_size, tag.data()) != 1) return false;
  if (EVP_CipherInit_ex2(ctx, nullptr, engine.key.data(), nonce.data(), 0, nullptr) != 1) return false;
  if (ccm && EVP_CipherUpdate(ctx, nullptr, &size, nullptr, static_cast<int>(text.size())) != 1) return false;
  if (EVP_CipherUpdate(ctx, nullptr, &size, header_.data(), static_cast<int>(header_.size())) != 1) return false;
  if (EVP_CipherUpdate(ctx, payload_.data(), &size, text.data(), static_cast<int>(text.size())) != 1) return false;
  std::array<std::uint8_t, 16> rest{};
  if (!ccm && EVP_CipherFinal_ex(ctx, rest.data(), &size) != 1) return false;  // CCM has checked its tag already
  payload_.resize(text.size());
  return true;
}

/// RFC 9001 6.1: the next secret; the key of the header's mask stays.
bool QuicOpener::prepare_update() {
  if (next_) return true;
  const Bytes updated = hkdf_expand_label(suite_->prf, secret_, label(labels_, "quic ku", "quicv2 ku"), {}, hash_size(suite_->prf));
  next_ = Engine::make(*ciphers_of(*suite_), quic_keys(*suite_, updated, labels_), suite_->code == 0x1303);
  return next_ != nullptr;
}

std::optional<QuicOpener::Opened> QuicOpener::open(ByteView packet, std::size_t number_at) {
  if (!unmask(packet, number_at)) return std::nullopt;
  const ByteView sealed = packet.subspan(header_.size());
  const bool short_header = (packet[0] & 0x80U) == 0;
  const bool phase = short_header && (header_[0] & 0x04U) != 0;
  if (phase == phase_ || !short_header) {
    if (!decrypt(*engine_, sealed)) return std::nullopt;
  } else {
    if (!prepare_update() || !decrypt(*next_, sealed)) return std::nullopt;
    std::swap(next_->mask, engine_->mask);
    std::swap(next_->header_key, engine_->header_key);
    engine_ = std::move(next_);
    secret_ = hkdf_expand_label(suite_->prf, secret_, label(labels_, "quic ku", "quicv2 ku"), {}, hash_size(suite_->prf));
    phase_ = phase;
  }
  largest_ = std::max(largest_.value_or(0), number_);
  return Opened{number_, payload_};
}

}  // namespace whytls::crypto
