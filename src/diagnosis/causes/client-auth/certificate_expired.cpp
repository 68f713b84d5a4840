// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"
#include "diagnosis/causes/client-auth/common.h"

namespace whytls::diagnosis {

extern const Cause client_auth_certificate_expired;
const Cause client_auth_certificate_expired{
    .id = "client-auth.certificate-expired",
    .side = Side::client,
    .title = "the client's certificate is out of its validity",
    .spec = "RFC 5280 4.1.2.5, RFC 8446 6.2",
    .rank = rank::server_name + 1,
    .stages = {Stage::client_certificate, Stage::finished, Stage::established},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      using namespace client_auth;
      const bool proved = proof(e) == Proof::dates;
      if (!sent_and_refused(e) || (!proved && !named_by(e, "certificate_expired"))) return std::nullopt;
      Finding f = finding(e, proved ? Kind::client_certificate_expired : Kind::alert);
      const auto not_after = e.time(Kind::client_certificate_not_after);
      const auto not_before = e.time(Kind::client_certificate_not_before);
      const auto now = e.time(Kind::now);
      const bool early = now && not_before && *now < *not_before;
      f.summary = "the client's certificate" + whose(e) + (early ? " is not valid yet" : " has expired");
      if (early) f.summary += ": it begins on " + base::date(*not_before);
      if (!early && not_after) f.summary += ": it ended on " + base::date(*not_after);
      if (!proved) f.summary = "the server says that the client's certificate" + whose(e) + " has expired";
      if (not_after) f.detail.emplace_back("not_after", *not_after);
      if (not_before) f.detail.emplace_back("not_before", *not_before);
      return f;
    },
    .remedies = {Remedy::renew_client_certificate},
};

}  // namespace whytls::diagnosis
