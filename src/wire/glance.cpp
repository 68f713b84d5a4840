// SPDX-License-Identifier: Apache-2.0
#include "wire/glance.h"

#include <algorithm>

#include "wire/extension_types.h"

namespace whytls::wire {
namespace {

constexpr std::size_t random_size = 32;

/// FNV-1a over 16-bit values.
struct Mix {
  std::uint64_t value = 0xcbf29ce484222325ULL;
  void operator()(std::uint64_t more) { value = (value ^ more) * 0x100000001b3ULL; }
};

bool is_grease(std::uint16_t code) { return (code & 0x0f0fU) == 0x0a0aU && (code >> 8U) == (code & 0xffU); }

void mix_codes(Mix& mix, base::ByteView list) {
  constexpr std::uint16_t grease = 0x0a0a;
  for (std::size_t at = 0; at + 2 <= list.size(); at += 2) {
    const auto code = static_cast<std::uint16_t>(list[at] << 8U | list[at + 1]);
    mix(is_grease(code) ? grease : code);
  }
}

void take_name(base::Reader body, ClientHelloGlance& out) {
  base::Reader list, name;
  std::uint8_t type = 0;
  if (body.prefixed16(list, "server_name_list") && list.u8(type, "name_type") && type == 0 && list.prefixed16(name, "HostName"))
    out.server_name = name.rest();
}

void take_extension(std::uint16_t type, base::Reader body, Mix& mix, ClientHelloGlance& out) {
  mix(is_grease(type) ? std::uint16_t{0x0a0a} : type);
  switch (type) {
    case extension_type::server_name:
      return take_name(body, out);
    case extension_type::early_data:
      out.early_data = true;
      return;
    case extension_type::supported_versions:
      body.skip(1, "length");  // of the list: one byte here, two elsewhere
      return mix_codes(mix, body.rest());
    case extension_type::supported_groups:
    case extension_type::signature_algorithms:
    case extension_type::alpn:
      return mix_codes(mix, body.rest());
    default:
      return;
  }
}

}  // namespace

std::optional<ServerHelloGlance> glance_server_hello(base::ByteView body) {
  base::Reader reader(body);
  base::ByteView random;
  base::Reader session, extensions, extension;
  ServerHelloGlance out;
  if (!reader.u16(out.version, "version") || !reader.bytes(random_size, random, "random")) return std::nullopt;
  const bool early_draft = out.version >= 0x7f00 && out.version <= 0x7f15;  // without session id and compression method
  if (!early_draft && !reader.prefixed8(session, "session_id")) return std::nullopt;
  if (!reader.u16(out.suite, "cipher_suite")) return std::nullopt;
  out.hello_retry_request = std::equal(random.begin(), random.end(), hello_retry_random.begin());
  if ((!early_draft && !reader.skip(1, "compression_method")) || !reader.prefixed16(extensions, "extensions")) return out;
  std::uint16_t type = 0;
  while (extensions.u16(type, "extension_type") && extensions.prefixed16(extension, "extension"))
    if (type == extension_type::supported_versions) extension.u16(out.version, "selected_version");
  return out;
}

ClientHelloGlance glance_client_hello(base::ByteView body) {
  base::Reader reader(body);
  base::Reader session, suites, compression, extensions, extension;
  ClientHelloGlance out;
  Mix mix;
  std::uint16_t version = 0;
  if (!reader.u16(version, "version") || !reader.skip(random_size, "random") || !reader.prefixed8(session, "session_id") ||
      !reader.prefixed16(suites, "cipher_suites"))
    return out;
  mix(version);
  mix(suites.remaining());
  mix_codes(mix, suites.rest());
  if (reader.prefixed8(compression, "compression_methods") && reader.prefixed16(extensions, "extensions")) {
    std::uint16_t type = 0;
    while (extensions.u16(type, "extension_type") && extensions.prefixed16(extension, "extension"))
      take_extension(type, extension, mix, out);
  }
  out.shape = mix.value;
  return out;
}

}  // namespace whytls::wire
