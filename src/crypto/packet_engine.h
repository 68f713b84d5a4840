// SPDX-License-Identifier: Apache-2.0
// What QUIC (RFC 9001 5) and DTLS 1.3 (RFC 9147 4) share: an AEAD whose nonce is the packet's number, and a mask over that number made
// from a sample of what was sealed. Opens only. Private to crypto.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "crypto/context.h"
#include "registry/registry.h"

namespace whytls::crypto {

inline constexpr std::size_t packet_tag_size = 16, packet_iv_size = 12, packet_sample_size = 16;

struct PacketKeys {
  base::Bytes key, iv, mask;
};
/// Bytes of the suite's key; 0: it is none of TLS 1.3's (but CCM_8, which neither takes), or libcrypto lacks its cipher.
std::size_t packet_key_size(const registry::Suite& suite);

/// Ciphers with their keys set: what a packet costs is then only its bytes.
class PacketEngine {
 public:
  static std::unique_ptr<PacketEngine> make(const registry::Suite& suite, PacketKeys keys);

  using Mask = std::array<std::uint8_t, 32>;
  /// RFC 9001 5.4.3, 5.4.4; `sample` has 16 bytes.
  bool mask_of(base::ByteView sample, Mask& out) const;
  /// RFC 9001 5.3: `header` without its mask is the associated data. Into `plain`, which may be anything where it does not verify.
  bool decrypt(std::uint64_t number, base::ByteView header, base::ByteView sealed, base::Bytes& plain) const;
  /// RFC 9001 6.1: of new keys the mask stays the old one.
  void take_mask(PacketEngine& from);

 private:
  CipherContextPtr aead_{EVP_CIPHER_CTX_new()}, mask_{EVP_CIPHER_CTX_new()};
  base::Bytes key_, iv_;
  base::Bytes mask_key_;  ///< ChaCha20 only: its sample is counter and nonce, so that the key is set with each
  bool ccm_ = false;
};

/// RFC 9000 A.3: the number of which the packet has the last `size` bytes.
std::uint64_t whole_packet_number(std::optional<std::uint64_t> largest, std::uint64_t cut, std::size_t size);

}  // namespace whytls::crypto
