// SPDX-License-Identifier: Apache-2.0
// A flag is a row: its names, its value, what it says in the help, and what it changes. The help, the environment's names and the
// settings files come from the rows.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/options.h"

namespace whytls::cli {

enum class Group : std::uint8_t { who, client, way, limits, output, help };
std::string_view group_title(Group group);

struct Flag {
  std::string_view name;   ///< without dashes
  char letter = 0;         ///< 0: none
  std::string_view value;  ///< "NAME"; empty: a switch, whose value is "yes"
  Group group = Group::output;
  std::string_view brief;  ///< a few words, for -h
  std::string_view text;   ///< whole sentences, for --help
  base::Result<void> (*apply)(Options& options, const std::string& value) = nullptr;
  bool settable = true;  ///< by the environment and the settings files too
  bool project = true;   ///< by a settings file in the working folder too: nothing that names a file to be written or a secret
};

std::span<const Flag> connecting_flags();
std::span<const Flag> output_flags();  ///< of every command, the help's among them

/// "--name", "-o, --output FILE".
std::string spelling(const Flag& flag);
/// "WHYTLS_CA_FILE".
std::string environment_name(const Flag& flag);

}  // namespace whytls::cli
