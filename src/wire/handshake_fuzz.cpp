// SPDX-License-Identifier: Apache-2.0
// Every parser of a handshake message that has no target of its own: the first byte chooses it, the second is a version, the rest
// is the body. A failure lies within the input; what is read whole is rebuilt to the byte.
#include <cstdlib>

#include "wire/handshake.h"

namespace {

using namespace whytls;
using Check = void (*)(base::ByteView body, std::uint16_t version);

void require(bool holds) {
  if (!holds) std::abort();
}

void within(const std::optional<base::Malformed>& malformed, base::ByteView body) {
  require(!malformed || malformed->offset <= body.size());
}

void server_hello(base::ByteView body, std::uint16_t) {
  const wire::ServerHello hello = wire::parse_server_hello(body);
  within(hello.malformed, body);
  require(hello.malformed || base::text(wire::build(hello)) == base::text(body));
  if (const auto share = hello.key_share()) require(share->key.empty() || !hello.hello_retry_request());
  require(hello.cookie().value_or(base::Bytes{}).size() + hello.alpn().value_or("").size() <= body.size());
}

void certificate(base::ByteView body, std::uint16_t version) {
  const wire::CertificateMessage message = wire::parse_certificate(body, version == 0x0304);
  within(message.malformed, body);
  require(message.malformed || base::text(wire::build(message, version == 0x0304)) == base::text(body));
}

constexpr Check checks[]{
    server_hello,
    certificate,
    [](base::ByteView body, std::uint16_t) { within(wire::parse_encrypted_extensions(body).malformed, body); },
    [](base::ByteView body, std::uint16_t version) { within(wire::parse_certificate_request(body, version).malformed, body); },
    [](base::ByteView body, std::uint16_t version) { within(wire::parse_certificate_verify(body, version).malformed, body); },
    [](base::ByteView body, std::uint16_t version) { within(wire::parse_new_session_ticket(body, version == 0x0304).malformed, body); },
    [](base::ByteView body, std::uint16_t) { require(wire::parse_certificate_status(body).value_or(base::Bytes{}).size() <= body.size()); },
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size >= 2) checks[data[0] % std::size(checks)](base::ByteView(data + 2, size - 2), static_cast<std::uint16_t>(0x0300 + data[1] % 5));
  return 0;
}
