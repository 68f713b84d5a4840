// SPDX-License-Identifier: Apache-2.0
// Asks DNS what it says of a server's certificates: TLSA (DANE, RFC 6698) and CAA (RFC 8659). What the records mean is not known here.
#pragma once

#include <string>
#include <vector>

#include "net/dial.h"
#include "net/dns_answer.h"

namespace whytls::net {

struct Records {
  std::vector<TlsaRecord> tlsa;  ///< of _PORT._tcp.HOST
  /// DNSSEC vouches for them, as says a resolver that may be believed: one on this machine, or resolv.conf has `trust-ad`. The word of
  /// any other came over a wire that anybody could write on.
  bool tlsa_validated = false;
  std::vector<CaaRecord> caa;  ///< of the name itself or of the nearest one above it that has any (RFC 8659 3)
  std::string caa_at;          ///< that name
};

/// All questions at once; by the deadline what has not been answered counts as absent. Nothing is asked about addresses, names without a
/// dot, names that DNS does not have ("localhost", "local"), and those of the hosts file.
Records dns_records(const std::string& host, std::uint16_t port, Deadline deadline, const CancelFlag* cancel,
                    const ResolveOptions& options = {});

/// Whether resolv.conf's text says `options trust-ad`.
bool trusts_ad(std::string_view resolv_conf);

}  // namespace whytls::net
