// SPDX-License-Identifier: Apache-2.0
// The input is a certificate and its issuer, each behind a length of 16 bits, and a response. Only what is signed and about the
// certificate is usable, and without the issuer nothing is.
#include <cstdlib>

#include "x509/ocsp.h"

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whytls;
  base::Reader reader(base::ByteView(data, size));
  base::Reader subject;
  base::Reader issuer;
  if (!reader.prefixed16(subject, "certificate") || !reader.prefixed16(issuer, "issuer")) return 0;
  const x509::Certificate certificate = x509::examine(subject.rest());
  const x509::Certificate above = x509::examine(issuer.rest());
  const base::Time at{std::chrono::hours(24 * 365 * 57)};
  const x509::OcspResponse r = x509::read_ocsp(reader.rest(), certificate, &above, at);
  if (r.usable()) {
    demand(r.parsed && r.about_certificate && r.this_update.has_value());
    demand(r.signature == x509::Verified::yes && r.status != x509::Revocation::unknown);
  }
  demand(r.parsed || !r.usable());
  demand(!r.revoked_at || r.status == x509::Revocation::revoked);
  const x509::OcspResponse blind = x509::read_ocsp(reader.rest(), certificate, nullptr, at);
  demand(!blind.usable() && blind.signature == x509::Verified::unknown);
  demand(blind.parsed == r.parsed && blind.response_status == r.response_status);
  return 0;
}
