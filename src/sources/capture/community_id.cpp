// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/community_id.h"

#include <openssl/evp.h>

#include "crypto/hash.h"

namespace whytls::sources::capture {

std::string community_id(const Endpoint& one, const Endpoint& other, bool udp) {
  constexpr std::uint8_t tcp_number = 6, udp_number = 17;
  const bool ordered = one < other;
  const Endpoint& low = ordered ? one : other;
  const Endpoint& high = ordered ? other : one;
  base::Writer out;
  out.u16(0);  // the seed
  const std::size_t size = one.address.v6 ? 16 : 4;
  out.bytes(base::ByteView(low.address.bytes).first(size));
  out.bytes(base::ByteView(high.address.bytes).first(size));
  out.u8(udp ? udp_number : tcp_number);
  out.u8(0);  // padding
  out.u16(low.port);
  out.u16(high.port);
  const base::Bytes hash = crypto::digest("SHA1", out.data());
  if (hash.empty()) return {};
  base::Bytes text(4 * ((hash.size() + 2) / 3) + 1);
  const int written = EVP_EncodeBlock(text.data(), hash.data(), static_cast<int>(hash.size()));
  return "1:" + std::string(text.begin(), text.begin() + written);
}

}  // namespace whytls::sources::capture
