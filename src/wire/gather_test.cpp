// SPDX-License-Identifier: Apache-2.0
#include "wire/gather.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "wire/shuffled.h"

namespace whytls::wire {
namespace {

using base::Bytes;

TEST(Gather, JoinsPiecesInAnyOrder) {
  Gather gather(100);
  EXPECT_TRUE(gather.add(4, Bytes{4, 5}));
  EXPECT_TRUE(gather.front().empty());
  EXPECT_EQ(gather.missing(), 4U);
  EXPECT_TRUE(gather.add(0, Bytes{0, 1}));
  EXPECT_EQ(gather.front().size(), 2U);
  EXPECT_EQ(gather.missing(), 2U);
  EXPECT_TRUE(gather.add(1, Bytes{1, 2, 3, 4}));
  EXPECT_EQ(Bytes(gather.front().begin(), gather.front().end()), Bytes({0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(gather.missing(), 0U);
  EXPECT_FALSE(gather.conflicting());
}

TEST(Gather, TheFirstBytesStayAndOthersAreSaid) {
  Gather gather(100);
  gather.add(0, Bytes{1, 1, 1});
  gather.add(1, Bytes{2, 2, 2});
  EXPECT_EQ(Bytes(gather.front().begin(), gather.front().end()), Bytes({1, 1, 1, 2}));
  EXPECT_TRUE(gather.conflicting());
}

TEST(Gather, IsBounded) {
  Gather gather(100);
  EXPECT_FALSE(gather.add(99, Bytes{1, 2}));
  EXPECT_FALSE(gather.add(UINT64_MAX, Bytes{1}));
  EXPECT_TRUE(gather.add(98, Bytes{1, 2}));
  EXPECT_TRUE(gather.front().empty());
  Gather holes(10'000);
  std::size_t taken = 0;
  for (std::size_t i = 0; i < 5000; ++i) taken += holes.add(2 * i, Bytes{1}) ? 1U : 0U;
  EXPECT_LE(taken, 1024U);
}

RC_GTEST_PROP(Gather, AnyPiecesThatCoverTheBytesGiveThem, ()) {
  const Bytes whole = *rc::gen::nonEmpty<Bytes>();
  std::vector<std::pair<std::size_t, std::size_t>> pieces;
  for (std::size_t begin = 0; begin < whole.size();) {
    const std::size_t size = *rc::gen::inRange<std::size_t>(1, whole.size() - begin + 1);
    const std::size_t back = *rc::gen::inRange<std::size_t>(0, begin + 1);
    pieces.emplace_back(begin - back, size + back);
    if (*rc::gen::arbitrary<bool>()) pieces.push_back(pieces.back());
    begin += size;
  }
  const auto mixed = shuffled(pieces);
  Gather gather(whole.size());
  for (const auto& [begin, size] : mixed) RC_ASSERT(gather.add(begin, base::ByteView(whole).subspan(begin, size)));
  RC_ASSERT(Bytes(gather.front().begin(), gather.front().end()) == whole);
  RC_ASSERT(gather.missing() == 0U && !gather.conflicting());
}

}  // namespace
}  // namespace whytls::wire
