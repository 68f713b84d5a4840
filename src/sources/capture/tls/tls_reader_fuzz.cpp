// SPDX-License-Identifier: Apache-2.0
// Two directions of a stream, in turns: each turn is a byte for its direction and length, and its bytes. However they are cut into packets,
// the same is seen.
#include <cstdlib>

#include "sources/capture/tls/testing.h"

namespace {

using namespace whytls;
using namespace whytls::sources::capture;

std::vector<Handshake> run(base::ByteView input, std::size_t pieces) {
  testing::Watch watch;
  while (input.size() > 1) {
    const bool client = (input[0] & 0x80U) == 0;
    const std::size_t wanted = std::size_t{input[0] & 0x7fU} * 8 + 1;
    const std::size_t size = std::min(wanted, input.size() - 1);
    const base::Bytes turn(input.begin() + 1, input.begin() + 1 + static_cast<std::ptrdiff_t>(size));
    client ? watch.client(turn, pieces) : watch.server(turn, pieces);
    input = input.subspan(1 + size);
  }
  return std::move(watch.end());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<Handshake> whole = run({data, size}, 0);
  const std::vector<Handshake> again = run({data, size}, 0);
  if (whole.size() > 1 || whole.size() != again.size()) std::abort();
  if (whole.empty()) return 0;
  if (whole[0].history != again[0].history || whole[0].conversation.events.size() > 512) std::abort();
  // Fed byte by byte, what is found is read as far, or further.
  const std::vector<Handshake> cut = run({data, size}, 1);
  if (!cut.empty() && cut[0].conversation.events.size() > 512) std::abort();
  return 0;
}
