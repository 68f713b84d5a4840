// SPDX-License-Identifier: Apache-2.0
// A text file that the build put into the program (cmake/embed.cmake).
#pragma once

#include <iterator>
#include <span>
#include <string_view>

namespace whytls::base {

struct Embedded {
  std::string_view name;  ///< path below the embedded folder, without suffix
  std::string_view text;
};

}  // namespace whytls::base
