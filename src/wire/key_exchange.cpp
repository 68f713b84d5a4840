// SPDX-License-Identifier: Apache-2.0
#include "registry/registry.h"
#include "wire/fields.h"
#include "wire/handshake.h"

namespace whytls::wire {
namespace {

using registry::Authentication;
using registry::KeyExchange;

constexpr std::uint8_t named_curve = 3;  // ECCurveType, RFC 8422 5.4; 1 and 2 spell the curve's parameters out

// RFC 8422 5.4. False when the form ends what can be read; only with explicit parameters that is no failure.
bool read_ecdh_params(base::Reader& reader, ServerKeyExchange& message) {
  std::uint8_t type = 0;
  if (!reader.u8(type, "curve_type")) return false;
  if (type == 1 || type == 2) {
    message.explicit_curve = true;
    return false;
  }
  if (type != named_curve) return reader.refuse("curve_type");
  return reader.u16(message.group, "namedcurve") && read_opaque8(reader, message.public_key, "point");
}

// RFC 5246 7.4.3
bool read_dh_params(base::Reader& reader, ServerKeyExchange& message) {
  return read_opaque16(reader, message.dh_p, "dh_p") && read_opaque16(reader, message.dh_g, "dh_g") &&
         read_opaque16(reader, message.public_key, "dh_Ys");
}

/// Parameters that nothing here needs but their extent: RFC 5054 2.5.3 (N, g, s, B), RFC 2246 7.4.3 (an export RSA key).
bool skip_srp_params(base::Reader& reader) {
  base::Reader ignored;
  return reader.prefixed16(ignored, "srp_N") && reader.prefixed16(ignored, "srp_g") && reader.prefixed8(ignored, "srp_s") &&
         reader.prefixed16(ignored, "srp_B");
}
bool skip_rsa_params(base::Reader& reader) {
  base::Reader ignored;
  return reader.prefixed16(ignored, "rsa_modulus") && reader.prefixed16(ignored, "rsa_exponent");
}

bool read_params(base::Reader& reader, KeyExchange key_exchange, ServerKeyExchange& message) {
  switch (key_exchange) {
    case KeyExchange::ecdhe:
      return read_ecdh_params(reader, message);
    case KeyExchange::dhe:
      return read_dh_params(reader, message);
    case KeyExchange::srp:
      return skip_srp_params(reader);
    case KeyExchange::rsa:
      return skip_rsa_params(reader);
    // RFC 4279 2, RFC 5489 2: the hint stands first.
    case KeyExchange::psk:
    case KeyExchange::rsa_psk:
      return read_opaque16(reader, message.psk_hint, "psk_identity_hint");
    case KeyExchange::dhe_psk:
      return read_opaque16(reader, message.psk_hint, "psk_identity_hint") && read_dh_params(reader, message);
    case KeyExchange::ecdhe_psk:
      return read_opaque16(reader, message.psk_hint, "psk_identity_hint") && read_ecdh_params(reader, message);
    default:
      return reader.refuse("ServerKeyExchange of this key exchange");
  }
}

bool is_signed(const registry::Suite& suite) {
  if (suite.key_exchange == KeyExchange::rsa_psk) return false;  // RFC 4279 4: RSA only decrypts
  return suite.authentication == Authentication::rsa || suite.authentication == Authentication::dss ||
         suite.authentication == Authentication::ecdsa;
}

void read_message(base::Reader& reader, base::ByteView body, const registry::Suite& suite, std::uint16_t version,
                  ServerKeyExchange& message) {
  if (!read_params(reader, suite.key_exchange, message)) return;
  message.params = copy(body.first(reader.offset()));
  if (is_signed(suite)) {
    if (version >= registry::version::tls12 && !reader.u16(message.signature_scheme, "algorithm")) return;
    if (!read_opaque16(reader, message.signature, "signature")) return;
  }
  reader.finish("ServerKeyExchange");
}

}  // namespace

ServerKeyExchange parse_server_key_exchange(base::ByteView body, std::uint16_t suite, std::uint16_t version) {
  ServerKeyExchange message;
  base::Reader reader(body);
  if (const registry::Suite* known = registry::suite(suite))
    read_message(reader, body, *known, version, message);
  else
    reader.refuse("ServerKeyExchange of an unknown suite");
  message.malformed = reader.failure();
  return message;
}

}  // namespace whytls::wire
