// SPDX-License-Identifier: Apache-2.0
// Any datagrams between two endpoints, with secrets at hand: no handshake without a hello or an opened packet, none counted twice, and
// the memory of flows stays within its bound.
#include <cstdlib>

#include "sources/capture/udp/udp_flows.h"

/// Each datagram: a byte whose highest bit says who sends it and whose rest is the time since the last one, two bytes of length.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whytls;
  using namespace whytls::sources::capture;
  constexpr std::size_t most_memory = 1 << 20;
  std::uint64_t connections = 0, told = 0, packet = 0;
  std::int64_t now = 1'700'000'000'000'000'000;
  KeyLog keys;
  keys.add("CLIENT_RANDOM " + std::string(64, '7') + " " + std::string(96, '1') + "\n");
  const HandshakeSink sink = [&](Handshake&& one) {
    ++told;
    if (one.number == 0 || one.number > connections || one.last.packet < one.first.packet) std::abort();
    if (one.carrier == Carrier::tls || one.client == one.server) std::abort();
    for (const observe::Event& event : one.conversation.events)
      if (event.packet < one.first.packet || event.packet > one.last.packet || event.at.count() < 0) std::abort();
    if (one.history.size() > one.conversation.events.size()) std::abort();
  };
  UdpFlows flows(sink, connections, &keys, {.memory = most_memory, .flows = 4, .idle = 10'000'000'000});
  const Endpoint one{{}, 40000}, other{{}, 443};
  base::Reader reader({data, size});
  std::uint8_t flags = 0;
  base::Reader datagram;
  while (reader.u8(flags, "flags") && reader.prefixed16(datagram, "datagram")) {
    now += (flags & 0x7fU) * std::int64_t{100'000'000};
    const bool back = (flags & 0x80U) != 0;
    flows.feed({++packet, now}, back ? other : one, back ? one : other, datagram.rest());
  }
  flows.finish();
  if (told != connections || flows.memory() != 0) std::abort();
  return 0;
}
