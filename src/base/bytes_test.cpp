// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"

#include <gtest/gtest.h>

namespace whytls::base {
namespace {

TEST(Reader, ReadsBigEndianIntegersAndKeepsTheOffsetOfTheWholeInput) {
  const Bytes input{1, 2, 3, 4, 5, 6};
  Reader reader(input, 100);
  std::uint8_t a = 0;
  std::uint16_t b = 0;
  std::uint32_t c = 0;
  ASSERT_TRUE(reader.u8(a, "a") && reader.u16(b, "b") && reader.u24(c, "c"));
  EXPECT_EQ(a, 1);
  EXPECT_EQ(b, 0x0203);
  EXPECT_EQ(c, 0x040506U);
  EXPECT_EQ(reader.offset(), 106U);
  EXPECT_TRUE(reader.finish("structure"));
}

TEST(Reader, SaysWhatItWasReadingAndWhereWhenTheInputEnds) {
  const Bytes input{1, 2, 3};
  Reader reader(input);
  std::uint16_t value = 0;
  ASSERT_TRUE(reader.u16(value, "first"));
  EXPECT_FALSE(reader.u16(value, "second"));
  ASSERT_TRUE(reader.failure());
  EXPECT_EQ(reader.failure()->text(), "second at byte 2: needs 2 bytes, 1 are there");
  std::uint8_t left = 0;
  EXPECT_FALSE(reader.u8(left, "third")) << "a failed reader stays failed";
  EXPECT_EQ(value, 0x0102) << "what was read before stays";
}

TEST(Reader, AChildNeverLeavesItsParent) {
  const Bytes input{2, 9, 8, 7};
  Reader reader(input);
  Reader child;
  ASSERT_TRUE(reader.prefixed8(child, "list"));
  EXPECT_EQ(child.remaining(), 2U);
  EXPECT_EQ(child.offset(), 1U);
  std::uint32_t value = 0;
  EXPECT_FALSE(child.u24(value, "entry"));
  EXPECT_FALSE(reader.adopt(child));
}

TEST(Reader, APrefixLongerThanTheInputIsRefusedAndConsumesNothing) {
  const Bytes input{9, 1};
  Reader reader(input);
  Reader child;
  EXPECT_FALSE(reader.prefixed8(child, "list"));
  EXPECT_EQ(reader.remaining(), 2U);
  EXPECT_EQ(reader.failure()->wanted, 9U);
}

TEST(Reader, FinishRefusesTrailingBytes) {
  const Bytes input{1, 2};
  Reader reader(input);
  std::uint8_t value = 0;
  ASSERT_TRUE(reader.u8(value, "value"));
  EXPECT_FALSE(reader.finish("ClientHello"));
  EXPECT_EQ(reader.failure()->field, "ClientHello");
}

TEST(Writer, NestedPrefixesAreWrittenWhenTheirScopesEnd) {
  Writer writer;
  writer.prefixed16([&] {
    writer.u8(1);
    writer.prefixed8([&] { writer.text("ab"); });
  });
  EXPECT_EQ(writer.data(), (Bytes{0, 4, 1, 2, 'a', 'b'}));
  EXPECT_FALSE(writer.overflowed());
}

TEST(Writer, ALengthThatDoesNotFitIsRemembered) {
  Writer writer;
  writer.prefixed8([&] { writer.bytes(Bytes(256, 0)); });
  EXPECT_TRUE(writer.overflowed());
}

}  // namespace
}  // namespace whytls::base
