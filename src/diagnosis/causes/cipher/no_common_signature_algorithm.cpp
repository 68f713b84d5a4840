// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/cipher/common.h"

namespace whytls::diagnosis {

extern const Cause cipher_no_common_signature_algorithm;
const Cause cipher_no_common_signature_algorithm{
    .id = "cipher.no-common-signature-algorithm",
    .title = "no signature algorithm in common",
    .spec = "RFC 8446 4.2.3, RFC 5246 7.4.1.4.1",
    .rank = rank::signature_algorithm,
    .stages = {Stage::client_hello, Stage::server_hello},
    .needs = {{Kind::cures, std::string(change::signature_algorithms)}},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      if (!known_yes(decides(e, change::signature_algorithms))) return std::nullopt;
      Finding f{.confidence = pair_confidence(e, change::signature_algorithms), .rests_on = pair_of(e, change::signature_algorithms)};
      f.side = either(e, cipher::signatures_below_floor(e));
      const std::string chosen = e.text(Kind::selected_signature_algorithm);
      const auto offered = e.list(Kind::offered_signature_algorithms);
      f.summary = (offered.empty() ? std::string("the client offers no signature algorithm")
                                   : "the client offers the signature algorithms " + few(offered) + " only") +
                  ", the server " + (chosen.empty() ? "can sign with none of these" : "signs with " + chosen + " when all are offered");
      f.detail = {{"client", offered}, {"server", chosen}, {"server_key", e.text(Kind::server_key)}};
      if (f.side == Side::client) f.remedies = {Remedy::offer_signature_algorithm, Remedy::enable_signature_algorithm};
      return f;
    },
    .remedies = {Remedy::enable_signature_algorithm, Remedy::offer_signature_algorithm},
};

}  // namespace whytls::diagnosis
