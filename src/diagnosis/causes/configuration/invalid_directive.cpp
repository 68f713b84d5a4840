// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/configuration/common.h"

namespace whytls::diagnosis {

extern const Cause configuration_invalid_directive;
const Cause configuration_invalid_directive{
    .id = "configuration.invalid-directive",
    .title = "a directive, version or cipher name is not known, or leaves nothing enabled",
    .spec = "",
    .rank = rank::configured,
    .match = [](const Evidence& e) -> std::optional<Finding> {
      auto f = configured(e, Kind::config_invalid, Stage::tcp, "the configuration has a directive that does not work: ");
      if (!f) return f;
      f->more_general = configuration::symptoms;
      if (f->side == Side::client) f->remedies = {Remedy::fix_client_directive};
      return f;
    },
    .remedies = {Remedy::fix_directive},
};

}  // namespace whytls::diagnosis
