// SPDX-License-Identifier: Apache-2.0
// For tests only: DTLS as a peer would write it.
#pragma once

#include <algorithm>
#include <vector>

#include "wire/dtls.h"

namespace whytls::wire::built {

inline base::Bytes operator+(base::Bytes a, const base::Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

inline base::Bytes dtls_record(std::uint8_t type, std::uint16_t version, std::uint16_t epoch, std::uint64_t sequence,
                               base::ByteView fragment) {
  base::Writer out;
  out.u8(type);
  out.u16(version);
  out.u16(epoch);
  out.u16(static_cast<std::uint16_t>(sequence >> 32U));
  out.u32(static_cast<std::uint32_t>(sequence));
  out.prefixed16([&] { out.bytes(fragment); });
  return out.take();
}

/// `size` bytes of the message at `offset`, with the header of a fragment.
inline base::Bytes dtls_fragment(HandshakeType type, std::uint16_t sequence, base::ByteView body, std::size_t offset, std::size_t size) {
  base::Writer out;
  out.u8(static_cast<std::uint8_t>(type));
  out.u24(static_cast<std::uint32_t>(body.size()));
  out.u16(sequence);
  out.u24(static_cast<std::uint32_t>(offset));
  out.prefixed24([&] { out.bytes(body.subspan(offset, size)); });
  return out.take();
}

/// A message in one record of epoch 0.
inline base::Bytes dtls_message(HandshakeType type, std::uint16_t sequence, base::ByteView body, std::uint16_t version = 0xfefd) {
  return dtls_record(22, version, 0, sequence, dtls_fragment(type, sequence, body, 0, body.size()));
}

/// The body of a ClientHello with its cookie: RFC 6347 4.2.1.
inline base::Bytes with_cookie(const ClientHello& hello, base::ByteView cookie) {
  base::Bytes body = build(hello);
  base::Writer field;
  field.prefixed8([&] { field.bytes(cookie); });
  body.insert(body.begin() + static_cast<std::ptrdiff_t>(2 + 32 + 1 + hello.session_id.size()), field.data().begin(), field.data().end());
  return body;
}

}  // namespace whytls::wire::built
