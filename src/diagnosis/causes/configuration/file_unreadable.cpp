// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/configuration/common.h"

namespace whytls::diagnosis {

extern const Cause configuration_file_unreadable;
const Cause configuration_file_unreadable{
    .id = "configuration.file-unreadable",
    .title = "a file named by the configuration cannot be read or decrypted",
    .spec = "",
    .rank = rank::configured,
    .match = [](const Evidence& e) -> std::optional<Finding> {
      auto f = configured(e, Kind::config_file_unreadable, Stage::tcp, "a file that the configuration names cannot be read: ");
      if (!f) return f;
      f->more_general = configuration::symptoms;
      if (f->side == Side::client) f->remedies = {Remedy::fix_client_file};
      return f;
    },
    .remedies = {Remedy::fix_file},
};

}  // namespace whytls::diagnosis
