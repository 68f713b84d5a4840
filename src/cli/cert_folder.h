// SPDX-License-Identifier: Apache-2.0
// whytls cert DIR: which certificates in a folder have ended, or soon will.
#pragma once

#include "cli/command.h"

namespace whytls::cli {

/// All words are folders. Failed where one has expired or is yet to come (with --fail-on warning: where one ends soon, too).
Exit check_folders(const Options& options, base::Time at);

}  // namespace whytls::cli
