// SPDX-License-Identifier: Apache-2.0
// Whatever the bytes, as a list and as an OCSP response: what was read is bounded and of the place asked for, and a list without
// complaint is read to its end.
#include <cstdlib>

#include "x509/sct.h"

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whytls;
  const base::ByteView bytes(data, size);
  const x509::SctList list = x509::read_scts(bytes, x509::SctPlace::handshake);
  std::size_t read = 2;
  for (const x509::Sct& sct : list.timestamps) {
    demand(sct.place == x509::SctPlace::handshake);
    demand(base::rfc3339(sct.time).size() <= 24);
    read += 2 + 1 + sct.log.size() + 8 + 2 + sct.extensions.size() + 4 + sct.signature.size();
  }
  demand(!list.malformed.empty() || read == size || list.timestamps.size() == 100);
  for (const x509::Sct& sct : x509::stapled_scts(bytes).timestamps) demand(sct.place == x509::SctPlace::staple);
  const x509::Transparency t = x509::count_scts({}, list.timestamps);
  demand(t.distinct <= list.timestamps.size() && t.distinct >= t.handshake);
  return 0;
}
