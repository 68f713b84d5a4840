// SPDX-License-Identifier: Apache-2.0
// Signed certificate timestamps (RFC 6962 3.2, 3.3) from the three places in which a client may find them, and how many of them the
// browsers want. Their signatures are verified where the log's key is given; a log that nobody knows is only counted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "x509/certificate.h"

namespace whytls::x509 {

enum class SctPlace : std::uint8_t { certificate, handshake, staple };

struct Sct {
  SctPlace place = SctPlace::certificate;
  unsigned version = 0;  ///< 0 is v1, the only one there is
  Digest log{};          ///< SHA-256 of the log's key
  base::Time time{};
  base::Bytes extensions, signature;
  std::uint16_t scheme = 0;  ///< hash and signature algorithm, as TLS 1.2 writes them: 0x0403 is ecdsa with SHA-256
};

struct SctList {
  std::vector<Sct> timestamps;
  std::string malformed;  ///< why the rest could not be read; empty when all was
};

/// SignedCertificateTimestampList of RFC 6962 3.3, as the TLS extension of type 18 carries it.
SctList read_scts(base::ByteView list, SctPlace place);
/// Of the certificate's own extension.
SctList embedded_scts(const Certificate& certificate);
/// Of an OCSP response, in whichever of its answers.
SctList stapled_scts(base::ByteView response);

struct Log {
  base::Bytes key;   ///< SubjectPublicKeyInfo
  std::string name;  ///< "Argon 2026h1"
  std::string operator_name;
};
/// Whether the log signed it for this certificate; `issuer` is needed for embedded ones. Unknown: not this log, or no issuer.
Verified verify_sct(const Sct& sct, const Certificate& certificate, const Certificate* issuer, const Log& log);

/// Beside the policies of Chrome (since April 2022), Apple (since April 2021) and Firefox (since 135), which agree in these numbers:
/// embedded ones from 2 distinct logs for a lifetime of up to 180 days, else 3; or 2 in the handshake or the staple.
struct Transparency {
  std::size_t embedded = 0, handshake = 0, stapled = 0;  ///< from distinct logs, in that place
  std::size_t distinct = 0;                              ///< in all
  std::size_t wanted = 0;                                ///< of what decides: embedded ones, unless others are enough
  bool met = false;
};
Transparency count_scts(const Certificate& leaf, const std::vector<Sct>& timestamps);

}  // namespace whytls::x509
