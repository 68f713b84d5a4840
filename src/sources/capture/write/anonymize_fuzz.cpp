// SPDX-License-Identifier: Apache-2.0
// The first byte chooses the link type, the rest is cut into packets as in link_fuzz. None grows, none but those of QUIC shrinks, and what
// is no IP stays as it is.
#include <algorithm>
#include <cstdlib>
#include <iterator>

#include "sources/capture/link/decoder.h"
#include "sources/capture/write/anonymize.h"

namespace {

using namespace whytls;
using namespace whytls::sources::capture;

void require(bool holds) {
  if (!holds) std::abort();
}

constexpr std::uint32_t links[] = {1, 0, 101, 105, 113, 276, 4711};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  base::ByteView rest(data, size);
  if (rest.empty()) return 0;
  const std::uint32_t link = links[rest[0] % std::size(links)];
  rest = rest.subspan(1);
  std::vector<KeptPacket> packets;
  while (rest.size() >= 2) {
    const std::size_t length = std::min<std::size_t>(rest.size() - 2, rest[0] * std::size_t{4});
    const base::ByteView bytes = rest.subspan(2, length);
    packets.push_back({{packets.size() + 1, 0}, link, static_cast<std::uint32_t>(length), {bytes.begin(), bytes.end()}});
    rest = rest.subspan(2 + length);
  }
  const std::vector<KeptPacket> before = packets;
  anonymize(packets, {"shop.example.com", "hello.example"});
  require(packets.size() == before.size());
  for (std::size_t i = 0; i < packets.size(); ++i) {
    require(packets[i].bytes.size() <= before[i].bytes.size() && packets[i].original_size >= packets[i].bytes.size());
    if (link == 4711) require(packets[i].bytes == before[i].bytes);
  }
  return 0;
}
