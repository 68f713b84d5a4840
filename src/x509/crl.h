// SPDX-License-Identifier: Apache-2.0
// A certificate revocation list (RFC 5280 5) and what it says of one certificate (6.3). Fetches nothing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "x509/certificate.h"
#include "x509/ocsp.h"

struct X509_crl_st;  // libcrypto's X509_CRL

namespace whytls::x509 {

struct Crl {
  std::shared_ptr<X509_crl_st> handle;  ///< null where libcrypto cannot parse it
  std::string malformed;                ///< why it cannot be used at all; empty when it can
  std::string issuer;                   ///< RFC 2253 order, printable
  base::Bytes issuer_der;
  std::optional<base::Time> this_update, next_update;
  std::string number;     ///< cRLNumber, hexadecimal; empty when absent
  std::string delta_of;   ///< the number of the base list that this one is a delta of; empty when it is complete
  bool indirect = false;  ///< it may speak of certificates of other issuers
  std::size_t entries = 0;
  std::vector<std::string> departures;  ///< rules of RFC 5280 5.2 that it breaks and most clients let pass
};

/// DER as it is; of PEM the first block that is a list.
base::Bytes crl_der(base::ByteView file);
/// Always returns what could be read. Lists over 64 MiB are not parsed.
Crl examine_crl(base::ByteView der);

struct CrlAnswer {
  Revocation status = Revocation::unknown;  ///< good: not listed, by a list that covers it
  std::optional<base::Time> revoked_at;
  std::string reason;    ///< "keyCompromise" …; empty when none is given
  std::string unusable;  ///< why a client cannot rely on it at the time asked for; empty when it can
  bool usable() const { return unusable.empty(); }
};

/// Whether the list is by the certificate's issuer, or may speak for it.
bool concerns(const Crl& crl, const Certificate& certificate);
CrlAnswer read_crl(const Crl& crl, const Certificate& certificate, const Certificate& issuer, base::Time at);

/// CRLReason in the words of RFC 5280 5.3.1; empty for a number that has none.
std::string reason_text(int reason);

}  // namespace whytls::x509
