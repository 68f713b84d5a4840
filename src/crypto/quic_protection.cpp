// SPDX-License-Identifier: Apache-2.0
#include "crypto/quic_protection.h"

#include <algorithm>

#include "crypto/hash.h"
#include "crypto/packet_engine.h"
#include "crypto/schedule.h"

namespace whytls::crypto {

using base::Bytes;
using base::ByteView;

namespace {

constexpr std::size_t longest_number = 4;

std::string_view label(QuicLabels labels, std::string_view v1, std::string_view v2) { return labels == QuicLabels::v1 ? v1 : v2; }

std::unique_ptr<PacketEngine> engine_of(const registry::Suite& suite, QuicKeys keys) {
  return PacketEngine::make(suite, {std::move(keys.key), std::move(keys.iv), std::move(keys.header)});
}

}  // namespace

QuicKeys quic_keys(const registry::Suite& suite, ByteView secret, QuicLabels labels) {
  const std::size_t key_size = packet_key_size(suite);
  if (key_size == 0) return {};
  const auto expand = [&](std::string_view v1, std::string_view v2, std::size_t size) {
    return hkdf_expand_label(suite.prf, secret, label(labels, v1, v2), {}, size);
  };
  return {expand("quic key", "quicv2 key", key_size), expand("quic iv", "quicv2 iv", packet_iv_size),
          expand("quic hp", "quicv2 hp", key_size)};
}

QuicInitialSecrets quic_initial_secrets(ByteView salt, ByteView connection_id) {
  constexpr std::size_t size = 32;
  const Bytes initial = hkdf_extract(registry::Hash::sha256, salt, connection_id);
  return {hkdf_expand_label(registry::Hash::sha256, initial, "client in", {}, size),
          hkdf_expand_label(registry::Hash::sha256, initial, "server in", {}, size)};
}

QuicOpener::QuicOpener() = default;
QuicOpener::~QuicOpener() = default;

std::unique_ptr<QuicOpener> QuicOpener::make(const registry::Suite& suite, ByteView secret, QuicLabels labels) {
  if (packet_key_size(suite) == 0 || secret.size() != hash_size(suite.prf)) return nullptr;
  std::unique_ptr<QuicOpener> made(new QuicOpener);
  made->suite_ = &suite;
  made->labels_ = labels;
  made->secret_.assign(secret.begin(), secret.end());
  made->engine_ = engine_of(suite, quic_keys(suite, secret, labels));
  return made->engine_ ? std::move(made) : nullptr;
}

/// RFC 9001 5.4.1: bits of the first byte and the packet number.
bool QuicOpener::unmask(ByteView packet, std::size_t number_at) {
  if (number_at == 0 || packet.size() < number_at + longest_number + packet_sample_size) return false;
  PacketEngine::Mask mask{};
  if (!engine_->mask_of(packet.subspan(number_at + longest_number, packet_sample_size), mask)) return false;
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
  number_ = whole_packet_number(largest_, cut, size);
  return true;
}

/// RFC 9001 6.1: the next secret; the key of the header's mask stays.
bool QuicOpener::prepare_update() {
  if (next_) return true;
  const Bytes updated = hkdf_expand_label(suite_->prf, secret_, label(labels_, "quic ku", "quicv2 ku"), {}, hash_size(suite_->prf));
  next_ = engine_of(*suite_, quic_keys(*suite_, updated, labels_));
  return next_ != nullptr;
}

std::optional<QuicOpener::Opened> QuicOpener::open(ByteView packet, std::size_t number_at) {
  if (!unmask(packet, number_at)) return std::nullopt;
  const ByteView sealed = packet.subspan(header_.size());
  const bool short_header = (packet[0] & 0x80U) == 0;
  const bool phase = short_header && (header_[0] & 0x04U) != 0;
  if (phase == phase_ || !short_header) {
    if (!engine_->decrypt(number_, header_, sealed, payload_)) return std::nullopt;
  } else {
    if (!prepare_update() || !next_->decrypt(number_, header_, sealed, payload_)) return std::nullopt;
    next_->take_mask(*engine_);
    engine_ = std::move(next_);
    secret_ = hkdf_expand_label(suite_->prf, secret_, label(labels_, "quic ku", "quicv2 ku"), {}, hash_size(suite_->prf));
    phase_ = phase;
  }
  largest_ = std::max(largest_.value_or(0), number_);
  return Opened{number_, payload_};
}

}  // namespace whytls::crypto
