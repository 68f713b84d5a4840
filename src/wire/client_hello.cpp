// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>

#include "registry/registry.h"
#include "wire/extension_types.h"
#include "wire/fields.h"
#include "wire/handshake.h"

namespace whytls::wire {
namespace {

namespace version = registry::version;

void read_fields(base::Reader& reader, ClientHello& hello) {
  base::ByteView random;
  if (!reader.u16(hello.legacy_version, "legacy_version") || !reader.bytes(32, random, "random")) return;
  hello.random = copy(random);
  if (!read_opaque8(reader, hello.session_id, "legacy_session_id")) return;
  if (hello.session_id.size() > 32) {  // RFC 8446 4.1.2: legacy_session_id<0..32>
    reader.refuse("legacy_session_id");
    return;
  }
  if (!read_u16_list(reader, hello.cipher_suites, "cipher_suites")) return;
  if (!read_opaque8(reader, hello.compression_methods, "legacy_compression_methods")) return;
  if (reader.empty()) return;  // RFC 5246 7.4.1.2: the block of extensions may be left out
  hello.has_extensions = true;
  if (read_extensions(reader, hello.extensions)) reader.finish("ClientHello");
}

base::ByteView body_of(const ClientHello& hello, std::uint16_t type) {
  const Extension* found = find_extension(hello.extensions, type);
  return found == nullptr ? base::ByteView{} : base::ByteView(found->data);
}

/// What a hello without supported_versions offers: RFC 8446 4.2.1 lets nobody take TLS 1.3 from legacy_version alone.
std::vector<std::uint16_t> versions_up_to(std::uint16_t legacy) {
  if (legacy == version::ssl2) return {legacy};
  std::vector<std::uint16_t> offered;
  if (legacy >= 0xfe00) {  // DTLS counts downwards
    if (legacy <= version::dtls12) offered.push_back(version::dtls12);
    offered.push_back(version::dtls10);
    return offered;
  }
  const std::uint16_t highest = std::min(legacy, version::tls12);
  for (std::uint16_t value = highest; value >= version::ssl3; --value) offered.push_back(value);
  return offered;
}

}  // namespace

ClientHello parse_client_hello(base::ByteView body) {
  ClientHello hello;
  hello.compression_methods.clear();
  hello.has_extensions = false;
  base::Reader reader(body);
  read_fields(reader, hello);
  hello.malformed = reader.failure();
  return hello;
}

base::Bytes build(const ClientHello& hello) {
  base::Writer out;
  out.u16(hello.legacy_version);
  out.bytes(hello.random);
  out.prefixed8([&] { out.bytes(hello.session_id); });
  write_u16_list(out, hello.cipher_suites);
  out.prefixed8([&] { out.bytes(hello.compression_methods); });
  if (hello.has_extensions || !hello.extensions.empty()) write_extensions(out, hello.extensions);
  return out.take();
}

std::vector<std::uint16_t> ClientHello::supported_versions() const {
  base::Reader reader(body_of(*this, extension_type::supported_versions));
  base::Reader list;
  std::vector<std::uint16_t> values;
  if (!reader.prefixed8(list, "versions") || !read_u16s(list, values, "versions")) return {};
  return values;
}

std::vector<std::uint16_t> ClientHello::supported_groups() const {
  return parse_u16_list(body_of(*this, extension_type::supported_groups));
}

std::vector<std::uint16_t> ClientHello::signature_algorithms() const {
  return parse_u16_list(body_of(*this, extension_type::signature_algorithms));
}

std::vector<std::uint16_t> ClientHello::signature_algorithms_cert() const {
  return parse_u16_list(body_of(*this, extension_type::signature_algorithms_cert));
}

// RFC 8446 4.2.8: KeyShareEntry client_shares<0..2^16-1>
std::vector<KeyShare> ClientHello::key_shares() const {
  base::Reader reader(body_of(*this, extension_type::key_share));
  base::Reader list;
  std::vector<KeyShare> shares;
  if (!reader.prefixed16(list, "client_shares")) return {};
  while (!list.empty()) {
    KeyShare share;
    if (!list.u16(share.group, "group") || !read_opaque16(list, share.key, "key_exchange")) return {};
    shares.push_back(std::move(share));
  }
  return shares;
}

std::vector<std::string> ClientHello::alpn() const { return alpn_names(body_of(*this, extension_type::alpn)); }

// RFC 6066 3: a list of names, of which only the type host_name (0) was ever defined.
std::optional<std::string> ClientHello::server_name() const {
  base::Reader reader(body_of(*this, extension_type::server_name));
  base::Reader list;
  if (!reader.prefixed16(list, "server_name_list")) return std::nullopt;
  while (!list.empty()) {
    std::uint8_t type = 0;
    base::Reader name;
    if (!list.u8(type, "name_type") || !list.prefixed16(name, "HostName")) return std::nullopt;
    if (type == 0) return std::string(base::text(name.rest()));
  }
  return std::nullopt;
}

std::vector<std::uint16_t> ClientHello::versions() const {
  if (find_extension(extensions, extension_type::supported_versions) == nullptr) return versions_up_to(legacy_version);
  std::vector<std::uint16_t> offered = supported_versions();
  std::erase_if(offered, registry::is_grease);
  // DTLS counts downwards, TLS upwards; drafts of TLS 1.3 (0x7fNN) and its final form stand above the rest either way.
  const bool datagrams = std::any_of(offered.begin(), offered.end(), [](std::uint16_t value) { return value >= 0xfe00; });
  if (datagrams)
    std::sort(offered.begin(), offered.end());
  else
    std::sort(offered.begin(), offered.end(), std::greater<>());
  return offered;
}

}  // namespace whytls::wire
