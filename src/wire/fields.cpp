// SPDX-License-Identifier: Apache-2.0
#include "wire/fields.h"

#include "wire/extension_types.h"

namespace whytls::wire {

base::Bytes copy(base::ByteView bytes) { return {bytes.begin(), bytes.end()}; }

bool read_opaque8(base::Reader& reader, base::Bytes& value, std::string_view field) {
  base::Reader child;
  if (!reader.prefixed8(child, field)) return false;
  value = copy(child.rest());
  return true;
}

bool read_opaque16(base::Reader& reader, base::Bytes& value, std::string_view field) {
  base::Reader child;
  if (!reader.prefixed16(child, field)) return false;
  value = copy(child.rest());
  return true;
}

bool read_opaque24(base::Reader& reader, base::Bytes& value, std::string_view field) {
  base::Reader child;
  if (!reader.prefixed24(child, field)) return false;
  value = copy(child.rest());
  return true;
}

bool read_u16s(base::Reader& reader, std::vector<std::uint16_t>& values, std::string_view field) {
  values.reserve(reader.remaining() / 2);
  while (!reader.empty()) {
    std::uint16_t value = 0;
    if (!reader.u16(value, field)) return false;
    values.push_back(value);
  }
  return true;
}

bool read_u16_list(base::Reader& reader, std::vector<std::uint16_t>& values, std::string_view field) {
  base::Reader child;
  if (!reader.prefixed16(child, field)) return false;
  read_u16s(child, values, field);
  return reader.adopt(child);
}

void write_u16_list(base::Writer& out, const std::vector<std::uint16_t>& values) {
  out.prefixed16([&] {
    for (const std::uint16_t value : values) out.u16(value);
  });
}

// RFC 8446 4.2
bool read_extensions(base::Reader& reader, std::vector<Extension>& extensions) {
  base::Reader block;
  if (!reader.prefixed16(block, "extensions")) return false;
  while (!block.empty()) {
    Extension extension;
    if (!block.u16(extension.type, "extension_type") || !read_opaque16(block, extension.data, "extension_data")) break;
    extensions.push_back(std::move(extension));
  }
  return reader.adopt(block);
}

void write_extensions(base::Writer& out, const std::vector<Extension>& extensions) {
  out.prefixed16([&] {
    for (const Extension& extension : extensions) {
      out.u16(extension.type);
      out.prefixed16([&] { out.bytes(extension.data); });
    }
  });
}

std::vector<std::string> alpn_names(base::ByteView data) {
  base::Reader reader(data);
  base::Reader list;
  if (!reader.prefixed16(list, "protocol_name_list")) return {};
  std::vector<std::string> names;
  while (!list.empty()) {
    base::Reader name;
    if (!list.prefixed8(name, "ProtocolName")) return {};
    names.emplace_back(base::text(name.rest()));
  }
  return reader.finish("ProtocolNameList") ? names : std::vector<std::string>{};
}

std::optional<std::string> selected_alpn(const std::vector<Extension>& extensions) {
  const Extension* found = find_extension(extensions, extension_type::alpn);
  if (found == nullptr) return std::nullopt;
  std::vector<std::string> names = alpn_names(found->data);
  if (names.size() != 1) return std::nullopt;
  return std::move(names.front());
}

}  // namespace whytls::wire
