// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "wire/extension_types.h"
#include "wire/fields.h"
#include "wire/handshake.h"

namespace whytls::wire {
namespace {

template <class Body>
Extension extension(std::uint16_t type, Body&& body) {
  base::Writer out;
  body(out);
  return {type, out.take()};
}

Extension u16_list(std::uint16_t type, const std::vector<std::uint16_t>& values) {
  return extension(type, [&](base::Writer& out) { write_u16_list(out, values); });
}

}  // namespace

const Extension* find_extension(const std::vector<Extension>& extensions, std::uint16_t type) {
  const auto found = std::find_if(extensions.begin(), extensions.end(), [&](const Extension& each) { return each.type == type; });
  return found == extensions.end() ? nullptr : &*found;
}

std::optional<std::uint16_t> duplicate_extension(const std::vector<Extension>& extensions) {
  std::set<std::uint16_t> seen;
  for (const Extension& each : extensions)
    if (!seen.insert(each.type).second) return each.type;
  return std::nullopt;
}

std::vector<std::uint16_t> parse_u16_list(base::ByteView data) {
  base::Reader reader(data);
  std::vector<std::uint16_t> values;
  if (!read_u16_list(reader, values, "list") || !reader.finish("list")) return {};
  return values;
}

// RFC 6066 3
Extension server_name_extension(std::string_view name) {
  return extension(extension_type::server_name, [&](base::Writer& out) {
    out.prefixed16([&] {
      out.u8(0);
      out.prefixed16([&] { out.text(name); });
    });
  });
}

// RFC 8446 4.2.1
Extension supported_versions_extension(const std::vector<std::uint16_t>& versions) {
  return extension(extension_type::supported_versions, [&](base::Writer& out) {
    out.prefixed8([&] {
      for (const std::uint16_t version : versions) out.u16(version);
    });
  });
}

Extension supported_groups_extension(const std::vector<std::uint16_t>& groups) {
  return u16_list(extension_type::supported_groups, groups);
}

Extension signature_algorithms_extension(const std::vector<std::uint16_t>& schemes) {
  return u16_list(extension_type::signature_algorithms, schemes);
}

// RFC 8446 4.2.8
Extension key_share_extension(const std::vector<KeyShare>& shares) {
  return extension(extension_type::key_share, [&](base::Writer& out) {
    out.prefixed16([&] {
      for (const KeyShare& share : shares) {
        out.u16(share.group);
        out.prefixed16([&] { out.bytes(share.key); });
      }
    });
  });
}

// RFC 7301 3.1
Extension alpn_extension(const std::vector<std::string>& protocols) {
  return extension(extension_type::alpn, [&](base::Writer& out) {
    out.prefixed16([&] {
      for (const std::string& protocol : protocols) out.prefixed8([&] { out.text(protocol); });
    });
  });
}

// RFC 6066 8: status_type ocsp, no responder ids, no request extensions.
Extension status_request_extension() { return {extension_type::status_request, {1, 0, 0, 0, 0}}; }

Extension padding_extension(std::size_t bytes) { return {extension_type::padding, base::Bytes(bytes, 0)}; }

}  // namespace whytls::wire
