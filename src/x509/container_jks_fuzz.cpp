// SPDX-License-Identifier: Apache-2.0
// Whatever the bytes behind the magic number: certificates are parts of the input, of which none takes less than six bytes, and a cut
// keystore says that it is cut.
#include <algorithm>
#include <cstdlib>

#include "x509/container.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whytls;
  base::Bytes bytes{0xfe, 0xed, 0xfe, 0xed};
  bytes.insert(bytes.end(), data, data + size);
  const x509::Contents found = x509::open_container(bytes, std::nullopt);
  if (found.format != x509::Format::jks || found.parts.size() > size / 6 + 1) std::abort();
  for (const x509::Part& part : found.parts) {
    if (part.kind != x509::Part::Kind::certificate) continue;
    if (std::search(bytes.begin(), bytes.end(), part.der.begin(), part.der.end()) == bytes.end()) std::abort();
  }
  if (size == 0) return 0;
  bytes.pop_back();
  const x509::Contents cut = x509::open_container(bytes, std::nullopt);
  if (cut.parts.size() > found.parts.size() || cut.flaws.empty()) std::abort();
  return 0;
}
