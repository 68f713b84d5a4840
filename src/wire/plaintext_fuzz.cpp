// SPDX-License-Identifier: Apache-2.0
// Whatever a peer says: the excerpt is short and harmless, an upgrade is only named with a protocol, and a TLS record is no plaintext.
#include <algorithm>
#include <cstdlib>

#include "wire/plaintext.h"
#include "wire/record.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whytls;
  if (size < 1) return 0;
  constexpr std::uint16_t ports[]{21, 24, 25, 110, 119, 143, 389, 443, 3306, 3389, 4190, 5222, 5269, 5432, 6379, 6667};
  const base::ByteView answer(data + 1, size - 1);
  const wire::Plaintext found = wire::recognise_plaintext(answer, ports[data[0] % std::size(ports)]);
  require(found.excerpt.size() <= 120);
  require(
      std::none_of(found.excerpt.begin(), found.excerpt.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }));
  require(found.starttls.empty() || !found.protocol.empty());
  require(found.status == 0 || (found.status >= 100 && found.status <= 999));
  require(!found.says_tls_expected || found.protocol == "http");
  const wire::Framed framed = wire::next_record(answer, true);
  if (framed.framing == wire::Framing::record && answer.size() == framed.size && answer.size() > 8) require(found.protocol.empty());
  return 0;
}
