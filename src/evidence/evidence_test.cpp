// SPDX-License-Identifier: Apache-2.0
#include "evidence/evidence.h"

#include <gtest/gtest.h>

namespace whytls::evidence {
namespace {

TEST(Answer, UnknownStaysUnknownUnlessTheOtherSideDecides) {
  EXPECT_EQ(Answer::unknown && Answer::yes, Answer::unknown);
  EXPECT_EQ(Answer::unknown && Answer::no, Answer::no);
  EXPECT_EQ(Answer::unknown || Answer::yes, Answer::yes);
  EXPECT_EQ(Answer::unknown || Answer::no, Answer::unknown);
  EXPECT_EQ(!Answer::unknown, Answer::unknown);
}

TEST(Evidence, AnAbsentFactIsUnknownAndNeitherYesNorNo) {
  const Evidence evidence;
  EXPECT_EQ(evidence.is(Kind::https), Answer::unknown);
  EXPECT_EQ(evidence.at_least(Kind::dh_bits, 2048), Answer::unknown);
  EXPECT_EQ(evidence.equals(Kind::failure, "alert"), Answer::unknown);
  EXPECT_EQ(evidence.includes(Kind::offered_alpn, "h2"), Answer::unknown);
}

TEST(Evidence, TheLatestFactOfAKindAndSubjectAnswers) {
  Evidence evidence;
  evidence.add(Kind::cures, false, {}, "suites");
  evidence.add(Kind::cures, true, {}, "groups");
  evidence.add(Kind::cures, true, {}, "suites");
  EXPECT_EQ(evidence.is(Kind::cures, "suites"), Answer::yes);
  ASSERT_EQ(evidence.all(Kind::cures).size(), 2U);
  EXPECT_EQ(evidence.all(Kind::cures)[0]->subject, "suites");
}

TEST(ParseFact, RoundTripsEveryType) {
  for (const char* line : {"https = yes", "cures[suites] = no", "dh_bits = 1024", "clock_ahead[ocsp] = -86400", "failure = alert",
                           "offered_versions = tls1.3, tls1.2", "now = 2026-11-21T00:00:00.000Z"}) {
    const auto fact = parse_fact(line);
    ASSERT_TRUE(fact) << line;
    EXPECT_EQ(to_text(*fact), line);
  }
}

TEST(ParseFact, RefusesUnknownKindsAndWrongTypes) {
  EXPECT_FALSE(parse_fact("nonsense = 1"));
  EXPECT_FALSE(parse_fact("https = maybe"));
  EXPECT_FALSE(parse_fact("dh_bits = many"));
  EXPECT_FALSE(parse_fact("cures[suites = yes"));
  EXPECT_FALSE(parse_fact("https"));
}

}  // namespace
}  // namespace whytls::evidence
