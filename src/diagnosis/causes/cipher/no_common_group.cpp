// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/cipher/common.h"

namespace whytls::diagnosis {

extern const Cause cipher_no_common_group;
const Cause cipher_no_common_group{
    .id = "cipher.no-common-group",
    .title = "no key-exchange group in common",
    .spec = "RFC 8446 4.2.7, RFC 8422 5.1.1",
    .rank = rank::group,
    .stages = {Stage::client_hello, Stage::server_hello},
    .needs = {{Kind::cures, std::string(change::groups)}},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      if (!known_yes(decides(e, change::groups))) return std::nullopt;
      Finding f{.confidence = pair_confidence(e, change::groups), .rests_on = pair_of(e, change::groups)};
      f.side = either(e, cipher::groups_below_floor(e));
      const std::string chosen = e.text(Kind::selected_group);
      const auto offered = e.list(Kind::offered_groups);
      f.summary = (offered.empty() ? std::string("the client offers no group") : "the client offers the groups " + few(offered) + " only") +
                  ", the server " + (chosen.empty() ? "accepts none of these" : "chooses " + chosen + " when all groups are offered");
      f.detail = {{"client", offered}, {"server", chosen}};
      if (f.side == Side::client) f.remedies = {Remedy::offer_group, Remedy::enable_group};
      return f;
    },
    .remedies = {Remedy::enable_group, Remedy::offer_group},
};

}  // namespace whytls::diagnosis
