// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/rules.h"

namespace whytls::diagnosis {

extern const Cause protocol_sni_unrecognized;
const Cause protocol_sni_unrecognized{
    .id = "protocol.sni-unrecognized",
    .title = "the server refuses this server name",
    .spec = "RFC 6066 3",
    .rank = rank::server_name,
    .stages = {Stage::client_hello},
    .needs = {{Kind::cures, std::string(change::server_name_other)}, {Kind::cures, std::string(change::server_name_dropped)}},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const std::string name = e.text(Kind::offered_server_name);
      const bool refused = e.text(Kind::failure) == "alert" || e.text(Kind::failure) == "closed";
      if (name.empty() || !refused || e.text(Kind::alert_from) == "client") return std::nullopt;
      const bool says_so = server_alert(e, "unrecognized_name");
      const Answer other = decides(e, change::server_name_other);
      const Answer without = decides(e, change::server_name_dropped);
      // Fails with every name and works with none: hello-intolerance.
      const bool shown = known_yes(other) || (known_yes(without) && !(known_no(other) && tried_a_known_name(e)));
      if (!says_so && !shown) return std::nullopt;
      const std::string_view pair = known_yes(other) ? change::server_name_other : change::server_name_dropped;
      const bool open = !says_so && !known_yes(other);
      Finding f{.confidence = says_so ? Confidence::certain : open ? Confidence::likely : pair_confidence(e, pair)};
      if (says_so) f.rests_on.push_back({Kind::alert, ""});
      for (Ref& ref : pair_of(e, pair)) f.rests_on.push_back(std::move(ref));
      f.side = either(e);
      f.summary = "the server refuses the server name \"" + name + "\" with " + failure_words(e);
      if (known_yes(other)) f.summary += " and accepts another";
      if (!known_yes(other) && known_yes(without)) f.summary += " and works without one";
      f.detail = {{"name", name}};
      if (open) f.to_be_surer = "ask for another name that this server has: --servername NAME";
      return f;
    },
    .remedies = {Remedy::add_server_name},
};

}  // namespace whytls::diagnosis
