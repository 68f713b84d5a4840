// SPDX-License-Identifier: Apache-2.0
// Writing to a descriptor to the end, whatever interrupts it.
#pragma once

#include <string_view>

namespace whytls::base {

/// All of it: 0, or the errno of what failed. The descriptor stays the caller's.
int write_all(int file, std::string_view text);

}  // namespace whytls::base
