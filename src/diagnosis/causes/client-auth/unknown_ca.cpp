// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/client-auth/common.h"

namespace whytls::diagnosis {

extern const Cause client_auth_unknown_ca;
const Cause client_auth_unknown_ca{
    .id = "client-auth.unknown-ca",
    .side = Side::client,
    .title = "the server does not trust the issuer of the client's certificate",
    .spec = "RFC 8446 4.2.4, 6.2, RFC 5246 7.4.4",
    .rank = rank::server_name + 3,
    .stages = {Stage::client_certificate, Stage::finished, Stage::established},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      using namespace client_auth;
      const bool proved = proof(e) == Proof::issuer;
      if (!sent_and_refused(e) || (!proved && !named_by(e, "unknown_ca"))) return std::nullopt;
      Finding f = finding(e, proved ? Kind::client_certificate_issuer_listed : Kind::alert);
      const std::string issuer = e.text(Kind::client_certificate_issuer);
      const auto listed = e.list(Kind::request_authorities);
      f.summary = "the server does not trust the issuer of the client's certificate" + (issuer.empty() ? "" : " (" + issuer + ")");
      if (proved && !listed.empty()) f.summary += ": it asks for one issued by " + few(listed);
      f.detail.emplace_back("issuer", issuer);
      f.detail.emplace_back("authorities", listed);
      return f;
    },
    .remedies = {Remedy::use_listed_issuer, Remedy::trust_client_issuer},
};

}  // namespace whytls::diagnosis
