// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/tcp/flow_table.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "sources/capture/capture_builder.h"

namespace whytls::sources::capture::tcp {
namespace {

FlowKey key(unsigned number) {
  return key_of(built::endpoint("192.0.2.1", static_cast<std::uint16_t>(number)),
                built::endpoint("192.0.2.2", static_cast<std::uint16_t>(number >> 16U)))
      .key;
}

TEST(FlowTable, BothDirectionsHaveOneKeyAndOtherEndpointsAnother) {
  const Endpoint a = built::endpoint("192.0.2.1", 1), b = built::endpoint("192.0.2.2", 1), b2 = built::endpoint("192.0.2.2", 2);
  EXPECT_EQ(key_of(a, b).key, key_of(b, a).key);
  EXPECT_NE(key_of(a, b).swapped, key_of(b, a).swapped);
  EXPECT_NE(key_of(a, b).key, key_of(a, b2).key);
  EXPECT_EQ(key_of(b, b2).key, key_of(b2, b).key);
  const Endpoint six = built::endpoint("c000:0201::", 1), six_too = built::endpoint("c000:0202::", 1);  // the bytes of a and b
  EXPECT_NE(key_of(a, b).key, key_of(six, six_too).key);
}

RC_GTEST_PROP(AnyFlows, FindsWhatIsInItAndNothingElse, ()) {
  FlowTable table;
  std::map<unsigned, std::uint32_t> model;
  const auto steps = *rc::gen::container<std::vector<unsigned>>(rc::gen::inRange(0U, 400U));
  for (const unsigned step : steps) {
    const unsigned number = step / 2;
    if (step % 2 == 0 && !model.contains(number)) model[number] = table.insert(key(number), 0);
    if (step % 2 == 1 && model.contains(number)) {
      table.erase(model[number]);
      model.erase(number);
    }
  }
  RC_ASSERT(table.size() == model.size());
  for (unsigned number = 0; number < 200; ++number) RC_ASSERT(table.find(key(number)) == (model.contains(number) ? model[number] : none));
}

TEST(FlowTable, GrowsAndShrinksWithoutLosingAny) {
  FlowTable table;
  std::vector<std::uint32_t> at;
  for (unsigned i = 0; i < 50000; ++i) at.push_back(table.insert(key(i * 7919), 0));
  for (unsigned i = 0; i < 50000; i += 3) table.erase(at[i]);
  for (unsigned i = 0; i < 50000; ++i) EXPECT_EQ(table.find(key(i * 7919)), i % 3 == 0 ? none : at[i]);
}

TEST(FlowTable, ListsAreByAge) {
  FlowTable table;
  const std::uint32_t a = table.insert(key(1), 10), b = table.insert(key(2), 20), c = table.insert(key(3), 30);
  EXPECT_EQ(table.oldest(Stage::alive), a);
  table.move(a, Stage::alive, 40);
  EXPECT_EQ(table.oldest(Stage::alive), b);
  table.move(b, Stage::over, 50);
  EXPECT_EQ(table.oldest(Stage::alive), c);
  EXPECT_EQ(table.oldest(Stage::over), b);
  EXPECT_EQ(table.oldest(Stage::closing), none);
  table.erase(c);
  EXPECT_EQ(table.oldest(Stage::alive), a);
  table.erase(a);
  EXPECT_EQ(table.oldest(Stage::alive), none);
  EXPECT_EQ(table.size(), 1U);
}

}  // namespace
}  // namespace whytls::sources::capture::tcp
