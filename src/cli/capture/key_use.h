// SPDX-License-Identifier: Apache-2.0
// What came of the secrets that were given for a capture: a key log of another day opens nothing, and that has to be said.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sources/capture/decrypt/key_log.h"
#include "sources/capture/handshake.h"

namespace whytls::cli {

class KeyUse {
 public:
  void note(const sources::capture::Handshake& handshake);
  /// One sentence where they opened nothing, or where some open nothing though they should; else nothing. `path`: of the key log; empty:
  /// there was none, and secrets can only have stood in the capture.
  std::optional<std::string> warning(const sources::capture::KeyLog& keys, const std::string& path) const;

 private:
  std::uint64_t protected_ = 0, opened_ = 0, useless_ = 0;  ///< handshakes
};

}  // namespace whytls::cli
