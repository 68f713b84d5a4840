// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/packet.h"

#include <arpa/inet.h>
#include <fmt/format.h>

namespace whytls::sources::capture {

std::string Address::text() const {
  std::array<char, INET6_ADDRSTRLEN> out{};
  return inet_ntop(v6 ? AF_INET6 : AF_INET, bytes.data(), out.data(), out.size()) ? out.data() : std::string();
}

std::string Endpoint::text() const { return fmt::format(fmt::runtime(address.v6 ? "[{}]:{}" : "{}:{}"), address.text(), port); }

}  // namespace whytls::sources::capture
