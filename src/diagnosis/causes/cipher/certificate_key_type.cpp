// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/cipher/common.h"

namespace whytls::diagnosis {
namespace {

std::string key_words(const std::string& key) {
  if (key.rfind("rsa-pss", 0) == 0) return "an RSA-PSS key";
  if (key.rfind("rsa", 0) == 0) return "an RSA key";
  if (key.rfind("ec-", 0) == 0) return "an ECDSA key (" + key.substr(3) + ")";
  return key.rfind("ed", 0) == 0 ? "an EdDSA key (" + key + ")" : key.empty() ? "a key of another type" : "a key of type " + key;
}

}  // namespace

extern const Cause cipher_certificate_key_type;
const Cause cipher_certificate_key_type{
    .id = "cipher.certificate-key-type",
    .title = "the client cannot use the type of key in the server's certificate",
    .spec = "RFC 8422 5.1, RFC 8446 4.2.3",
    .rank = rank::key_type,
    .stages = {Stage::client_hello},
    .needs = {{Kind::cures, std::string(change::key_type)}},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      if (!known_yes(decides(e, change::key_type)) || known_yes(cipher::key_type_offered(e))) return std::nullopt;
      Finding f{.confidence = pair_confidence(e, change::key_type), .rests_on = pair_of(e, change::key_type)};
      f.side = either(e);
      const std::string key = e.text(Kind::server_key);
      f.summary = "the server's certificate has " + key_words(key) + ", and this client offers nothing that can use it";
      f.detail = {{"server_key", key}, {"client_suites", e.list(Kind::offered_suites)}};
      if (f.side == Side::client) f.remedies = {Remedy::offer_key_type, Remedy::add_certificate_type};
      return f;
    },
    .remedies = {Remedy::add_certificate_type, Remedy::offer_key_type},
    .more_general = {"cipher.no-common-suite", "cipher.no-common-group", "cipher.no-common-signature-algorithm"},
};

}  // namespace whytls::diagnosis
