// SPDX-License-Identifier: Apache-2.0
#include "cli/explain/input.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace whytls::cli {

base::Result<std::string> read_input(std::size_t most) {
  std::string out;
  std::array<char, 65536> buffer{};
  for (;;) {
    const ssize_t got = read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return base::fail(base::Fault::input, "cannot be read", "standard input", errno);
    if (got == 0) return out;
    out.append(buffer.data(), std::min(static_cast<std::size_t>(got), most - out.size()));
  }
}

}  // namespace whytls::cli
