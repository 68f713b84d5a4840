// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/client-auth/common.h"

namespace whytls::diagnosis {

extern const Cause client_auth_certificate_revoked;
const Cause client_auth_certificate_revoked{
    .id = "client-auth.certificate-revoked",
    .side = Side::client,
    .title = "the server holds the client's certificate revoked",
    .spec = "RFC 8446 6.2",
    .rank = rank::server_name + 4,
    .stages = {Stage::client_certificate, Stage::finished, Stage::established},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      using namespace client_auth;
      if (!sent_and_refused(e) || !named_by(e, "certificate_revoked")) return std::nullopt;
      Finding f = finding(e, Kind::alert);
      f.summary = "the server says that the client's certificate" + whose(e) + " is revoked";
      return f;
    },
    .remedies = {Remedy::reissue_client_certificate},
};

}  // namespace whytls::diagnosis
