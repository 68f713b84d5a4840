// SPDX-License-Identifier: Apache-2.0
#include "wire/record.h"

#include <algorithm>

#include "base/text.h"
#include "registry/registry.h"
#include "wire/ssl2_header.h"

namespace whytls::wire {
namespace {

constexpr std::uint8_t first_content_type = 20;
constexpr std::uint8_t last_content_type = 26;

std::uint16_t u16_at(base::ByteView input, std::size_t at) { return static_cast<std::uint16_t>(input[at] << 8U | input[at + 1]); }

/// RFC 8446 5.1: a content type, then a version whose major part has been 3 since SSL 3.
bool may_be_record(base::ByteView input) {
  if (input[0] < first_content_type || input[0] > last_content_type) return false;
  return input.size() < 2 || input[1] == 3;
}

Framed tls_record(base::ByteView input) {
  if (input.size() < record_header_size) return {Framing::incomplete, {}, record_header_size};
  const Record header{ContentType{input[0]}, u16_at(input, 1), {}};
  const std::size_t length = u16_at(input, 3);
  const std::size_t size = record_header_size + length;
  if (length > max_fragment) return {Framing::oversized, header, size};
  if (input.size() < size) return {Framing::incomplete, header, size};
  return {Framing::record, {header.type, header.version, input.subspan(record_header_size, length)}, size};
}

Framed ssl2_record(base::ByteView input) {
  if (input.size() < ssl2_header_size) return {Framing::incomplete, {}, ssl2_header_size};
  const std::size_t size = ssl2_header_size + (u16_at(input, 0) & 0x7fffU);
  if (input.size() < size) return {Framing::incomplete, {}, size};
  const base::ByteView message = input.subspan(ssl2_header_size, size - ssl2_header_size);
  return {Framing::ssl2, {ContentType::handshake, ssl2_version(message), message}, size};
}

}  // namespace

Framed next_record(base::ByteView input, bool first) {
  if (input.empty()) return {Framing::incomplete, {}, record_header_size};
  if (may_be_record(input)) return tls_record(input);
  if (first && may_be_ssl2(input)) return ssl2_record(input);
  return {Framing::not_tls, {}, 0};
}

void write_records(base::Writer& out, ContentType type, std::uint16_t version, base::ByteView fragment, std::size_t split) {
  const std::size_t most = std::clamp<std::size_t>(split, 1, 16384);
  do {
    const base::ByteView piece = fragment.first(std::min(most, fragment.size()));
    fragment = fragment.subspan(piece.size());
    out.u8(static_cast<std::uint8_t>(type));
    out.u16(version);
    out.prefixed16([&] { out.bytes(piece); });
  } while (!fragment.empty());
}

std::optional<Alert> parse_alert(base::ByteView fragment) {
  if (fragment.size() != 2) return std::nullopt;
  return Alert{fragment[0], fragment[1]};
}

std::optional<Alert> damaged_alert(base::ByteView bytes) {
  if (bytes.size() != record_header_size + 2 || bytes[3] != 0 || bytes[4] != 2 || bytes[5] > 2) return std::nullopt;
  const Alert alert{bytes[5], bytes[6]};
  const std::string name = registry::alert_name(alert.description);  // a number where it is unknown
  return alert.description == 0 || base::number(name) ? std::nullopt : std::optional(alert);
}

base::Bytes build_alert(Alert alert) { return {alert.level, alert.description}; }

}  // namespace whytls::wire
