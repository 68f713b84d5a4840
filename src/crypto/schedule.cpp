// SPDX-License-Identifier: Apache-2.0
#include "crypto/schedule.h"

#include <algorithm>

#include "crypto/hash.h"

namespace whytls::crypto {

using base::Bytes;
using base::ByteView;
using registry::Hash;

namespace {

Bytes joined(ByteView a, ByteView b) {
  Bytes out(a.begin(), a.end());
  out.insert(out.end(), b.begin(), b.end());
  return out;
}

// P_hash of RFC 5246 5; `seed` has the label in front.
Bytes p_hash(Hash hash, ByteView secret, ByteView seed, std::size_t size) {
  Bytes out;
  Bytes a = hmac(hash, secret, {seed});
  while (out.size() < size && !a.empty()) {
    const Bytes block = hmac(hash, secret, {a, seed});
    out.insert(out.end(), block.begin(), block.end());
    a = hmac(hash, secret, {a});
  }
  out.resize(size);
  return out;
}

}  // namespace

Bytes prf(std::uint16_t version, Hash hash, ByteView secret, std::string_view label, ByteView seed, std::size_t size) {
  const Bytes labelled = joined(base::view(label), seed);
  if (version >= registry::version::tls12) return p_hash(hash, secret, labelled, size);
  const std::size_t half = (secret.size() + 1) / 2;  // the middle byte is shared where the length is odd: RFC 2246 5
  Bytes out = p_hash(Hash::md5, secret.first(half), labelled, size);
  const Bytes sha = p_hash(Hash::sha1, secret.last(half), labelled, size);
  std::transform(out.begin(), out.end(), sha.begin(), out.begin(),
                 [](std::uint8_t a, std::uint8_t b) { return static_cast<std::uint8_t>(a ^ b); });
  return out;
}

Bytes handshake_hash(std::uint16_t version, Hash hash, ByteView messages) {
  if (version >= registry::version::tls12) return digest(hash, messages);
  return joined(digest(Hash::md5, messages), digest(Hash::sha1, messages));
}

Bytes master_secret(std::uint16_t version, Hash hash, ByteView premaster, ByteView client_random, ByteView server_random) {
  return prf(version, hash, premaster, "master secret", joined(client_random, server_random), 48);
}

Bytes extended_master_secret(std::uint16_t version, Hash hash, ByteView premaster, ByteView session_hash) {
  return prf(version, hash, premaster, "extended master secret", session_hash, 48);
}

Bytes verify_data(std::uint16_t version, Hash hash, ByteView master, std::string_view sender, ByteView messages) {
  return prf(version, hash, master, sender, handshake_hash(version, hash, messages), 12);
}

Bytes hkdf_extract(Hash hash, ByteView salt, ByteView key) { return hmac(hash, salt, {key}); }

Bytes hkdf_expand_label(Hash hash, ByteView secret, std::string_view label, ByteView context, std::size_t size, std::string_view family) {
  base::Writer info;
  info.u16(static_cast<std::uint16_t>(size));
  info.prefixed8([&] {
    info.text(family);
    info.text(label);
  });
  info.prefixed8([&] { info.bytes(context); });
  Bytes out;
  Bytes block;
  for (std::uint8_t counter = 1; out.size() < size && counter != 0; ++counter) {  // RFC 5869 2.3
    block = hmac(hash, secret, {block, info.data(), ByteView(&counter, 1)});
    if (block.empty()) break;
    out.insert(out.end(), block.begin(), block.end());
  }
  out.resize(size);
  return out;
}

Schedule13 Schedule13::begin(Hash hash, ByteView shared_secret, ByteView hello_hash) {
  const std::size_t size = hash_size(hash);
  const Bytes zeros(size, 0);
  const Bytes empty_hash = digest(hash, {});
  const Bytes early = hkdf_extract(hash, zeros, zeros);
  const Bytes handshake = hkdf_extract(hash, hkdf_expand_label(hash, early, "derived", empty_hash, size), shared_secret);
  Schedule13 made;
  made.hash = hash;
  made.client_handshake = hkdf_expand_label(hash, handshake, "c hs traffic", hello_hash, size);
  made.server_handshake = hkdf_expand_label(hash, handshake, "s hs traffic", hello_hash, size);
  made.master = hkdf_extract(hash, hkdf_expand_label(hash, handshake, "derived", empty_hash, size), zeros);
  return made;
}

void Schedule13::applications(ByteView finished_hash) {
  client_application = hkdf_expand_label(hash, master, "c ap traffic", finished_hash, hash_size(hash));
  server_application = hkdf_expand_label(hash, master, "s ap traffic", finished_hash, hash_size(hash));
}

Bytes Schedule13::finished(ByteView traffic_secret, ByteView transcript_hash) const {
  return hmac(hash, hkdf_expand_label(hash, traffic_secret, "finished", {}, hash_size(hash)), {transcript_hash});
}

Bytes Schedule13::next(ByteView traffic_secret) const {
  return hkdf_expand_label(hash, traffic_secret, "traffic upd", {}, hash_size(hash));
}

Bytes certificate_verify_content(bool server, ByteView transcript_hash) {
  base::Writer out;
  out.bytes(Bytes(64, 0x20));
  out.text(server ? "TLS 1.3, server CertificateVerify" : "TLS 1.3, client CertificateVerify");
  out.u8(0);
  out.bytes(transcript_hash);
  return out.take();
}

}  // namespace whytls::crypto
