// SPDX-License-Identifier: Apache-2.0
// A command is one file in commands/, found through a generated index. It gets settled options and answers with an exit status.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/flags.h"
#include "cli/options.h"

namespace whytls::cli {

/// Exit status, as the contract says.
enum class Exit : std::uint8_t { ok = 0, failed = 1, usage = 2, undetermined = 3, broken = 4, interrupted = 130 };

namespace commands {

struct Command {
  std::string_view name;
  std::string_view usage;                  ///< what follows the name: "TARGET"
  std::string_view summary;                ///< one line
  std::vector<std::string_view> examples;  ///< whole command lines, each followed by two blanks and what it does
  bool connects = false;                   ///< takes the options of connecting commands
  std::vector<Flag> flags;                 ///< options of its own
  Exit (*run)(Options& options) = nullptr;
};

extern const std::span<const Command* const> all;  ///< sorted by name; generated

}  // namespace commands
using commands::Command;

const Command* command(std::string_view name);
/// All rows that a command takes.
std::vector<Flag> flags_of(const Command& command);

}  // namespace whytls::cli
