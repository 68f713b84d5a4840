// SPDX-License-Identifier: Apache-2.0
#include "sources/message/normal.h"

#include <gtest/gtest.h>

namespace whytls::sources::message {
namespace {

TEST(Normal, WhiteSpaceBecomesOneBlank) { EXPECT_EQ(normalised("  a\t b\r\n\n c \n"), "a b c"); }

TEST(Normal, TypographicQuotesAndEntitiesBecomeStraight) {
  EXPECT_EQ(normalised("file ‘a’ and “b” isn’t"), "file 'a' and \"b\" isn't");
  EXPECT_EQ(normalised("&quot;a&quot; &lt;b&gt; c&#39;s"), "\"a\" <b> c's");
}

TEST(Normal, EscapesOfJsonAreRead) { EXPECT_EQ(normalised(R"(x509: bad\n","stream":\"stderr\")"), R"(x509: bad ","stream":"stderr")"); }

TEST(Normal, PathsOfWindowsAndBytesInHexStay) { EXPECT_EQ(normalised(R"(C:\new\tls \x16\x03)"), R"(C:\new\tls \x16\x03)"); }

TEST(Normal, ColoursAndControlCharactersGo) {
  EXPECT_EQ(normalised("\x1b[1;31mred\x1b[0m \x01\x02x\x7f"), "red x");
  EXPECT_EQ(normalised("\x1b]0;title\acertificate"), "certificate");
}

TEST(Normal, AnEscapeWithoutAnEndTakesNoMoreThanItself) { EXPECT_EQ(normalised("\x1b[31\nnext line"), "next line"); }

TEST(Normal, QuotingMarksOfMailsGoAtTheBeginningOfLinesOnly) { EXPECT_EQ(normalised("> > a\n>b > c"), "a b > c"); }

}  // namespace
}  // namespace whytls::sources::message
