// SPDX-License-Identifier: Apache-2.0
// What the command line, the environment and the settings files say, as one value. Nothing here opens a file or a socket.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "investigate/request.h"
#include "report/report.h"

namespace whytls::cli {

enum class Colour : std::uint8_t { automatic, always, never };

struct Output {
  std::string format = "text";
  std::string file;  ///< -o; empty: standard output
  Colour colour = Colour::automatic;
  bool quiet = false;
  std::optional<report::Severity> fail_on;
};

struct Options {
  investigate::Request request;
  Output output;
  std::vector<std::string> words;          ///< what is no option: targets, files, ids
  std::map<std::string, std::string> own;  ///< options of one command only, by their name
  std::optional<std::uint16_t> min_version, max_version;
  bool starttls_given = false;  ///< --starttls, maybe "none", beats the scheme's
  bool short_help = false, long_help = false, version = false;
};

/// The value of an option that one command alone has; empty where it was not given.
std::string own(const Options& options, const std::string& name);
/// Keeps such a value: for the rows of that command's flags.
base::Result<void> keep(Options& options, const std::string& name, const std::string& value);

/// What options say together: the list of versions, and whether anything is left to offer.
base::Result<void> settle(Options& options);
/// Puts the target into the request; the scheme's port and STARTTLS give way to the options'.
base::Result<void> set_target(Options& options, const std::string& text);

}  // namespace whytls::cli
