// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <gtest/gtest.h>

namespace whytls::base {
namespace {

TEST(Printable, KeepsPlainAndForeignText) { EXPECT_EQ(printable("Bücher 証明書 ✓"), "Bücher 証明書 ✓"); }

TEST(Printable, MakesEscapeSequencesNulsAndMarksHarmless) {
  EXPECT_EQ(printable(std::string_view("a\x1b[31m\0b\x7f", 9)), "a\\x1b[31m\\x00b\\x7f");
  EXPECT_EQ(printable("x\u202eexe.txt"), "x\\u{202e}exe.txt");
  EXPECT_EQ(printable("\u0085\u200b"), "\\u{85}\\u{200b}");
}

TEST(Printable, RefusesInvalidUtf8ByteByByte) {
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf") << "overlong";
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "surrogate";
  EXPECT_EQ(printable("\xe2\x82"), "\\xe2\\x82") << "cut";
}

TEST(Printable, CutsLongText) { EXPECT_EQ(printable(std::string(600, 'a'), 10), "aaaaaaaaaa…"); }

TEST(Hex, RoundTrips) {
  const Bytes bytes{0, 0x9f, 0xff};
  EXPECT_EQ(hex(bytes), "009fff");
  EXPECT_EQ(unhex("00:9F ff"), bytes);
  EXPECT_FALSE(unhex("0"));
  EXPECT_FALSE(unhex("0g"));
}

TEST(Split, LeavesOutEmptyPieces) { EXPECT_EQ(split("a:,b::c", ":,"), (std::vector<std::string>{"a", "b", "c"})); }

TEST(Number, IsDecimalWholeAndBounded) {
  EXPECT_EQ(number("443", 65535), 443U);
  EXPECT_FALSE(number("65536", 65535));
  EXPECT_FALSE(number("-1"));
  EXPECT_FALSE(number("1x"));
  EXPECT_FALSE(number(""));
}

TEST(Nearest, SuggestsASmallMistakeAndNothingElse) {
  const std::vector<std::string> words{"x25519", "secp256r1", "secp384r1"};
  EXPECT_EQ(nearest("secp255r1", words), "secp256r1");
  EXPECT_EQ(nearest("X2551", words), "x25519");
  EXPECT_FALSE(nearest("brainpool", words));
}

}  // namespace
}  // namespace whytls::base
