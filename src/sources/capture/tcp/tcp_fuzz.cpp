// SPDX-License-Identifier: Apache-2.0
// Segments of any order, whose bytes are their sequence numbers: what a reader gets goes on where it left off, counting gaps and what it
// did not want to see; it is never more than was fed; and each reader is told of one end.
#include <algorithm>
#include <numeric>
#include <vector>

#include "sources/capture/tcp/reassembly.h"
#include "sources/capture/tcp/sequence_checker.h"

using namespace whytls;
using namespace whytls::sources::capture;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<std::uint8_t> bytes = [] {
    std::vector<std::uint8_t> out(600);
    std::iota(out.begin(), out.end(), std::uint8_t{0});
    return out;
  }();
  built::Sums sums;
  std::uint64_t connections = 0;
  TcpLimits limits;
  limits.early = limits.seen = 20000;
  limits.memory = 20000;
  TcpReassembly tcp([&](const Endpoint&, const Endpoint&, const Moment&,
                        std::uint64_t) { return std::make_unique<built::Checker>(sums, size == 0 ? 0 : data[0]); },
                    connections, limits);
  for (std::uint64_t i = 1; 8 * i < size; ++i) {
    const base::ByteView at(data + 8 * (i - 1) + 1, 8);
    Segment one;
    one.when = {i, static_cast<std::int64_t>(i) * 1000 + at[7] * std::int64_t{10'000'000'000}};
    (at[0] & 1U ? one.source : one.destination).port = 443;
    (at[0] & 1U ? one.destination : one.source).port = static_cast<std::uint16_t>(1000 + (at[0] >> 1U & 7U));
    one.sequence = 0xffffff00U + at[1] + at[2] * 256U * (at[0] & 0x80U ? 65536U : 1U);
    one.acknowledgment = 0xffffff00U + at[3] + at[4] * 256U;
    one.flags = at[5];
    one.id = static_cast<std::uint16_t>(i);
    one.payload_size = at[6] * 2U;
    const std::uint32_t first = one.sequence + (one.has(Segment::syn) ? 1 : 0);
    one.payload = base::ByteView(bytes).subspan(first % 256, at[6] == 255 ? 100 : one.payload_size % 300);
    one.payload_size = std::max(one.payload_size % 300, static_cast<std::uint32_t>(one.payload.size()));
    sums.fed += one.payload_size;
    tcp.feed(one);
  }
  tcp.finish();
  built::require(sums.handed <= sums.fed && sums.living == 0);
  return 0;
}
