// SPDX-License-Identifier: Apache-2.0
// The first byte chooses the link type, the rest is cut into packets of the lengths that stand before them. What comes out lies within the
// packet, or was put together from fragments; nothing is larger than what was fed.
#include <algorithm>
#include <cstdlib>
#include <iterator>

#include "sources/capture/link/decoder.h"

namespace {

using namespace whytls::sources::capture;

void require(bool holds) {
  if (!holds) std::abort();
}

constexpr std::uint32_t links[] = {1, 0, 9, 12, 50, 51, 101, 104, 105, 108, 113, 117, 127, 166, 239, 258, 276, 4711};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  whytls::base::ByteView rest(data, size);
  if (rest.empty()) return 0;
  const std::uint32_t link = links[rest[0] % std::size(links)];
  rest = rest.subspan(1);
  std::size_t fed = 0, out = 0;
  link::Decoder decoder(
      [&](const Segment& segment) {
        ++out;
        require(segment.payload.size() <= fed && segment.payload_size >= segment.payload.size());
        require(segment.source.address.v6 == segment.destination.address.v6);
      },
      [&](const Moment&, const Endpoint&, const Endpoint&, whytls::base::ByteView payload) {
        ++out;
        require(payload.size() <= fed);
      },
      [&](const IcmpError& error) {
        ++out;
        require(error.source.address.v6 == error.destination.address.v6);
      });
  for (std::uint64_t packets = 1; rest.size() >= 2; ++packets) {
    const std::size_t length = std::min<std::size_t>(rest.size() - 2, rest[0] * std::size_t{4});
    fed += length;
    decoder.feed({{packets, 0}, link, static_cast<std::uint32_t>(length + (rest[1] & 15U)), rest.subspan(2, length)});
    require(out <= packets && decoder.cut() <= packets && decoder.incomplete_fragments() <= packets);
    rest = rest.subspan(2 + length);
  }
  return 0;
}
