// SPDX-License-Identifier: Apache-2.0
#include <initializer_list>

#include "registry/registry.h"
#include "wire/handshake.h"
#include "wire/ssl2_header.h"

namespace whytls::wire {
namespace {

constexpr std::uint8_t error_type = 0;
constexpr std::uint8_t client_hello_type = 1;
constexpr std::uint8_t server_hello_type = 4;

bool is_error_code(std::uint8_t code) { return code == 1 || code == 2 || code == 4 || code == 6; }

/// A predicate on one byte of the stream, which holds as long as the byte has not come.
template <class Test>
bool at(base::ByteView input, std::size_t index, Test test) {
  return index >= input.size() || test(input[index]);
}

bool may_be_client_hello(base::ByteView input) {
  const auto major = [](std::uint8_t byte) { return byte == 0 || byte == 3; };
  const auto minor = [&](std::uint8_t byte) { return input[3] == 3 ? byte <= 0x0f : byte == 2; };
  const std::size_t length = (input[0] & 0x7fU) << 8U | input[1];
  return length >= 9 && at(input, 3, major) && at(input, 4, minor);
}

bool may_be_server_hello(base::ByteView input) {
  const auto flag = [](std::uint8_t byte) { return byte <= 1; };
  const std::size_t length = (input[0] & 0x7fU) << 8U | input[1];
  return length >= 11 && at(input, 3, flag) && at(input, 4, flag) && at(input, 5, [](std::uint8_t byte) { return byte == 0; }) &&
         at(input, 6, [](std::uint8_t byte) { return byte == 2; });
}

bool may_be_error(base::ByteView input) {
  return input[0] == 0x80 && input[1] == 3 && at(input, 3, [](std::uint8_t byte) { return byte == 0; }) && at(input, 4, is_error_code);
}

std::vector<std::uint32_t> cipher_specs(base::Reader& reader, std::uint16_t length) {
  std::vector<std::uint32_t> specs;
  if (length % 3 != 0) reader.refuse("cipher_specs");
  std::uint32_t spec = 0;
  for (std::size_t left = length / 3; left > 0 && reader.u24(spec, "cipher_specs"); --left) specs.push_back(spec);
  return specs;
}

base::Bytes field(base::Reader& reader, std::uint16_t length, std::string_view name) {
  base::ByteView value;
  if (!reader.bytes(length, value, name)) return {};
  return {value.begin(), value.end()};
}

bool expect_type(base::Reader& reader, std::uint8_t type, std::string_view name) {
  std::uint8_t found = 0;
  if (!reader.u8(found, name)) return false;
  return found == type || reader.refuse(name);
}

}  // namespace

bool may_be_ssl2(base::ByteView input) {
  if ((input[0] & 0x80U) == 0) return false;
  if (input.size() < 3) return true;
  if (input[2] == client_hello_type) return may_be_client_hello(input);
  if (input[2] == server_hello_type) return may_be_server_hello(input);
  return input[2] == error_type && may_be_error(input);
}

std::uint16_t ssl2_version(base::ByteView message) {
  if (message.size() < 3 || message[0] != client_hello_type) return registry::version::ssl2;
  return static_cast<std::uint16_t>(message[1] << 8U | message[2]);
}

// RFC 5246 E.2: all three lengths stand before the three fields.
Ssl2ClientHello parse_ssl2_client_hello(base::ByteView message) {
  Ssl2ClientHello hello;
  base::Reader reader(message);
  std::uint16_t specs = 0;
  std::uint16_t session_id = 0;
  std::uint16_t challenge = 0;
  if (expect_type(reader, client_hello_type, "msg_type") && reader.u16(hello.version, "version") &&
      reader.u16(specs, "cipher_spec_length") && reader.u16(session_id, "session_id_length") && reader.u16(challenge, "challenge_length")) {
    hello.cipher_specs = cipher_specs(reader, specs);
    hello.session_id = field(reader, session_id, "session_id");
    hello.challenge = field(reader, challenge, "challenge");
    reader.finish("V2ClientHello");
  }
  hello.malformed = reader.failure();
  return hello;
}

base::Bytes build_ssl2_record(const Ssl2ClientHello& hello) {
  base::Writer message;
  message.u8(client_hello_type);
  message.u16(hello.version);
  message.u16(static_cast<std::uint16_t>(hello.cipher_specs.size() * 3));
  message.u16(static_cast<std::uint16_t>(hello.session_id.size()));
  message.u16(static_cast<std::uint16_t>(hello.challenge.size()));
  for (const std::uint32_t spec : hello.cipher_specs) message.u24(spec);
  message.bytes(hello.session_id);
  message.bytes(hello.challenge);
  base::Writer record;
  record.u16(static_cast<std::uint16_t>(0x8000U | message.size()));  // the top bit: a two-byte header, no padding
  record.bytes(message.data());
  return record.take();
}

// draft-hickman-netscape-ssl 5.6, SERVER-HELLO.
Ssl2ServerHello parse_ssl2_server_hello(base::ByteView message) {
  Ssl2ServerHello hello;
  base::Reader reader(message);
  std::uint8_t hit = 0;
  std::uint16_t certificate = 0;
  std::uint16_t specs = 0;
  std::uint16_t connection_id = 0;
  if (expect_type(reader, server_hello_type, "msg_type") && reader.u8(hit, "session_id_hit") &&
      reader.u8(hello.certificate_type, "certificate_type") && reader.u16(hello.version, "server_version") &&
      reader.u16(certificate, "certificate_length") && reader.u16(specs, "cipher_specs_length") &&
      reader.u16(connection_id, "connection_id_length")) {
    hello.session_id_hit = hit != 0;
    hello.certificate = field(reader, certificate, "certificate");
    hello.cipher_specs = cipher_specs(reader, specs);
    hello.connection_id = field(reader, connection_id, "connection_id");
    reader.finish("SERVER-HELLO");
  }
  hello.malformed = reader.failure();
  return hello;
}

std::optional<std::uint16_t> parse_ssl2_error(base::ByteView message) {
  if (message.size() != 3 || message[0] != error_type) return std::nullopt;
  return static_cast<std::uint16_t>(message[1] << 8U | message[2]);
}

}  // namespace whytls::wire
