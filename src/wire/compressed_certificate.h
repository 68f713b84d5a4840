// SPDX-License-Identifier: Apache-2.0
// The Certificate message of TLS 1.3, as it is or compressed (RFC 8879). Whoever wants the certificates need not care which.
#pragma once

#include <cstdint>
#include <optional>

#include "wire/handshake.h"

namespace whytls::wire {

namespace certificate_compression {
inline constexpr std::uint16_t zlib = 1, brotli = 2, zstd = 3;  // RFC 8879 7.3
}  // namespace certificate_compression

/// RFC 8879 4.
struct CompressedCertificate {
  std::uint16_t algorithm = 0;
  std::uint32_t size = 0;  ///< of the body of the Certificate message inside
  base::Bytes packed;
  std::optional<base::Malformed> malformed;
};
CompressedCertificate parse_compressed_certificate(base::ByteView body);
base::Bytes build(const CompressedCertificate& message);

/// A body that unpacks to more is not unpacked: chains of a hundred certificates have less.
inline constexpr std::uint32_t largest_unpacked_certificate = std::uint32_t{1} << 18U;

/// The body of the Certificate message inside. nullopt: damaged, of another size than it says, too large, or packed in an unknown way.
std::optional<base::Bytes> unpacked_certificate(const CompressedCertificate& message);

/// The certificates of a message of the type certificate or compressed_certificate. `malformed` is set where the sender broke a rule, also
/// where what is packed does not unpack to what it says. nullopt: neither type, or packed in a way or to a size that is not read here.
std::optional<CertificateMessage> read_certificate(HandshakeType type, base::ByteView body, bool tls13);

}  // namespace whytls::wire
