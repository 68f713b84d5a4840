// SPDX-License-Identifier: Apache-2.0
// One TCP connection to a listener on loopback and back down: CPU time of this side and of the listener's thread together.
#include <benchmark/benchmark.h>

#include <thread>

#include "net/listener.h"

namespace whytls::net {
namespace {

void connect_and_abort(benchmark::State& state) {
  const auto listener = Listener::open({.ip = "127.0.0.1", .port = 0});
  CancelFlag stop{false};
  std::thread acceptor([&] {
    while (!stop)
      if (const auto peer = (*listener)->accept(Clock::now() + std::chrono::seconds(1), &stop))
        peer->read(Clock::now() + std::chrono::seconds(1));
  });
  for (auto _ : state) {
    const Connected made = connect((*listener)->address(), {}, Clock::now() + std::chrono::seconds(1), nullptr);
    if (made.stream) made.stream->abort();
  }
  stop = true;
  acceptor.join();
}
BENCHMARK(connect_and_abort)->MeasureProcessCPUTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace whytls::net
