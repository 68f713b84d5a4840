// SPDX-License-Identifier: Apache-2.0
// Whether a certificate covers the name or address that was asked for, by RFC 9525. The common name is never looked at.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "x509/certificate.h"

namespace whytls::x509 {

struct HostMatch {
  bool covered = false;
  std::string matched;               ///< the subject alternative name that covers it
  std::string reason;                ///< why not, in words: "the certificate names other hosts" …; empty when covered
  std::vector<std::string> nearest;  ///< at most 5 of the certificate's names, those most like what was asked for first
  bool only_common_name = false;     ///< the common name would match, but clients no longer read it (RFC 9525 2)
};

/// `host`: a DNS name (A-labels; a final dot is ignored) or an IPv4 or IPv6 address without brackets.
HostMatch match_host(const Certificate& certificate, const std::string& host);

bool is_address(const std::string& host);
/// Letters, digits, hyphens and (as found in practice) underscores in labels of 1 to 63, RFC 1034 3.5.
bool is_dns_name(std::string_view name);
/// One presented DNS name, perhaps with a wildcard as its whole left-most label, against a name that was asked for.
bool matches_dns(std::string_view presented, std::string_view asked);

}  // namespace whytls::x509
