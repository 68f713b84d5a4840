// SPDX-License-Identifier: Apache-2.0
// Reading and writing of the shapes that several handshake messages share. Private to wire.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "wire/handshake.h"

namespace whytls::wire {

base::Bytes copy(base::ByteView bytes);

/// opaque value<0..2^8-1>, <0..2^16-1>, <0..2^24-1>: copied into `value`.
bool read_opaque8(base::Reader& reader, base::Bytes& value, std::string_view field);
bool read_opaque16(base::Reader& reader, base::Bytes& value, std::string_view field);
bool read_opaque24(base::Reader& reader, base::Bytes& value, std::string_view field);

/// Two-byte values up to the end of `reader`; an odd byte is refused. What stood before it is kept.
bool read_u16s(base::Reader& reader, std::vector<std::uint16_t>& values, std::string_view field);
/// The same with a two-byte length before the values.
bool read_u16_list(base::Reader& reader, std::vector<std::uint16_t>& values, std::string_view field);
void write_u16_list(base::Writer& out, const std::vector<std::uint16_t>& values);

/// Extension extensions<0..2^16-1> with its length.
bool read_extensions(base::Reader& reader, std::vector<Extension>& extensions);
void write_extensions(base::Writer& out, const std::vector<Extension>& extensions);

/// The one name that a server's ALPN answer holds (RFC 7301 3.1); nothing where it is absent, or not exactly one.
std::optional<std::string> selected_alpn(const std::vector<Extension>& extensions);
/// The names of a ProtocolNameList; {} where it is malformed.
std::vector<std::string> alpn_names(base::ByteView data);

}  // namespace whytls::wire
