// SPDX-License-Identifier: Apache-2.0
// Every format's output for every sample is a file in golden/. WHYTLS_UPDATE_GOLDEN=1 writes them anew: read the difference.
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "report/document.h"
#include "report/format.h"
#include "report/layout.h"
#include "report/sample.h"
#include "report/words.h"

namespace whytls::report {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

class Golden : public testing::TestWithParam<sample::Named> {};

TEST_P(Golden, OutputIsWhatWasReviewed) {
  const Report report = GetParam().make();
  for (const char* name : {"text", "json", "html", "junit", "prometheus"}) {
    const std::string path = std::string(WHYTLS_SOURCE_DIR "/src/report/golden/") + GetParam().name + "." + name;
    const std::string output = sample::without_style(format(name)->render(report, {}));
    if (std::getenv("WHYTLS_UPDATE_GOLDEN")) std::ofstream(path, std::ios::binary) << output;
    EXPECT_EQ(output, read(path)) << path;
  }
}

TEST_P(Golden, LinesOfAOneLineDocumentAreOne) {
  const std::string text = format("jsonl")->render(GetParam().make(), {});
  EXPECT_EQ(text.find('\n'), text.size() - 1);
  EXPECT_EQ(Json::parse(text), document(GetParam().make()));
}

TEST_P(Golden, NothingRawReachesTheReader) {
  for (const char* name : {"text", "json", "jsonl", "html", "junit", "prometheus"})
    for (const char c : format(name)->render(GetParam().make(), {}))
      EXPECT_TRUE(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f)) << name << ": " << static_cast<int>(c);
}

TEST_P(Golden, AsciiIsEnoughWhereTheLocaleSaysSo) {
  Style style;
  style.utf8 = false;
  for (const char c : format("text")->render(GetParam().make(), style)) EXPECT_LT(static_cast<unsigned char>(c), 0x80);
}

TEST_P(Golden, TextFitsTheWidth) {
  std::istringstream lines(format("text")->render(GetParam().make(), {}));
  for (std::string line; std::getline(lines, line);) {
    const bool hostile = line.find("\\x") != std::string::npos;
    EXPECT_TRUE(hostile || columns(line) <= 80) << line;
  }
}

TEST_P(Golden, ColourChangesNothingButColour) {
  Style coloured;
  coloured.colour = true;
  std::string text = format("text")->render(GetParam().make(), coloured);
  EXPECT_THAT(text, HasSubstr("\x1b["));
  for (std::size_t at = text.find('\x1b'); at != std::string::npos; at = text.find('\x1b')) text.erase(at, text.find('m', at) - at + 1);
  EXPECT_EQ(text, format("text")->render(GetParam().make(), {}));
}

TEST_P(Golden, QuietIsTheVerdictAlone) {
  Style style;
  style.quiet = true;
  const std::string whole = format("text")->render(GetParam().make(), {});
  const std::string quiet = format("text")->render(GetParam().make(), style);
  EXPECT_TRUE(whole.starts_with(quiet));
  EXPECT_FALSE(quiet.empty());
}

INSTANTIATE_TEST_SUITE_P(Samples, Golden, testing::ValuesIn(sample::all()), [](const auto& row) { return std::string(row.param.name); });

TEST(Format, IsKnownByName) {
  EXPECT_THAT(format_names(), testing::ElementsAre("html", "json", "jsonl", "junit", "prometheus", "text"));
  EXPECT_EQ(format("sarif"), nullptr);
}

TEST(ShortName, IsTheCommonNameWhereThereIsOne) {
  EXPECT_EQ(short_name("CN=shop.example.com,O=Shop"), "shop.example.com");
  EXPECT_EQ(short_name("C = DE, O = Shop, CN = shop.example.com"), "shop.example.com");
  EXPECT_EQ(short_name("CN=a\\,b,O=x"), "a\\,b");
  EXPECT_EQ(short_name("O=XCN=1"), "O=XCN=1");
  EXPECT_EQ(short_name("O=Shop"), "O=Shop");
  EXPECT_EQ(short_name("CN="), "CN=");
  EXPECT_EQ(short_name("CN=\\"), "\\");
  EXPECT_EQ(short_name(""), "");
}

TEST(Wrapped, BreaksAtSpacesAndKeepsLongWordsWhole) {
  EXPECT_THAT(wrapped("one two three", 7), testing::ElementsAre("one two", "three"));
  EXPECT_THAT(wrapped("a verylongword b", 4), testing::ElementsAre("a", "verylongword", "b"));
  EXPECT_THAT(wrapped("", 4), testing::ElementsAre(""));
  EXPECT_THAT(wrapped("äöü äöü", 7), testing::ElementsAre("äöü äöü")) << "columns, not bytes";
}

TEST(Fixes, AreSpeltForTheSoftwareThatWasRecognised) {
  const Report report = sample::expired_certificate();
  ASSERT_FALSE(report.fixes.empty());
  EXPECT_EQ(report.fixes[0].software, "nginx");
  EXPECT_THAT(report.fixes[0].snippet, HasSubstr("nginx -s reload"));
}

TEST(Fixes, BringTheMissingCertificateAlong) {
  const Report report = sample::incomplete_chain();
  const auto pem = std::find_if(report.fixes.begin(), report.fixes.end(), [](const Fix& fix) { return fix.software == "pem"; });
  ASSERT_NE(pem, report.fixes.end());
  EXPECT_THAT(pem->snippet, HasSubstr("BEGIN CERTIFICATE"));
  EXPECT_EQ(report.fixes.size(), 4U) << "apache, haproxy, nginx and the certificate";
}

TEST(Fixes, ForStarttlsBeginWithACommandThatShowsThatItWorks) {
  const Report report = sample::starttls_needed();
  ASSERT_FALSE(report.fixes.empty());
  EXPECT_EQ(report.fixes[0].snippet, "whytls mail.example.com:587 --starttls smtp");
  EXPECT_THAT(report.fixes[1].snippet, HasSubstr("-starttls smtp"));
}

TEST(Fixes, AreNoneWithoutAVerdict) {
  Report report = sample::undetermined();
  add_fixes(report);
  EXPECT_TRUE(report.fixes.empty());
}

TEST(Document, NamesCodePointsAsTheContractSays) {
  const Json offered = document(sample::works())["handshake"]["offered"];
  EXPECT_EQ(offered["versions"], Json({"grease", "tls1.3", "tls1.2"}));
  EXPECT_EQ(offered["suites"], Json({"grease", "0x1301", "0xc02f", "0xfafe"}));
  EXPECT_EQ(offered["groups"][1], "x25519");
}

}  // namespace
}  // namespace whytls::report
