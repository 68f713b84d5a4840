// SPDX-License-Identifier: Apache-2.0
// The input is a list of certificates, each behind a length of 16 bits; the last is the trust anchor, and the others are served.
// A judgement has problems exactly when it trusts nothing, every problem lies on its path, and judging again says the same.
#include <cstdlib>

#include "x509/clients.h"
#include "x509/judge.h"
#include "x509/oddities.h"

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whytls;
  base::Reader reader(base::ByteView(data, size));
  std::vector<base::Bytes> chain;
  base::Reader one;
  while (chain.size() < 20 && !reader.empty() && reader.prefixed16(one, "certificate"))
    chain.emplace_back(one.rest().begin(), one.rest().end());
  std::vector<x509::Certificate> anchors;
  if (chain.size() > 1) {
    anchors.push_back(x509::examine(chain.back()));
    chain.pop_back();
  }
  const x509::TrustStore store = x509::TrustStore::of_certificates(anchors, "fuzz");
  x509::JudgeOptions options;
  options.host = "www.example.com";
  options.at = base::Time{std::chrono::hours(24 * 365 * 57)};
  options.store = &store;
  if (!reader.rest().empty()) options.staples = {base::Bytes(reader.rest().begin(), reader.rest().end())};
  const x509::Judgement j = x509::judge(chain, options);
  demand(j.trusted == j.problems.empty() && (!j.trusted || j.path.back().anchor));
  demand(j.paths <= 32 && j.path.size() <= 20 && j.departures.size() == j.path.size());
  for (const x509::Problem& p : j.problems) demand(p.position <= j.path.size());
  const x509::Judgement again = x509::judge(chain, options);
  demand(again.trusted == j.trusted && again.problems.size() == j.problems.size() && again.paths == j.paths);
  // A dozen judgements each: of short chains only, or nothing else would be tried.
  for (const x509::ClientView& view : chain.size() > 2 ? std::vector<x509::ClientView>{} : x509::who_accepts(chain, {.options = options}))
    demand((view.accepts == x509::Accepts::yes) == view.reasons.empty());
  for (const x509::Oddity& oddity : x509::oddities(j, options)) demand(!oddity.served || *oddity.served < j.served.size());
  options.profile = x509::Profile::web_pki;
  demand(j.trusted || !x509::judge(chain, options).trusted);
  return 0;
}
