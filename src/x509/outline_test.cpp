// SPDX-License-Identifier: Apache-2.0
#include "x509/outline.h"

#include <gmock/gmock.h>

#include "x509/testing.h"

namespace whytls::x509 {
namespace {

using testing::must;

std::optional<base::Time> time_of(std::uint8_t tag, std::string_view text) { return asn1_time({tag, base::view(text), base::view(text)}); }

TEST(Outline, AgreesWithLibcrypto) {
  for (const unsigned version : {1U, 3U}) {
    Recipe recipe = root_recipe();
    recipe.version = version;
    recipe.not_after = *base::parse_time("2055-06-07T08:09:10Z");  // GeneralizedTime, beside a UTCTime
    const Certificate c = must(mint(recipe)).certificate;
    const auto found = outline(c.der);
    ASSERT_TRUE(found.has_value());
    EXPECT_TRUE(std::equal(found->subject.begin(), found->subject.end(), c.subject_der.begin(), c.subject_der.end()));
    EXPECT_TRUE(std::equal(found->issuer.begin(), found->issuer.end(), c.issuer_der.begin(), c.issuer_der.end()));
    EXPECT_EQ(found->not_before, c.not_before);
    EXPECT_EQ(found->not_after, c.not_after);
  }
}

TEST(Outline, RefusesWhatIsCutOrNone) {
  const base::Bytes der = must(mint(root_recipe())).certificate.der;
  for (std::size_t size = 0; size < der.size(); ++size) EXPECT_FALSE(outline(base::ByteView(der).first(size))) << size;
  EXPECT_FALSE(outline(base::view("a text")));
}

TEST(Time, IsReadInTheFormsOfTheProfileOnly) {
  EXPECT_EQ(time_of(0x17, "491231235959Z"), base::parse_time("2049-12-31T23:59:59Z"));
  EXPECT_EQ(time_of(0x17, "500101000000Z"), base::parse_time("1950-01-01T00:00:00Z"));
  EXPECT_EQ(time_of(0x18, "99991231235959Z"), base::parse_time("9999-12-31T23:59:59Z"));
  for (const char* text : {"4912312359Z", "491231235959+0100", "491331235959Z", "490231235959Z", "49123123595aZ", ""})
    EXPECT_FALSE(time_of(0x17, text)) << text;
  EXPECT_FALSE(time_of(0x18, "491231235959Z"));
  EXPECT_FALSE(time_of(0x18, "ab991231235959Z"));
  EXPECT_FALSE(time_of(0x04, "491231235959Z"));
}

TEST(Element, LengthsAreBounded) {
  for (const base::Bytes& bytes :
       {base::Bytes{0x30, 0x80}, base::Bytes{0x30, 0x85, 1, 1, 1, 1, 1}, base::Bytes{0x1f, 0x01, 0x00}, base::Bytes{0x30, 2, 0}}) {
    base::Reader in(bytes);
    EXPECT_FALSE(next_element(in));
  }
  const base::Bytes good{0x30, 0x81, 2, 5, 0, 7};
  base::Reader in(good);
  const auto element = next_element(in);
  ASSERT_TRUE(element.has_value());
  EXPECT_EQ(element->whole.size(), 5U);
  EXPECT_EQ(in.remaining(), 1U);
}

}  // namespace
}  // namespace whytls::x509
