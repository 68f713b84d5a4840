// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/client-auth/common.h"

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
      const Answer sent = e.is(Kind::client_certificate_sent);
      const bool says_so = server_alert(e, "certificate_required");
      const bool asked_in_vain = known_yes(e.is(Kind::requests_certificate)) && known_no(sent);
      if (known_yes(sent) || (!says_so && !asked_in_vain) || !client_auth::refused(e)) return std::nullopt;
      const bool http = known_yes(e.is(Kind::http_wants_certificate));
      Finding f{.confidence = http || says_so || repeated(e) ? Confidence::certain : Confidence::likely,
                .stage = Stage::client_certificate};
      f.summary = "the server demands a client certificate, and this client has none";
      if (http) f.summary += " (it completes the handshake and then refuses the request)";
      if (!http) f.summary += ": " + failure_words(e) + " follows";
      f.rests_on = {{http ? Kind::http_wants_certificate : says_so ? Kind::alert : Kind::failure, ""}};
      if (asked_in_vain) f.rests_on.insert(f.rests_on.begin(), {{Kind::requests_certificate, ""}, {Kind::client_certificate_sent, ""}});
      f.detail = {{"authorities", e.list(Kind::request_authorities)}};
      return f;
    },
    .remedies = {Remedy::send_client_certificate, Remedy::make_client_certificate_optional},
};

}  // namespace whytls::diagnosis
