// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/protocol/common.h"

namespace whytls::diagnosis {

extern const Cause protocol_refused_by_alert;
const Cause protocol_refused_by_alert{
    .id = "protocol.refused-by-alert",
    .title = "a fatal alert answers every offer",
    .spec = "RFC 8446 6.2",
    .rank = rank::residual,
    .stages = {Stage::client_hello, Stage::server_hello, Stage::certificate, Stage::key_exchange, Stage::finished},
    .needs = {{Kind::any_offer_works, ""}},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      if (e.text(Kind::alert_from) == "client" || protocol::alert_about_form(e.text(Kind::alert))) return std::nullopt;
      auto f = residual(e, "alert", "the server answers with " + failure_words(e));
      if (!f) return std::nullopt;
      f->summary = "the server answers every offer with " + failure_words(e) +
                   ", whatever is in it: it cannot serve at all, and only its log says why";
      f->detail = {{"alert", e.text(Kind::alert)}};
      f->rests_on.insert(f->rests_on.begin(), {Kind::alert, ""});
      return f;
    },
    .remedies = {Remedy::read_server_log},
};

}  // namespace whytls::diagnosis
