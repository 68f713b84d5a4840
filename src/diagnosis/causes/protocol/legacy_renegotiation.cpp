// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/rules.h"

namespace whytls::diagnosis {

extern const Cause protocol_legacy_renegotiation;
const Cause protocol_legacy_renegotiation{
    .id = "protocol.legacy-renegotiation",
    .title = "the server lacks secure renegotiation, and the client insists on it",
    .spec = "RFC 5746 3.4, 4.1",
    .stages = {Stage::server_hello},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const std::string version = e.text(Kind::selected_version);
      if (!known_no(e.is(Kind::secure_renegotiation)) || !known_yes(older(version, "tls1.3"))) return std::nullopt;
      const bool gives_up =
          failed_at(e, {Stage::server_hello}) && (e.text(Kind::failure) == "client" || e.text(Kind::alert_from) == "client");
      const bool would = failed_at(e, {Stage::client_hello}) && known_yes(e.is(Kind::insists, "secure-renegotiation"));
      if (!gives_up && !would) return std::nullopt;
      Finding f{.confidence = Confidence::certain, .stage = Stage::server_hello, .rests_on = {{Kind::secure_renegotiation, ""}}};
      f.summary = "the server speaks " + titles({version}) + " without secure renegotiation (RFC 5746), and this client insists on it";
      f.detail = {{"version", version}};
      return f;
    },
    .remedies = {Remedy::enable_secure_renegotiation},
};

}  // namespace whytls::diagnosis
