// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "diagnosis/causes/client-auth/common.h"

namespace whytls::diagnosis {
namespace {

/// Alerts with which servers refuse a client certificate without saying why, and the close without an alert.
bool refused_without_a_name(const Evidence& e) {
  if (known_yes(e.is(Kind::http_wants_certificate)) || e.text(Kind::failure) == "closed" || e.text(Kind::failure) == "reset") return true;
  for (const char* alert :
       {"handshake_failure", "bad_certificate", "unsupported_certificate", "certificate_unknown", "access_denied", "certificate_required"})
    if (server_alert(e, alert)) return true;
  return false;
}

}  // namespace

extern const Cause client_auth_certificate_rejected;
const Cause client_auth_certificate_rejected{
    .id = "client-auth.certificate-rejected",
    .side = Side::client,
    .title = "the server refuses the client's certificate",
    .spec = "RFC 8446 4.4.2.4, 6.2",
    .rank = rank::server_name + 2,
    .stages = {Stage::client_certificate, Stage::finished, Stage::established},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      using namespace client_auth;
      const Proof proved = proof(e);
      const bool by_proof = proved == Proof::purpose || proved == Proof::algorithm;
      if (!sent_and_refused(e) || (!by_proof && (proved != Proof::none || !refused_without_a_name(e)))) return std::nullopt;
      Finding f = finding(e, proved == Proof::purpose     ? Kind::client_certificate_for_clients
                             : proved == Proof::algorithm ? Kind::client_certificate_algorithm_listed
                                                          : Kind::alert);
      const std::string certificate = "the client's certificate" + whose(e);
      const std::string how = known_yes(e.is(Kind::http_wants_certificate)) ? "an HTTP error after the handshake" : failure_words(e);
      f.summary = proved == Proof::purpose     ? certificate + " is not meant for clients: its usages forbid client authentication"
                  : proved == Proof::algorithm ? "the server takes no signature that the key of " + certificate + " can make"
                                               : "the server refuses " + certificate + " with " + how + " and does not say why";
      f.detail.emplace_back("reason", std::string(proved == Proof::purpose     ? "purpose"
                                                  : proved == Proof::algorithm ? "algorithm"
                                                                               : "unknown"));
      if (!by_proof) {
        f.rests_on = {{e.text(Kind::failure) == "alert"                ? Kind::alert
                       : known_yes(e.is(Kind::http_wants_certificate)) ? Kind::http_wants_certificate
                                                                       : Kind::failure,
                       ""}};
        f.remedies = {Remedy::read_server_log, Remedy::reissue_client_certificate};
        if (f.confidence != Confidence::certain) f.to_be_surer = "it was refused once only; only the server's log says why";
      }
      return f;
    },
    .remedies = {Remedy::reissue_client_certificate, Remedy::read_server_log},
};

}  // namespace whytls::diagnosis
