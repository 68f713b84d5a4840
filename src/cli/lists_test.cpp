// SPDX-License-Identifier: Apache-2.0
#include "cli/lists.h"

#include <gmock/gmock.h>

namespace whytls::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Codes = std::vector<std::uint16_t>;

TEST(Suites, AreNamedByOpensslByIanaAndByCodePoint) {
  const auto list = parse_suites("ECDHE-RSA-AES128-GCM-SHA256:TLS_AES_128_GCM_SHA256,0x5600");
  ASSERT_TRUE(list) << list.error().text();
  EXPECT_THAT(*list, ElementsAre(0xc02f, 0x1301, 0x5600));
}

TEST(Suites, AreRefusedWithTheNearestName) {
  const auto list = parse_suites("AES128-SHA:ECDHE-RSA-AES128-GCM-SHA265");
  ASSERT_FALSE(list);
  EXPECT_THAT(list.error().text(), HasSubstr("did you mean ECDHE-RSA-AES128-GCM-SHA256?"));
}

TEST(Suites, AreNoExpressions) {
  EXPECT_FALSE(parse_suites("HIGH:!aNULL"));
  EXPECT_FALSE(parse_suites("DEFAULT@SECLEVEL=1"));
  EXPECT_FALSE(parse_suites(""));
  EXPECT_FALSE(parse_suites("::"));
  EXPECT_FALSE(parse_suites("0x15600"));
}

TEST(Groups, AreNamedInEveryUsualWay) {
  const auto list = parse_groups("X25519:P-256:prime256v1:secp384r1:X25519MLKEM768:0x6399");
  ASSERT_TRUE(list) << list.error().text();
  EXPECT_THAT(*list, ElementsAre(0x001d, 0x0017, 0x0018, 0x11ec, 0x6399)) << "each once";
  EXPECT_THAT(parse_groups("X25591").error().text(), HasSubstr("did you mean"));
}

TEST(SignatureSchemes, AreNamedByOpensslAndByIana) {
  const auto list = parse_signature_schemes("RSA+SHA256:ecdsa_secp256r1_sha256,ed25519");
  ASSERT_TRUE(list) << list.error().text();
  EXPECT_THAT(*list, ElementsAre(0x0401, 0x0403, 0x0807));
  EXPECT_FALSE(parse_signature_schemes("RSA+SHA257+X"));
}

TEST(Version, TakesTheContractsSpellingAndTheUsualOnes) {
  for (const char* text : {"tls1.2", "TLSv1.2", "TLS 1.2", "1.2", "0x0303"}) {
    const auto version = parse_version(text);
    ASSERT_TRUE(version) << text;
    EXPECT_EQ(*version, 0x0303) << text;
  }
  EXPECT_EQ(*parse_version("TLSv1"), 0x0301);
  EXPECT_EQ(*parse_version("SSLv3"), 0x0300);
  EXPECT_EQ(*parse_version("ssl2"), 0x0002);
  EXPECT_THAT(parse_version("tls1.4").error().text(), HasSubstr("expected ssl2"));
}

TEST(Versions, LieBetweenTheBoundsHighestFirst) {
  EXPECT_EQ(*versions_between(std::nullopt, std::nullopt), Codes{});
  EXPECT_EQ(*versions_between(0x0301, std::nullopt), (Codes{0x0304, 0x0303, 0x0302, 0x0301}));
  EXPECT_EQ(*versions_between(std::nullopt, 0x0303), (Codes{0x0303}));
  EXPECT_EQ(*versions_between(std::nullopt, 0x0301), (Codes{0x0301})) << "below the default floor it stands alone";
  EXPECT_EQ(*versions_between(0x0303, 0x0305), (Codes{0x0305, 0x0304, 0x0303})) << "a version that nobody knows is offered as it is";
  EXPECT_EQ(*versions_between(0x0002, 0x0002), (Codes{0x0002}));
}

TEST(Versions, ThatLeaveNothingAreRefused) {
  EXPECT_THAT(versions_between(0x0304, 0x0303).error().text(), HasSubstr("nothing is left to offer"));
  EXPECT_THAT(versions_between(0xfefd, std::nullopt).error().text(), HasSubstr("DTLS"));
}

TEST(SuitesAndVersions, MeetWhereTheSuiteIsDefinedForTheVersion) {
  EXPECT_TRUE(meet({0x1301}, {0x0304}));
  EXPECT_FALSE(meet({0x1301}, {0x0303}));
  EXPECT_FALSE(meet({0xc02f}, {0x0304}));
  EXPECT_TRUE(meet({0xc02f, 0x1301}, {0x0303}));
  EXPECT_TRUE(meet({0x5600, 0xeeee}, {0x0303}));
}

TEST(Alpn, IsAListOfNamesOrNone) {
  EXPECT_THAT(*parse_alpn("h2,http/1.1"), ElementsAre("h2", "http/1.1"));
  EXPECT_TRUE(parse_alpn("none")->empty());
  EXPECT_FALSE(parse_alpn(std::string(256, 'x')));
}

}  // namespace
}  // namespace whytls::cli
