// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/configuration/common.h"

namespace whytls::diagnosis {

extern const Cause configuration_crypto_policy;
const Cause configuration_crypto_policy{
    .id = "configuration.crypto-policy",
    .side = Side::client,
    .title = "the local TLS library's own policy forbids what the server needs",
    .spec = "",
    .rank = rank::configured,
    .stages = {Stage::client_hello, Stage::server_hello, Stage::certificate, Stage::key_exchange},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const std::string client = e.text(Kind::client);
      const std::string forbidden = e.text(Kind::policy_forbids, client);
      // Below the floor it is the peer's own cause, even if the policy says no as well (rule 5).
      if (!configuration::has_local_policy(client) || forbidden.empty() || !known_no(e.is(Kind::policy_below_floor, client)))
        return std::nullopt;
      if (known_yes(e.is(Kind::completed))) return std::nullopt;
      Finding f{.confidence = known_yes(e.is(Kind::default_works)) ? Confidence::certain : Confidence::likely,
                .rests_on = {{Kind::policy_forbids, client}}};
      const std::string line = e.text(Kind::policy_line, client);
      f.summary = "this machine's policy for " + client + " forbids " + forbidden + ", which the server needs" +
                  (line.empty() ? "" : " (" + line + ")");
      f.detail = {{"library", client}, {"forbids", forbidden}, {"line", line}};
      if (!line.empty()) f.rests_on.push_back({Kind::policy_line, client});
      if (f.confidence != Confidence::certain) f.to_be_surer = "ask as the default client, without --client: does it work?";
      f.more_general = {"protocol.version-mismatch", "cipher.*", "certificate.weak-key", "certificate.weak-signature"};
      return f;
    },
    .remedies = {Remedy::relax_policy},
};

}  // namespace whytls::diagnosis
