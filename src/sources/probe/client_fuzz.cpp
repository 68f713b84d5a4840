// SPDX-License-Identifier: Apache-2.0
// The input is what a server says. Whatever it is, the handshake ends within its bounds and a failure has a reason.
#include <cstdlib>

#include "sources/probe/client.h"
#include "sources/probe/test_stream.h"

using namespace whytls;

namespace {

/// The first byte chooses offer and chunks.
probe::Offer offer_for(std::uint8_t choice) {
  switch (choice & 3U) {
    case 0:
      return probe::default_offer("a.example", true);
    case 1:
      return probe::widest_offer("a.example", 0x0300);
    case 2:
      return probe::with_versions(probe::widest_offer({}), {0x0303});
    default:
      return probe::ssl2_offer();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const base::ByteView input(data + 1, size - 1);
  const std::size_t step = (data[0] & 0x80U) != 0 ? 7 : 4096;
  std::vector<base::Bytes> chunks;
  for (std::size_t at = 0; at < input.size(); at += step) {
    const base::ByteView part = input.subspan(at, std::min(step, input.size() - at));
    chunks.emplace_back(part.begin(), part.end());
  }
  probe::testing::ScriptedStream stream(chunks, net::End::timeout);
  probe::HandshakeOptions options;
  options.depth = probe::Depth::application;
  const probe::Transcript t = probe::handshake(stream, offer_for(data[0]), options);
  if (t.events.size() > 4096 || t.handshake_complete) std::abort();  // nobody guesses a Finished
  const bool ended =
      t.ending.end != net::End::open || !t.alerts.empty() || !t.not_tls.empty() || t.stopped != probe::Stopped::no || t.ssl2_error;
  if (!ended || (t.violation.empty() != !t.violated_at) || (t.malformed && t.violation.empty())) std::abort();
  if (!stream.closed && !stream.aborted) std::abort();
  return 0;
}
