// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <utility>

#include "wire/fields.h"
#include "wire/handshake.h"

namespace whytls::wire {
namespace {

constexpr std::size_t header_size = 4;

constexpr std::array<std::pair<HandshakeType, std::string_view>, 24> type_names{{
    {HandshakeType::hello_request, "hello_request"},
    {HandshakeType::client_hello, "client_hello"},
    {HandshakeType::server_hello, "server_hello"},
    {HandshakeType::hello_verify_request, "hello_verify_request"},
    {HandshakeType::new_session_ticket, "new_session_ticket"},
    {HandshakeType::end_of_early_data, "end_of_early_data"},
    {HandshakeType::hello_retry_request, "hello_retry_request"},
    {HandshakeType::encrypted_extensions, "encrypted_extensions"},
    {HandshakeType::certificate, "certificate"},
    {HandshakeType::server_key_exchange, "server_key_exchange"},
    {HandshakeType::certificate_request, "certificate_request"},
    {HandshakeType::server_hello_done, "server_hello_done"},
    {HandshakeType::certificate_verify, "certificate_verify"},
    {HandshakeType::client_key_exchange, "client_key_exchange"},
    {HandshakeType::client_certificate_request, "client_certificate_request"},
    {HandshakeType::finished, "finished"},
    {HandshakeType::certificate_url, "certificate_url"},
    {HandshakeType::certificate_status, "certificate_status"},
    {HandshakeType::supplemental_data, "supplemental_data"},
    {HandshakeType::key_update, "key_update"},
    {HandshakeType::compressed_certificate, "compressed_certificate"},
    {HandshakeType::ekt_key, "ekt_key"},
    {HandshakeType::next_protocol, "next_protocol"},
    {HandshakeType::message_hash, "message_hash"},
}};

}  // namespace

std::string handshake_type_name(HandshakeType type) {
  for (const auto& [value, name] : type_names)
    if (value == type) return std::string(name);
  return "handshake_" + std::to_string(static_cast<unsigned>(type));
}

base::Bytes handshake_message(HandshakeType type, base::ByteView body) {
  base::Writer out;
  out.u8(static_cast<std::uint8_t>(type));
  out.prefixed24([&] { out.bytes(body); });
  return out.take();
}

void HandshakeAssembler::feed(base::ByteView fragment) {
  if (oversized_) return;
  if (used_ > 0) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(used_));
    used_ = 0;
  }
  buffer_.insert(buffer_.end(), fragment.begin(), fragment.end());
}

std::optional<HandshakeMessage> HandshakeAssembler::next() {
  if (oversized_ || pending() < header_size) return std::nullopt;
  const base::ByteView rest = base::ByteView(buffer_).subspan(used_);
  const std::size_t length = static_cast<std::size_t>(rest[1]) << 16U | static_cast<std::size_t>(rest[2]) << 8U | rest[3];
  if (length > limit_) {
    oversized_ = true;
    buffer_ = {};  // nothing will be read from it again
    used_ = 0;
    return std::nullopt;
  }
  const std::size_t size = header_size + length;
  if (rest.size() < size) return std::nullopt;
  HandshakeMessage message{HandshakeType{rest[0]}, {}};
  if (used_ == 0 && rest.size() == size) {  // the usual case, and the one that matters for messages of megabytes: no copy
    message.raw = std::exchange(buffer_, {});
    return message;
  }
  message.raw = copy(rest.first(size));
  used_ += size;
  return message;
}

}  // namespace whytls::wire
