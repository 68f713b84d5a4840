// SPDX-License-Identifier: Apache-2.0
// Certificates parsed and chains judged per second, beside what libcrypto alone takes for the same.
#include <benchmark/benchmark.h>

#include "x509/clients.h"
#include "x509/mint.h"
#include "x509/openssl.h"
#include "x509/verify.h"

namespace whytls::x509 {
namespace {

/// A root, two intermediates and a leaf of that kind of key.
struct Chain {
  Minted root, upper, lower, leaf;
  TrustStore store;
  JudgeOptions options;
  std::vector<base::Bytes> served;

  explicit Chain(const std::string& kind) {
    const auto with_key = [&](Recipe recipe) {
      recipe.key = kind;
      return recipe;
    };
    root = *mint(with_key(root_recipe()));
    upper = *mint(with_key(intermediate_recipe("Upper CA")), &root);
    lower = *mint(with_key(intermediate_recipe("Lower CA")), &upper);
    leaf = *mint(with_key(leaf_recipe("www.example.com")), &lower);
    store = TrustStore::of_certificates({root.certificate}, "benchmark");
    options.host = "www.example.com";
    options.at = base::now();
    options.store = &store;
    served = {leaf.certificate.der, lower.certificate.der, upper.certificate.der};
  }
};

const char* kind_of(const benchmark::State& state) { return state.range(0) == 0 ? "rsa-2048" : "ec-secp256r1"; }

void parse(benchmark::State& state) {
  const Chain c(kind_of(state));
  for (auto _ : state) benchmark::DoNotOptimize(examine(c.leaf.certificate.der));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(parse)->Arg(0)->Arg(1);

void parse_by_libcrypto(benchmark::State& state) {
  const Chain c(kind_of(state));
  const base::Bytes& der = c.leaf.certificate.der;
  for (auto _ : state) {
    const unsigned char* at = der.data();
    const OwnX509 x(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    X509_check_purpose(x.get(), -1, 0);
    benchmark::DoNotOptimize(X509_get0_pubkey(x.get()));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(parse_by_libcrypto)->Arg(0)->Arg(1);

/// Parsing included: three certificates a chain.
void judge_chain(benchmark::State& state) {
  const Chain c(kind_of(state));
  for (auto _ : state) benchmark::DoNotOptimize(judge(c.served, c.options).trusted);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(judge_chain)->Arg(0)->Arg(1);

/// What `openssl verify` does, in a process that is already there; parsing by libcrypto alone.
void verify_by_libcrypto(benchmark::State& state) {
  const Chain c(kind_of(state));
  for (auto _ : state) {
    std::vector<Certificate> served(c.served.size());
    for (std::size_t i = 0; i < served.size(); ++i) {
      const unsigned char* at = c.served[i].data();
      served[i].handle = std::shared_ptr<X509>(d2i_X509(nullptr, &at, static_cast<long>(c.served[i].size())), X509_free);
    }
    benchmark::DoNotOptimize(openssl_verdict(served, {c.root.certificate}, c.options, {}));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(verify_by_libcrypto)->Arg(0)->Arg(1);

void ask_all_kinds_of_client(benchmark::State& state) {
  const Chain c(kind_of(state));
  for (auto _ : state) benchmark::DoNotOptimize(who_accepts(c.served, {.options = c.options}));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(ask_all_kinds_of_client)->Arg(0)->Arg(1);

}  // namespace
}  // namespace whytls::x509
