// SPDX-License-Identifier: Apache-2.0
// One side's ephemeral keys: named groups, explicit Diffie-Hellman, RSA key transport. Knows no message.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "crypto/context.h"

namespace whytls::crypto {

/// A key of a named group. For KEMs and hybrids the share is well-formed, but its secret cannot be derived: libcrypto lacks the KEM.
class EphemeralKey {
 public:
  /// nullopt: we can make no key for this group.
  static std::optional<EphemeralKey> generate(std::uint16_t group);

  std::uint16_t group() const { return group_; }
  /// As it stands in a key_share entry or (for curves) in an ECDHE point.
  const base::Bytes& share() const { return share_; }
  bool derivable() const { return key_ != nullptr; }
  /// nullopt: the peer's share is not acceptable (wrong length, no point of the curve, all-zero result: RFC 7748 6.1), or not derivable.
  std::optional<base::Bytes> shared_secret(base::ByteView peer_share) const;

 private:
  std::uint16_t group_ = 0;
  base::Bytes share_;
  std::shared_ptr<EVP_PKEY> key_;
  bool finite_field_ = false;
};

/// Whether `EphemeralKey::generate` makes a key whose secret can be derived, told without making one.
bool group_derivable(std::uint16_t group);

struct DhClient {
  base::Bytes public_value;  ///< Yc, without leading zeros
  base::Bytes premaster;     ///< leading zeros stripped: RFC 5246 8.1.2
};
/// Explicit parameters as a server sends them, whatever their quality. nullopt: no modulus (zero, even, or over 16,384 bits).
std::optional<DhClient> dh_client(base::ByteView p, base::ByteView g, base::ByteView server_public);

struct RsaTransport {
  base::Bytes premaster;  ///< 48 bytes, the first two of which are `client_version`: RFC 5246 7.4.7.1
  base::Bytes encrypted;
};
/// nullopt: the key is no RSA key or too small.
std::optional<RsaTransport> rsa_transport(EVP_PKEY* key, std::uint16_t client_version);

/// An ML-KEM or Kyber encapsulation key of rank 3 (768) or 4 (1024), or 2 (512): random coefficients below 3329, packed, and 32 bytes of
/// seed (FIPS 203 7.2: passes the modulus check). Indistinguishable from a real one for whoever encapsulates to it.
base::Bytes kem_share(unsigned rank);

}  // namespace whytls::crypto
