// SPDX-License-Identifier: Apache-2.0
// CompressedCertificate: what is read whole is rebuilt to the byte, and what is unpacked has the size that the message says.
#include <cstdlib>

#include "wire/compressed_certificate.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whytls;
  const base::ByteView body(data, size);
  const wire::CompressedCertificate message = wire::parse_compressed_certificate(body);
  require(message.malformed || base::text(wire::build(message)) == base::text(body));
  const auto inside = wire::unpacked_certificate(message);
  require(!inside || (inside->size() == message.size && message.size <= wire::largest_unpacked_certificate));
  const auto read = wire::read_certificate(wire::HandshakeType::compressed_certificate, body, true);
  require(!read || inside || (read->malformed && read->entries.empty()));
  return 0;
}
