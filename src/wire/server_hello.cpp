// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "wire/extension_types.h"
#include "wire/fields.h"
#include "wire/glance.h"
#include "wire/handshake.h"

namespace whytls::wire {
namespace {

/// "DOWNGRD", then 1 for TLS 1.2 and 0 for less: RFC 8446 4.1.3.
constexpr std::array<std::uint8_t, 7> sentinel{0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44};

/// draft-ietf-tls-tls13-21 4.1.3 and before: a version of its own, and neither session id nor compression method.
bool early_draft(std::uint16_t version) { return version >= 0x7f00 && version <= 0x7f15; }

void read_fields(base::Reader& reader, ServerHello& hello) {
  base::ByteView random;
  if (!reader.u16(hello.legacy_version, "legacy_version") || !reader.bytes(32, random, "random")) return;
  hello.random = copy(random);
  if (early_draft(hello.legacy_version)) {
    hello.has_extensions = true;
    if (reader.u16(hello.cipher_suite, "cipher_suite") && read_extensions(reader, hello.extensions)) reader.finish("ServerHello");
    return;
  }
  if (!read_opaque8(reader, hello.session_id, "legacy_session_id_echo")) return;
  if (hello.session_id.size() > 32) {  // RFC 8446 4.1.3: legacy_session_id_echo<0..32>
    reader.refuse("legacy_session_id_echo");
    return;
  }
  if (!reader.u16(hello.cipher_suite, "cipher_suite") || !reader.u8(hello.compression_method, "legacy_compression_method")) return;
  if (reader.empty()) return;  // RFC 5246 7.4.1.3: the block of extensions may be left out
  hello.has_extensions = true;
  if (read_extensions(reader, hello.extensions)) reader.finish("ServerHello");
}

}  // namespace

ServerHello parse_server_hello(base::ByteView body) {
  ServerHello hello;
  base::Reader reader(body);
  read_fields(reader, hello);
  hello.malformed = reader.failure();
  return hello;
}

base::Bytes build(const ServerHello& hello) {
  base::Writer out;
  out.u16(hello.legacy_version);
  out.bytes(hello.random);
  const bool early = early_draft(hello.legacy_version);
  if (!early) out.prefixed8([&] { out.bytes(hello.session_id); });
  out.u16(hello.cipher_suite);
  if (!early) out.u8(hello.compression_method);
  if (hello.has_extensions || !hello.extensions.empty()) write_extensions(out, hello.extensions);
  return out.take();
}

bool ServerHello::hello_retry_request() const {
  return std::equal(random.begin(), random.end(), hello_retry_random.begin(), hello_retry_random.end());
}

DowngradeSentinel ServerHello::downgrade() const {
  if (random.size() != 32 || !std::equal(sentinel.begin(), sentinel.end(), random.begin() + 24)) return DowngradeSentinel::none;
  if (random[31] == 1) return DowngradeSentinel::tls12;
  return random[31] == 0 ? DowngradeSentinel::tls11_or_below : DowngradeSentinel::none;
}

std::uint16_t ServerHello::version() const {
  const Extension* found = find_extension(extensions, extension_type::supported_versions);
  if (found == nullptr || found->data.size() != 2) return legacy_version;
  return static_cast<std::uint16_t>(found->data[0] << 8U | found->data[1]);
}

// RFC 8446 4.2.8: a KeyShareEntry, or in a HelloRetryRequest the selected group alone.
std::optional<KeyShare> ServerHello::key_share() const {
  const Extension* found = find_extension(extensions, extension_type::key_share);
  if (found == nullptr) return std::nullopt;
  base::Reader reader(found->data);
  KeyShare share;
  if (!reader.u16(share.group, "group")) return std::nullopt;
  if (!hello_retry_request() && !read_opaque16(reader, share.key, "key_exchange")) return std::nullopt;
  if (!reader.finish("key_share")) return std::nullopt;
  return share;
}

std::optional<std::string> ServerHello::alpn() const { return selected_alpn(extensions); }

std::optional<base::Bytes> ServerHello::cookie() const {
  const Extension* found = find_extension(extensions, extension_type::cookie);
  if (found == nullptr) return std::nullopt;
  base::Reader reader(found->data);
  base::Bytes value;
  if (!read_opaque16(reader, value, "cookie") || !reader.finish("cookie")) return std::nullopt;
  return value;
}

EncryptedExtensions parse_encrypted_extensions(base::ByteView body) {
  EncryptedExtensions message;
  base::Reader reader(body);
  if (read_extensions(reader, message.extensions)) reader.finish("EncryptedExtensions");
  message.malformed = reader.failure();
  return message;
}

std::optional<std::string> EncryptedExtensions::alpn() const { return selected_alpn(extensions); }

}  // namespace whytls::wire
