// SPDX-License-Identifier: Apache-2.0
// Any bytes as a datagram and as frames: what is read stays inside, reading ends, and a beginning is a packet.
#include <cstdlib>

#include "wire/quic.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

bool inside(whytls::base::ByteView part, whytls::base::ByteView whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whytls;
  const base::ByteView input(data, size);
  base::ByteView rest = input;
  if (wire::begins_quic(input)) require(wire::next_quic_packet(input) || wire::next_quic_packet(input, true));
  while (const auto packet = wire::next_quic_packet(rest, size % 2 == 0)) {
    require(!packet->bytes.empty() && packet->number_at < packet->bytes.size());
    for (const base::ByteView part : {packet->destination, packet->source, packet->token, packet->versions, packet->bytes})
      require(inside(part, rest));
    rest = rest.subspan(packet->bytes.size());
  }
  base::Reader reader(input);
  std::size_t left = reader.remaining() + 1;
  while (const auto frame = wire::next_quic_frame(reader)) {
    require(inside(frame->data, input) && reader.remaining() < left);
    left = reader.remaining();
  }
  require(reader.failure() || reader.empty());
  base::Reader google(input);
  while (const auto frame = wire::next_google_frame(google)) require(inside(frame->data, input));
  wire::google_quic(input);
  return 0;
}
