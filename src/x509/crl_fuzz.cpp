// SPDX-License-Identifier: Apache-2.0
// The input is a certificate and its issuer, each behind a length of 16 bits, and a list. Only a whole list gives a usable answer, and
// nobody is good or revoked by the word of another issuer.
#include <cstdlib>

#include "base/text.h"
#include "x509/crl.h"

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
  const x509::Crl crl = x509::examine_crl(x509::crl_der(reader.rest()));
  demand(crl.handle != nullptr || !crl.malformed.empty());
  demand(base::printable(crl.issuer, crl.issuer.size() + 1) == crl.issuer);
  const x509::CrlAnswer answer = x509::read_crl(crl, certificate, above, base::Time{std::chrono::hours(24 * 365 * 57)});
  if (answer.usable()) demand(crl.malformed.empty() && answer.status != x509::Revocation::unknown);
  if (answer.status != x509::Revocation::unknown) demand(x509::concerns(crl, certificate));
  demand(!answer.revoked_at || answer.status == x509::Revocation::revoked);
  return 0;
}
