// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/configuration/common.h"

namespace whytls::diagnosis {

extern const Cause configuration_tls_off;
const Cause configuration_tls_off{
    .id = "configuration.tls-off",
    .title = "TLS is not switched on where a client would expect it",
    .spec = "",
    .rank = rank::configured,
    .match = [](const Evidence& e) -> std::optional<Finding> {
      for (const evidence::Fact* fact : e.all(Kind::upgrade_works))
        if (known_yes(e.is(Kind::upgrade_works, fact->subject))) return std::nullopt;  // it is on, behind an upgrade
      auto f = configured(e, Kind::config_tls_off, Stage::client_hello, "TLS is not switched on for this endpoint: ");
      if (f) f->more_general = configuration::symptoms;
      return f;
    },
    .remedies = {Remedy::serve_tls},
};

}  // namespace whytls::diagnosis
