// SPDX-License-Identifier: Apache-2.0
// A sound TLS server (libssl's) with one thing set up wrong. It answers an HTTP request, if one comes, and closes.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "lab/visit.h"
#include "lab/workshop.h"

namespace whytls::lab {

struct TlsSetup {
  std::vector<x509::Certificate> chain;  ///< leaf first, as sent; empty: no certificate at all
  x509::PrivateKey key;
  std::uint16_t lowest = 0x0303, highest = 0x0304;
  std::string ciphers, groups, signature_algorithms;  ///< in OpenSSL's words; empty: its defaults
  std::vector<std::string> alpn;                      ///< what it speaks; a client that offers only others gets alert 120
  base::Bytes staple;                                 ///< an OCSP response, where the client asks
  std::vector<std::string> names;                     ///< the server names that it knows; others, and none, get alert 112. Empty: all
  std::optional<x509::Certificate> client_ca;         ///< a client certificate by this authority is demanded
  bool client_revoked = false;                        ///< every client certificate is held to be revoked
  bool psk_only = false;
  bool dh_1024 = false;
  std::optional<std::size_t> flip_byte;  ///< this byte of what it sends is changed on its way
  base::Time date = base::now();         ///< what its HTTP answers say
};

/// Any failure goes to the workshop. The action may be given a ClientHello that was read already.
Action tls(Workshop& workshop, const TlsSetup& setup);

/// The private half of `other` under the public half of `certificate` (EC keys): what it signs does not verify.
x509::PrivateKey mismatched_key(Workshop& workshop, const x509::PrivateKey& certified, const x509::PrivateKey& other);

}  // namespace whytls::lab
