// SPDX-License-Identifier: Apache-2.0
// ServerKeyExchange in every form: the first byte chooses the suite, the second the version, the rest is the body.
#include <cstdlib>

#include "wire/handshake.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whytls;
  if (size < 2) return 0;
  constexpr std::uint16_t suites[]{0xc02f, 0x009e, 0x0034, 0xc018, 0xc037, 0x00aa, 0x00a8, 0xc01e, 0x0003, 0x1301, 0xe013, 0xfff0};
  const std::uint16_t suite = suites[data[0] % std::size(suites)];
  const auto version = static_cast<std::uint16_t>(0x0300 + data[1] % 5);
  const base::ByteView body(data + 2, size - 2);
  const wire::ServerKeyExchange message = wire::parse_server_key_exchange(body, suite, version);
  if (message.malformed) require(message.malformed->offset <= body.size());
  require(message.params.size() + message.signature.size() <= body.size());
  require(base::text(message.params) == base::text(body.first(message.params.size())));
  require(message.dh_p.size() + message.dh_g.size() + message.public_key.size() + message.psk_hint.size() <= body.size());
  if (message.malformed || message.explicit_curve) return 0;
  // Read whole: nothing but two lengths and an algorithm stands outside of the parameters and the signature.
  require(message.params.size() + message.signature.size() + 4 >= body.size());
  return 0;
}
