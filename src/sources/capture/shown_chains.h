// SPDX-License-Identifier: Apache-2.0
// Certificates that servers showed in clear somewhere in the capture, by server and name: what a handshake of TLS 1.3 with the same server
// and for the same name hides is most likely the same, as long as it was seen within a day: certificates are renewed.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "sources/capture/handshake.h"

namespace whytls::sources::capture {

struct ShownChain {
  std::vector<base::Bytes> certificates;
  std::uint64_t flow = 0;  ///< where it was seen last
  std::int64_t at = 0;     ///< when that began, nanoseconds since 1970
};

class ShownChains {
 public:
  void note(const Handshake& handshake);
  /// What the handshake's server showed for its name; nothing where nobody saw it, or the handshake shows its own.
  const ShownChain* for_hidden(const Handshake& handshake) const;

  static constexpr std::size_t most = 4000, most_bytes = std::size_t{16} * 1024 * 1024;

 private:
  using Key = std::tuple<Address, std::uint16_t, std::string>;

  std::map<Key, ShownChain> chains_;
  std::size_t bytes_ = 0;
};

}  // namespace whytls::sources::capture
