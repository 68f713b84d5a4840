// SPDX-License-Identifier: Apache-2.0
// whytls explain --log FILE…: failed handshakes of a log by their cause.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace whytls::cli {

/// `follow`: goes on with what is appended, until it is interrupted.
Exit explain_log(const std::vector<std::string>& files, bool follow, const Output& output);

}  // namespace whytls::cli
