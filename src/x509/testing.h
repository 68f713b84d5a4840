// SPDX-License-Identifier: Apache-2.0
// A small public key infrastructure for the tests of this module: one root in the store, one intermediate, one leaf; each may be changed.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "x509/judge.h"
#include "x509/mint.h"

namespace whytls::x509::testing {

inline Minted must(base::Result<Minted> minted) {
  if (!minted) {
    ADD_FAILURE() << minted.error().text();
    return {};
  }
  return *minted;
}

/// Changes may be made to any recipe before issue().
struct Chain {
  Recipe root_as = root_recipe();
  Recipe intermediate_as = intermediate_recipe();
  Recipe leaf_as = leaf_recipe("www.example.com");
  Minted root, intermediate, leaf;

  Chain& issue() {
    root = must(mint(root_as));
    intermediate = must(mint(intermediate_as, &root));
    leaf = must(mint(leaf_as, &intermediate));
    return *this;
  }
  std::vector<base::Bytes> served() const { return {leaf.certificate.der, intermediate.certificate.der}; }
  TrustStore store() const { return TrustStore::of_certificates({root.certificate}, "test store"); }
};

inline JudgeOptions options_with(const TrustStore& store) {
  JudgeOptions options;
  options.host = "www.example.com";
  options.at = base::now();
  options.store = &store;
  return options;
}

inline Judgement judge_chain(const Chain& chain) {
  const TrustStore store = chain.store();
  return judge(chain.served(), options_with(store));
}

/// "expired@0 weak_key@1", in the order of the judgement.
inline std::string codes(const Judgement& j) {
  std::string out;
  for (const Problem& p : j.problems) out += (out.empty() ? "" : " ") + std::string(name(p.code)) + "@" + std::to_string(p.position);
  return out;
}

}  // namespace whytls::x509::testing
