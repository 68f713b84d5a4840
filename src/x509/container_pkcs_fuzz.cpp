// SPDX-License-Identifier: Apache-2.0
// Whatever the DER: no crash, the same answer twice, and a certificate that is handed out has an outline.
#include <cstdlib>

#include "x509/container.h"
#include "x509/outline.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whytls;
  if (size > 65536) return 0;
  const x509::Contents found = x509::open_container({data, size}, std::nullopt);
  const x509::Contents again = x509::open_container({data, size}, std::nullopt);
  if (found.parts.size() != again.parts.size() || found.format != again.format) std::abort();
  if (found.format == x509::Format::unknown && !found.parts.empty()) std::abort();
  for (const x509::Part& part : found.parts) {
    if (part.kind == x509::Part::Kind::certificate && part.der.empty()) std::abort();
    if (found.format == x509::Format::der && part.kind == x509::Part::Kind::certificate && !x509::outline(part.der)) std::abort();
  }
  return 0;
}
