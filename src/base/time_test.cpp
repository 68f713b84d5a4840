// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <gtest/gtest.h>

namespace whytls::base {
namespace {

TEST(Rfc3339, RoundTripsWithMilliseconds) {
  const auto time = parse_time("2026-11-21T04:05:06.789Z");
  ASSERT_TRUE(time);
  EXPECT_EQ(rfc3339(*time), "2026-11-21T04:05:06.789Z");
}

TEST(ParseTime, TakesOffsetsDatesAndSeconds) {
  EXPECT_EQ(rfc3339(*parse_time("2024-02-29T23:30:00-01:30")), "2024-03-01T01:00:00.000Z");
  EXPECT_EQ(rfc3339(*parse_time("2024-02-29")), "2024-02-29T00:00:00.000Z");
  EXPECT_EQ(rfc3339(*parse_time("@0")), "1970-01-01T00:00:00.000Z");
}

TEST(ParseTime, RefusesWhatIsNoTime) {
  for (const char* text : {"", "2023-02-29", "2024-01-01T25:00:00Z", "2024-01-01T00:00:00", "tomorrow", "2024-01-01T00:00:00Zx", "@x"})
    EXPECT_FALSE(parse_time(text)) << text;
}

TEST(ParseHttpDate, ReadsAFixdateAndRefusesTheRest) {
  EXPECT_EQ(rfc3339(*parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT")), "1994-11-06T08:49:37.000Z");
  EXPECT_FALSE(parse_http_date("06 Nov 1994"));
  EXPECT_FALSE(parse_http_date("Sun, 36 Nov 1994 08:49:37 GMT"));
}

TEST(HowLong, UsesTheLargestUnit) {
  EXPECT_EQ(how_long(std::chrono::hours(50)), "2 days");
  EXPECT_EQ(how_long(std::chrono::seconds(1)), "1 second");
  EXPECT_EQ(how_long(Duration(12)), "12 ms");
}

}  // namespace
}  // namespace whytls::base
