// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/configuration/common.h"

namespace whytls::diagnosis {

extern const Cause configuration_file_missing;
const Cause configuration_file_missing{
    .id = "configuration.file-missing",
    .title = "a file named by the configuration is absent or empty",
    .spec = "",
    .rank = rank::configured,
    .match = [](const Evidence& e) -> std::optional<Finding> {
      auto f = configured(e, Kind::config_file_missing, Stage::tcp, "a file that the configuration names is absent or empty: ");
      if (!f) return f;
      f->more_general = configuration::symptoms;
      if (f->side == Side::client) f->remedies = {Remedy::fix_client_file};
      return f;
    },
    .remedies = {Remedy::fix_file},
};

}  // namespace whytls::diagnosis
