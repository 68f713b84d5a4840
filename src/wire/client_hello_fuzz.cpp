// SPDX-License-Identifier: Apache-2.0
// What parses is rebuilt to the byte; what does not is reported within the input; and no reader of an extension fails on any body.
#include <cstdlib>

#include "wire/handshake.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whytls;
  const base::ByteView input(data, size);
  const wire::ClientHello hello = wire::parse_client_hello(input);
  if (hello.malformed)
    require(hello.malformed->offset <= size);
  else
    require(base::text(wire::build(hello)) == base::text(input));

  std::size_t read = hello.supported_versions().size() + hello.supported_groups().size() + hello.signature_algorithms().size();
  read += hello.signature_algorithms_cert().size();
  for (const auto& share : hello.key_shares()) read += share.key.size();
  for (const auto& name : hello.alpn()) read += name.size();
  read += hello.server_name().value_or("").size();
  require(read <= size);
  require(hello.versions().size() <= size + 4);

  // A hello that was understood in part can be built, and is then understood whole.
  if (hello.random.size() == 32 && hello.session_id.size() <= 32) require(!wire::parse_client_hello(wire::build(hello)).malformed);
  return 0;
}
