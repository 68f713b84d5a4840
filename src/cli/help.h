// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cli/command.h"

namespace whytls::cli {

/// The whole program's, one screen.
std::string short_help();
/// A command's: what it takes, in a screen.
std::string short_help(const Command& command);
/// Examples first, then every option in whole sentences; with the list of commands unless one was named.
std::string long_help(const Command& command, bool named);

}  // namespace whytls::cli
