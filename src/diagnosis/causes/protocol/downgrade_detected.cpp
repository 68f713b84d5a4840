// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/rules.h"

namespace whytls::diagnosis {

extern const Cause protocol_downgrade_detected;
const Cause protocol_downgrade_detected{
    .id = "protocol.downgrade-detected",
    .side = Side::network,
    .title = "the server's random says that a higher version could have been chosen",
    .spec = "RFC 8446 4.1.3",
    .rank = rank::server_name,
    .stages = {Stage::server_hello, Stage::certificate, Stage::key_exchange, Stage::finished},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      if (!known_yes(e.is(Kind::downgrade_sentinel)) || known_yes(e.is(Kind::completed))) return std::nullopt;
      const auto offered = e.list(Kind::offered_versions);
      const std::string chosen = e.text(Kind::selected_version);
      // A server that supports more marks every lower choice: it says something only where more was offered to it.
      if (offered.empty() || !known_yes(older(chosen, offered.front()))) return std::nullopt;
      Finding f{.confidence = repeated(e) ? Confidence::certain : Confidence::likely, .stage = Stage::server_hello};
      f.rests_on = {{Kind::downgrade_sentinel, ""}, {Kind::offered_versions, ""}, {Kind::selected_version, ""}};
      f.summary = "the client offers " + titles(offered) + ", the server chooses " + titles({chosen}) +
                  " and marks its random: it supports more, so somebody changed the offer on the way";
      f.detail = {{"offered", offered}, {"chosen", chosen}};
      if (!repeated(e)) f.to_be_surer = "ask once more, and from another network";
      return f;
    },
    .remedies = {Remedy::find_downgrade, Remedy::update_server},
    .more_general = {"protocol.version-mismatch"},
};

}  // namespace whytls::diagnosis
