// SPDX-License-Identifier: Apache-2.0
// Cost of our side of a handshake, without a network: building the default hello (with its keys) and reading a server's first flight.
// Unit: one hello, one flight.
#include <benchmark/benchmark.h>

#include "sources/probe/client.h"
#include "sources/probe/test_stream.h"

namespace {

using namespace whytls;

void hello_and_silence(benchmark::State& state) {
  const probe::Offer offer = probe::default_offer("server.example", true);
  while (state.KeepRunning()) {
    probe::testing::ScriptedStream stream({}, net::End::timeout);
    benchmark::DoNotOptimize(probe::handshake(stream, offer, {}).client_hello.size());
  }
}
BENCHMARK(hello_and_silence)->Unit(benchmark::kMicrosecond);

void hello_and_alert(benchmark::State& state) {
  const probe::Offer offer = probe::with_versions(probe::default_offer("server.example", true), {0x0303});
  while (state.KeepRunning()) {
    probe::testing::ScriptedStream stream({probe::testing::alert(2, 40)});
    benchmark::DoNotOptimize(probe::handshake(stream, offer, {}).alerts.size());
  }
}
BENCHMARK(hello_and_alert)->Unit(benchmark::kMicrosecond);

void size_of_the_default_hello(benchmark::State& state) {
  const probe::Offer offer = probe::default_offer("server.example", true);
  while (state.KeepRunning()) benchmark::DoNotOptimize(probe::hello_size(offer));
}
BENCHMARK(size_of_the_default_hello)->Unit(benchmark::kMicrosecond);

}  // namespace
