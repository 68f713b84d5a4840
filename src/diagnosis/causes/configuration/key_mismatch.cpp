// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/configuration/common.h"

namespace whytls::diagnosis {

extern const Cause configuration_key_mismatch;
const Cause configuration_key_mismatch{
    .id = "configuration.key-mismatch",
    .title = "the private key does not belong to the certificate",
    .spec = "RFC 8446 4.4.3, RFC 5246 7.4.3",
    .rank = rank::configured,
    .match = [](const Evidence& e) -> std::optional<Finding> {
      auto f = configured(e, Kind::config_key_mismatch, Stage::key_exchange, "the private key does not belong to the certificate: ");
      if (f) {
        f->more_general = configuration::symptoms;
      } else if (known_no(e.is(Kind::signature_verifies))) {
        f = Finding{.confidence = Confidence::certain, .stage = Stage::key_exchange, .rests_on = {{Kind::signature_verifies, ""}}};
        f->summary = "the server's signature in the handshake does not verify under its certificate: it uses another private key";
        f->detail = {{"signature_algorithm", e.text(Kind::selected_signature_algorithm)}};
      }
      return f;
    },
    .remedies = {Remedy::match_key},
};

}  // namespace whytls::diagnosis
