// SPDX-License-Identifier: Apache-2.0
// SSL 2 messages: what parses is rebuilt to the byte, and is found again in the record that was built.
#include <cstdlib>

#include "wire/handshake.h"
#include "wire/record.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whytls;
  const base::ByteView input(data, size);
  const wire::Ssl2ClientHello hello = wire::parse_ssl2_client_hello(input);
  require(!hello.malformed || hello.malformed->offset <= size);
  if (!hello.malformed && size < 0x8000) {
    const base::Bytes record = wire::build_ssl2_record(hello);
    require(base::text(record).substr(2) == base::text(input));
    const bool plausible = hello.version == 2 || (hello.version >> 8U == 3 && (hello.version & 0xffU) <= 0x0f);
    require((wire::next_record(record, true).framing == wire::Framing::ssl2) == plausible);
  }
  const wire::Ssl2ServerHello answer = wire::parse_ssl2_server_hello(input);
  require(!answer.malformed || answer.malformed->offset <= size);
  require(answer.certificate.size() + 3 * answer.cipher_specs.size() + answer.connection_id.size() <= size);
  require(!wire::parse_ssl2_error(input) || size == 3);
  return 0;
}
