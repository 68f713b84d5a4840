// SPDX-License-Identifier: Apache-2.0
// From words to options: the command line, the environment and the settings files, in that order of precedence.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/command.h"

namespace whytls::cli {

/// Where values come from besides the command line; a value for tests, filled from the process by `surroundings()`.
struct Surroundings {
  std::vector<std::pair<std::string, std::string>> environment;  ///< WHYTLS_… only
  struct File {
    std::string path, text;
    bool project = false;  ///< it lies in the working folder
  };
  std::vector<File> files;  ///< the first wins
};
Surroundings surroundings();

struct Invocation {
  const Command* command = nullptr;
  Options options;
};

/// The command that a command line names, `diagnose` where it names none; its word is taken out.
const Command* take_command(std::vector<std::string>& arguments);
/// Fault::misuse with a sentence that names the option, what it got and what it wants.
base::Result<Invocation> parse(std::vector<std::string> arguments, const Surroundings& surroundings);

}  // namespace whytls::cli
