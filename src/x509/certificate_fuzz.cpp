// SPDX-License-Identifier: Apache-2.0
// Whatever the bytes: a certificate is usable exactly when it has a handle, its texts are harmless, and PEM gives the bytes back.
#include <algorithm>
#include <cstdlib>

#include "base/text.h"
#include "x509/certificate.h"
#include "x509/host.h"
#include "x509/pem.h"

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

void demand_harmless(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) demand(whytls::base::printable(text, text.size() + 1) == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whytls;
  const base::ByteView der(data, size);
  const x509::Certificate c = x509::examine(der);
  demand(x509::parse_certificate(der).has_value() == (c.handle != nullptr));
  demand(c.handle != nullptr || !c.malformed.empty());
  demand(std::equal(c.der.begin(), c.der.end(), data, data + size));
  demand(!c.self_signed || c.self_issued);
  demand_harmless({c.subject, c.issuer, c.common_name, c.organization, c.malformed, x509::display_name(c)});
  demand_harmless(c.dns_names);
  demand_harmless(c.uris);
  demand_harmless(c.ip_addresses);
  demand_harmless(c.unknown_critical);
  for (const char* host : {"www.example.com", "192.0.2.1"}) {
    const x509::HostMatch match = x509::match_host(c, host);
    demand(match.covered == match.reason.empty());
  }
  if (size == 0) return 0;
  const x509::PemFile pem = x509::read_pem(x509::to_pem(c));
  demand(pem.blocks.size() == 1 && pem.blocks.front().der == c.der);
  return 0;
}
