// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace whytls::cli {

/// Standard input up to its end or `most` bytes; the rest is read and thrown away, so that nobody who writes is cut off.
base::Result<std::string> read_input(std::size_t most);

}  // namespace whytls::cli
