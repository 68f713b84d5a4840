// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/client-auth/common.h"

namespace whytls::diagnosis {

extern const Cause client_auth_key_mismatch;
const Cause client_auth_key_mismatch{
    .id = "client-auth.key-mismatch",
    .side = Side::client,
    .title = "the client's signature does not verify under its certificate",
    .spec = "RFC 8446 4.4.3, RFC 5246 7.4.8",
    .rank = rank::server_name - 1,
    .stages = {Stage::client_certificate, Stage::finished, Stage::established},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      using namespace client_auth;
      // The pair that was given is known before any connection.
      const bool proved = proof(e) == Proof::key;
      const bool alleged = sent_and_refused(e) && named_by(e, "decrypt_error");
      if (known_yes(e.is(Kind::completed)) || (!proved && !alleged)) return std::nullopt;
      Finding f = finding(e, proved ? Kind::client_certificate_key_matches : Kind::alert);
      f.summary = proved ? "the private key that was given does not belong to the client's certificate" + whose(e)
                         : "the server says that the client's signature does not verify under its certificate" + whose(e);
      return f;
    },
    .remedies = {Remedy::match_client_key},
};

}  // namespace whytls::diagnosis
