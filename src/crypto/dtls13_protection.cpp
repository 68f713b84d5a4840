// SPDX-License-Identifier: Apache-2.0
#include "crypto/dtls13_protection.h"

#include <algorithm>

#include "crypto/hash.h"
#include "crypto/packet_engine.h"
#include "crypto/schedule.h"

namespace whytls::crypto {

using base::ByteView;

Dtls13Keys dtls13_keys(const registry::Suite& suite, ByteView secret) {
  const std::size_t key_size = packet_key_size(suite);
  if (key_size == 0) return {};
  const auto expand = [&](std::string_view label, std::size_t size) {
    return hkdf_expand_label(suite.prf, secret, label, {}, size, "dtls13");
  };
  return {expand("key", key_size), expand("iv", packet_iv_size), expand("sn", key_size)};
}

Dtls13Opener::Dtls13Opener() = default;
Dtls13Opener::~Dtls13Opener() = default;

std::unique_ptr<Dtls13Opener> Dtls13Opener::make(const registry::Suite& suite, ByteView secret) {
  if (packet_key_size(suite) == 0 || secret.size() != hash_size(suite.prf)) return nullptr;
  Dtls13Keys keys = dtls13_keys(suite, secret);
  std::unique_ptr<Dtls13Opener> made(new Dtls13Opener);
  made->engine_ = PacketEngine::make(suite, {std::move(keys.key), std::move(keys.iv), std::move(keys.number)});
  return made->engine_ ? std::move(made) : nullptr;
}

/// RFC 9147 4.2.2: the nonce has the number alone, without the epoch; 4.2.3: the mask is made from the first bytes of what is sealed.
std::optional<Dtls13Opener::Opened> Dtls13Opener::open(ByteView header, ByteView sealed, std::size_t connection_id) {
  constexpr std::uint8_t long_number = 0x08;
  const std::size_t number_at = 1 + connection_id;
  const std::size_t size = !header.empty() && (header[0] & long_number) != 0 ? 2 : 1;
  PacketEngine::Mask mask{};
  if (header.size() < number_at + size || sealed.size() < packet_sample_size || !engine_->mask_of(sealed.first(packet_sample_size), mask))
    return std::nullopt;
  header_.assign(header.begin(), header.end());
  std::uint64_t cut = 0;
  for (std::size_t i = 0; i < size; ++i) {
    header_[number_at + i] ^= mask[i];
    cut = cut << 8U | header_[number_at + i];
  }
  const std::uint64_t number = whole_packet_number(largest_, cut, size);
  if (!engine_->decrypt(number, header_, sealed, plain_)) return std::nullopt;
  largest_ = std::max(largest_.value_or(0), number);
  // RFC 8446 5.4: zeros behind the type are padding.
  const auto type = std::find_if(plain_.rbegin(), plain_.rend(), [](std::uint8_t byte) { return byte != 0; });
  if (type == plain_.rend()) return std::nullopt;
  return Opened{*type, ByteView(plain_).first(static_cast<std::size_t>(plain_.rend() - type) - 1)};
}

}  // namespace whytls::crypto
