// SPDX-License-Identifier: Apache-2.0
// An OCSP response as a server staples it (RFC 6960), judged against the certificate it should speak of. Fetches nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "x509/certificate.h"

namespace whytls::x509 {

enum class Revocation : std::uint8_t { unknown, good, revoked };

struct OcspResponse {
  bool parsed = false;
  std::string response_status;     ///< "successful", "tryLater", "unauthorized" … as RFC 6960 4.2.1 spells them
  bool about_certificate = false;  ///< one of its answers is about the certificate asked for
  Revocation status = Revocation::unknown;
  std::optional<base::Time> produced_at, this_update, next_update, revoked_at;
  std::string revocation_reason;           ///< "keyCompromise" …; empty when none is given
  Verified signature = Verified::unknown;  ///< under the issuer's key, or under a delegate's that the issuer appointed
  std::string signer;                      ///< who signed, for messages
  std::string unusable;                    ///< why a client cannot rely on it at the time asked for; empty when it can
  bool usable() const { return unusable.empty(); }
};

/// `issuer` may be null: the signature then stays unknown and the response unusable.
OcspResponse read_ocsp(base::ByteView response, const Certificate& certificate, const Certificate* issuer, base::Time at);

/// The DER of a request about one certificate (RFC 6960 4.1, RFC 5019 2.1.1: SHA-1 identifier, one entry, no nonce, so that caches
/// can answer it). Empty where either cannot be parsed.
base::Bytes ocsp_request(const Certificate& certificate, const Certificate& issuer);

/// The same as the address of a GET request (RFC 6960 A.1); empty where it would be longer than 255 bytes, for POST is due then.
std::string ocsp_get_url(const std::string& responder, base::ByteView request);

}  // namespace whytls::x509
