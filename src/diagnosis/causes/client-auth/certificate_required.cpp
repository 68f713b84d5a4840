// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/rules.h"

namespace whytls::diagnosis {

extern const Cause client_auth_certificate_required;
const Cause client_auth_certificate_required{
    .id = "client-auth.certificate-required",
    .side = Side::client,
    .title = "the server demands a client certificate and got none",
    .spec = "RFC 8446 4.4.2.4, RFC 5246 7.4.6",
    .rank = rank::server_name,
    .stages = {Stage::client_certificate, Stage::finished, Stage::established},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      if (!known_yes(e.is(Kind::requests_certificate)) || !known_no(e.is(Kind::client_certificate_sent))) return std::nullopt;
      const bool http = known_yes(e.is(Kind::http_wants_certificate));
      const bool refused = known_no(e.is(Kind::completed)) && !e.text(Kind::failure).empty() && e.text(Kind::failure) != "client";
      if (!http && !refused) return std::nullopt;
      Finding f{.stage = Stage::client_certificate};
      const bool repeated = known_yes(e.at_least(Kind::failures_seen, 2));
      f.confidence = http || repeated ? Confidence::certain : Confidence::likely;
      f.summary = "the server demands a client certificate, and this client has none";
      if (http) f.summary += " (it completes the handshake and then refuses the request)";
      f.rests_on = {
          {Kind::requests_certificate, ""}, {Kind::client_certificate_sent, ""}, {http ? Kind::http_wants_certificate : Kind::failure, ""}};
      f.detail = {{"authorities", e.list(Kind::request_authorities)}};
      return f;
    },
    .remedies = {Remedy::send_client_certificate, Remedy::make_client_certificate_optional},
};

}  // namespace whytls::diagnosis
