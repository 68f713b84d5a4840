// SPDX-License-Identifier: Apache-2.0
#include "wire/dtls.h"

#include <algorithm>

#include "registry/registry.h"
#include "wire/fields.h"

namespace whytls::wire {
namespace {

namespace version = registry::version;

/// What stands in the header of a record that is not unified. DTLS 1.3 writes 1.2's (RFC 9147 4), a first ClientHello mostly 1.0's.
bool known_version(std::uint16_t value) {
  return value == version::dtls10 || value == version::dtls12 || value == version::dtls13 || value == dtls_before_rfc;
}

bool known_type(std::uint8_t type) { return type >= 20 && type <= 26; }

/// RFC 9147 4: 0b001CSLEE, the connection id, one or two bytes of sequence number, the length unless the record is the last one.
std::optional<DtlsRecord> unified(base::ByteView input, std::size_t connection_id) {
  constexpr unsigned has_connection_id = 0x10, long_sequence = 0x08, has_length = 0x04, epoch_bits = 0x03;
  base::Reader reader(input);
  std::uint8_t first = 0;
  if (!reader.u8(first, "flags")) return std::nullopt;
  if ((first & has_connection_id) != 0 && !reader.skip(connection_id, "connection_id")) return std::nullopt;
  if (!reader.skip((first & long_sequence) != 0 ? 2 : 1, "sequence_number")) return std::nullopt;
  DtlsRecord record;
  record.unified = true;
  record.epoch = first & epoch_bits;
  record.fragment = reader.rest();
  base::Reader child;
  if ((first & has_length) != 0) {
    if (!reader.prefixed16(child, "encrypted_record")) return std::nullopt;
    record.fragment = child.rest();
  }
  constexpr std::size_t least = 16;  // RFC 9147 4.2.3: ciphertexts are padded so that sixteen bytes can be sampled
  if (record.fragment.size() < least || record.fragment.size() > max_fragment) return std::nullopt;
  record.size = static_cast<std::size_t>(record.fragment.data() + record.fragment.size() - input.data());
  return record;
}

}  // namespace

std::optional<DtlsRecord> next_dtls_record(base::ByteView input, std::size_t connection_id) {
  if (input.empty()) return std::nullopt;
  if (input[0] >> 5U == 1) return unified(input, connection_id);
  if (!known_type(input[0])) return std::nullopt;
  base::Reader reader(input);
  DtlsRecord record;
  std::uint8_t type = 0;
  std::uint16_t high = 0;
  std::uint32_t low = 0;
  if (!reader.u8(type, "type") || !reader.u16(record.version, "version") || !reader.u16(record.epoch, "epoch") ||
      !reader.u16(high, "sequence_number") || !reader.u32(low, "sequence_number"))
    return std::nullopt;
  record.type = ContentType{type};
  record.sequence = std::uint64_t{high} << 32U | low;
  // RFC 9146 4: the connection id stands before the length.
  if (record.type == ContentType::tls12_cid && !reader.skip(connection_id, "connection_id")) return std::nullopt;
  base::Reader child;
  if (!known_version(record.version) || !reader.prefixed16(child, "fragment")) return std::nullopt;
  record.fragment = child.rest();
  if (record.fragment.size() > max_fragment) return std::nullopt;
  record.size = reader.offset();
  return record;
}

std::optional<DtlsFragment> read_dtls_fragment(base::Reader& reader) {
  DtlsFragment fragment;
  std::uint8_t type = 0;
  std::uint32_t length = 0;
  if (!reader.u8(type, "msg_type") || !reader.u24(fragment.length, "length") || !reader.u16(fragment.sequence, "message_seq") ||
      !reader.u24(fragment.offset, "fragment_offset") || !reader.u24(length, "fragment_length"))
    return std::nullopt;
  fragment.type = HandshakeType{type};
  if (std::uint64_t{fragment.offset} + length > fragment.length) {
    reader.refuse("fragment_length");
    return std::nullopt;
  }
  if (!reader.bytes(length, fragment.body, "body")) return std::nullopt;
  return fragment;
}

bool begins_dtls(base::ByteView datagram) {
  const auto record = next_dtls_record(datagram);
  if (!record || record->unified || record->type != ContentType::handshake || record->epoch != 0) return false;
  base::Reader reader(record->fragment);
  const auto fragment = read_dtls_fragment(reader);
  if (!fragment || fragment->length > DtlsAssembler::longest || fragment->sequence > DtlsAssembler::furthest) return false;
  if (handshake_type_name(fragment->type).substr(0, 10) == "handshake_") return false;
  if (fragment->body.empty() && fragment->length != 0) return false;
  base::ByteView rest = datagram.subspan(record->size);
  while (!rest.empty()) {
    const auto next = next_dtls_record(rest);
    if (!next) return false;
    rest = rest.subspan(next->size);
  }
  return true;
}

HandshakeMessage tls_form(HandshakeType type, base::ByteView body) {
  if (type != HandshakeType::client_hello) return {type, handshake_message(type, body)};
  base::Reader reader(body);
  base::Reader child;
  const bool readable = reader.skip(2 + 32, "random") && reader.prefixed8(child, "session_id");
  const std::size_t cookie = reader.offset();
  if (!readable || !reader.prefixed8(child, "cookie")) return {type, handshake_message(type, body)};
  base::Writer out;
  out.bytes(body.first(cookie));
  out.bytes(reader.rest());
  return {type, handshake_message(type, out.data())};
}

HelloVerifyRequest parse_hello_verify_request(base::ByteView body) {
  HelloVerifyRequest request;
  base::Reader reader(body);
  if (reader.u16(request.version, "server_version") && read_opaque8(reader, request.cookie, "cookie")) reader.finish("HelloVerifyRequest");
  request.malformed = reader.failure();
  return request;
}

bool DtlsAssembler::add(const DtlsFragment& fragment, DtlsMark mark) {
  const auto ahead = static_cast<std::uint16_t>(fragment.sequence - next_);
  if (ahead >= 0x8000) return false;
  if (ahead >= furthest || fragment.length > longest) {
    dropped_ = true;
    return true;
  }
  Partial& partial = partial_[fragment.sequence];
  if (!partial.begun) {
    partial.begun = true;
    partial.type = fragment.type;
    partial.length = fragment.length;
  }
  // RFC 6347 4.2.3: all fragments of a message say the same of it; the first one is believed.
  if (partial.whole || partial.type != fragment.type || partial.length != fragment.length) return true;
  partial.body.add(fragment.offset, fragment.body);
  partial.whole = partial.body.front().size() == partial.length;
  if (partial.whole) partial.mark = mark;
  return true;
}

std::optional<DtlsAssembler::Message> DtlsAssembler::next() {
  const auto which = partial_.find(next_);
  if (which == partial_.end() || !which->second.whole) return std::nullopt;
  return take(which);
}

std::optional<DtlsAssembler::Message> DtlsAssembler::next_whole() {
  const auto which = std::find_if(partial_.begin(), partial_.end(), [](const auto& each) { return each.second.whole; });
  if (which == partial_.end()) return std::nullopt;
  partial_.erase(partial_.begin(), which);
  return take(which);
}

DtlsAssembler::Message DtlsAssembler::take(Partials::iterator which) {
  Partial& partial = which->second;
  if (partial.mark.packet > last_.packet) last_ = partial.mark;  // it could not be read before those in front of it were
  Message out{which->first, tls_form(partial.type, partial.body.front()), last_, partial.length, {}};
  if (partial.type == HandshakeType::client_hello) out.sent = partial.body.take();
  next_ = static_cast<std::uint16_t>(which->first + 1);
  partial_.erase(which);
  return out;
}

std::size_t DtlsAssembler::missing() const {
  std::size_t bytes = 0;
  for (const auto& [sequence, partial] : partial_)
    if (!partial.whole) bytes += partial.length - std::min<std::size_t>(partial.body.front().size(), partial.length);
  return bytes;
}

std::size_t DtlsAssembler::memory() const {
  std::size_t bytes = 0;
  for (const auto& [sequence, partial] : partial_) bytes += sizeof(Partials::value_type) + partial.body.memory();
  return bytes;
}

}  // namespace whytls::wire
