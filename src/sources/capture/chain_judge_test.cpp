// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "sources/capture/facts.h"

namespace whytls::sources::capture {
namespace {

using base::Bytes;
using Chain = std::vector<Bytes>;

const Chain some_chain{{0x30, 0x00}, {0x30, 0x01, 0x00}};

x509::JudgeOptions some_options() {
  x509::JudgeOptions out;
  out.host = "shop.example";
  out.at = base::Time(std::chrono::milliseconds(1'700'000'000'100));
  return out;
}

TEST(ChainJudge, JudgesAChainOnceInASecondOfTheCapture) {
  ChainJudge chains;
  x509::JudgeOptions how = some_options();
  const x509::Judgement* const first = &chains.judge(some_chain, how);
  EXPECT_FALSE(first->trusted);
  EXPECT_EQ(first->served.size(), 2U);
  how.at += std::chrono::milliseconds(800);
  EXPECT_EQ(&chains.judge(some_chain, how), first);
}

TEST(ChainJudge, JudgesAgainWhatDiffersInAnyRespect) {
  ChainJudge chains;
  const x509::Judgement* const first = &chains.judge(some_chain, some_options());
  x509::JudgeOptions how = some_options();
  how.at += std::chrono::seconds(1);
  EXPECT_NE(&chains.judge(some_chain, how), first);
  how = some_options();
  how.host = "other.example";
  EXPECT_NE(&chains.judge(some_chain, how), first);
  how = some_options();
  how.staples = {Bytes{1}};
  EXPECT_NE(&chains.judge(some_chain, how), first);
  // The same bytes, cut elsewhere.
  EXPECT_NE(&chains.judge({{0x30, 0x00, 0x30}, {0x01, 0x00}}, some_options()), first);
  EXPECT_EQ(&chains.judge(some_chain, some_options()), first);
}

TEST(ChainJudge, KeepsNoMoreThanSoManyChains) {
  ChainJudge chains;
  for (int i = 0; i < 2000; ++i) {
    x509::JudgeOptions how = some_options();
    how.at += std::chrono::seconds(i);
    EXPECT_EQ(chains.judge(some_chain, how).served.size(), 2U);
  }
  EXPECT_LE(chains.size(), ChainJudge::most_known);
}

}  // namespace
}  // namespace whytls::sources::capture
