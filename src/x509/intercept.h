// SPDX-License-Identifier: Apache-2.0
// The names that inspecting proxies and filters write into the certificates they make up.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "x509/certificate.h"

namespace whytls::x509 {

struct Interception {
  std::string product;   ///< "Zscaler"
  std::string evidence;  ///< the text that matched, printable: "issuer CN=Zscaler Intermediate Root CA"
  std::size_t position = 0;
  bool debugger = false;  ///< a tool that a developer starts (mitmproxy, Charles, Fiddler, Burp), not a company's filter
};

/// The first mark in the issuers of the chain, the leaf's first.
std::optional<Interception> intercepted_by(const std::vector<Certificate>& chain);

}  // namespace whytls::x509
