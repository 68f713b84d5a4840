// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/cipher/common.h"

namespace whytls::diagnosis {

extern const Cause cipher_no_common_suite;
const Cause cipher_no_common_suite{
    .id = "cipher.no-common-suite",
    .title = "no cipher suite in common",
    .spec = "RFC 8446 4.1.1, RFC 5246 7.4.1.3",
    .rank = rank::suite,
    .stages = {Stage::client_hello},
    .needs = {{Kind::cures, std::string(change::suites)},
              {Kind::cures, std::string(change::key_type)},
              {Kind::cures, std::string(change::groups)},
              {Kind::cures, std::string(change::signature_algorithms)}},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      if (!known_yes(decides(e, change::suites))) return std::nullopt;
      // With the suites as they are something else cures it: they do meet (rule 3).
      const Answer meet = e.is(Kind::cures, change::groups) || e.is(Kind::cures, change::signature_algorithms);
      if (known_yes(meet)) return std::nullopt;
      Finding f{.confidence = pair_confidence(e, change::suites), .rests_on = pair_of(e, change::suites)};
      if (!known_no(meet) && !known_yes(e.is(Kind::breaks, change::suites))) {
        f.confidence = Confidence::likely;
        f.to_be_surer = "all groups, and all signature algorithms, with the same suites would tell it from those";
      }
      f.side = either(e);
      const std::string chosen = e.text(Kind::selected_suite);
      f.summary = "the client offers " + few(e.list(Kind::offered_suites)) + " only, the server " +
                  (chosen.empty() ? "accepts none of these" : "chooses " + chosen + " when all suites are offered");
      f.detail = {{"client", e.list(Kind::offered_suites)}, {"server", chosen}};
      if (cipher::only_dhe(e)) f.remedies = {Remedy::offer_suite, Remedy::set_dh_parameters};
      if (chosen.find("_anon_") != std::string::npos) {
        f.side = Side::server;
        f.summary = "the server has no certificate: it accepts anonymous suites only, which no client offers";
        f.remedies = {Remedy::set_certificate};
      } else if (f.side == Side::client && f.remedies.empty()) {
        f.remedies = {Remedy::offer_suite, Remedy::enable_suite};
      }
      return f;
    },
    .remedies = {Remedy::enable_suite, Remedy::offer_suite},
};

}  // namespace whytls::diagnosis
