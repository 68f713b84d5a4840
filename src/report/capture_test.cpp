// SPDX-License-Identifier: Apache-2.0
// Every form of every sample of a capture is a file in golden/. WHYTLS_UPDATE_GOLDEN=1 writes them anew: read the difference.
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "report/capture_summary.h"
#include "report/capture_words.h"
#include "report/flow.h"
#include "report/sample.h"
#include "report/words.h"

namespace whytls::report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

class Capture : public testing::TestWithParam<sample::NamedCapture> {
 protected:
  static std::string json() { return to_text(capture_document(GetParam().make()), 2) + "\n"; }
  static std::string html() { return capture_html(GetParam().make()); }
  static std::string junit() { return capture_junit(GetParam().make(), {}); }
  static std::string text(const Style& style = {}) { return capture_text(GetParam().make(), style); }
};

void expect_reviewed(const std::string& name, const std::string& output) {
  const std::string path = WHYTLS_SOURCE_DIR "/src/report/golden/" + name;
  if (std::getenv("WHYTLS_UPDATE_GOLDEN")) std::ofstream(path, std::ios::binary) << output;
  EXPECT_EQ(output, read(path)) << path;
}

TEST_P(Capture, OutputIsWhatWasReviewed) {
  const std::string name = GetParam().name;
  expect_reviewed(name + ".text", text());
  expect_reviewed(name + ".capture.json", json());
  expect_reviewed(name + ".html", sample::without_style(html()));
  expect_reviewed(name + ".junit", junit());
}

TEST_P(Capture, NothingRawReachesTheReader) {
  for (const std::string& output : {text(), json(), html(), junit()})
    for (const char c : output) EXPECT_TRUE(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f)) << static_cast<int>(c);
}

TEST_P(Capture, TextFitsTheWidth) {
  std::istringstream lines(text());
  for (std::string line; std::getline(lines, line);) EXPECT_TRUE(line.find("\\x") != std::string::npos || columns(line) <= 80) << line;
}

TEST_P(Capture, AsciiIsEnoughWhereTheLocaleSaysSo) {
  Style style;
  style.utf8 = false;
  for (const char c : text(style)) EXPECT_LT(static_cast<unsigned char>(c), 0x80);
}

TEST_P(Capture, QuietIsTheVerdictAlone) {
  Style style;
  style.quiet = true;
  EXPECT_TRUE(text().starts_with(text(style)));
  EXPECT_FALSE(text(style).empty());
}

INSTANTIATE_TEST_SUITE_P(Samples, Capture, testing::ValuesIn(sample::captures()),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(CaptureText, OfManyGroupsStaysShortAndSaysWhatItLeavesOut) {
  const std::string text = capture_text(sample::crowded_capture(300), {});
  EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 400);
  EXPECT_THAT(text, HasSubstr("and 272 more groups"));
  EXPECT_THAT(text, HasSubstr("shows any handshake in full"));
}

TEST(CaptureText, OfFewGroupsShowsOneOfEachInFullAndLeavesNothingOut) {
  CaptureSummary summary = sample::crowded_capture(2);
  summary.groups_left_out = 0;
  const std::string text = capture_text(summary, {});
  EXPECT_THAT(text, HasSubstr("2 alike, flows 1, 3"));
  EXPECT_THAT(text, HasSubstr("group 2: flow 2"));
  EXPECT_THAT(text, Not(HasSubstr("more group")));
  EXPECT_THAT(text, Not(HasSubstr("shows any handshake in full")));
}

TEST(ChosenGroups, AreOfAsManyCausesAsThereIsRoomFor) {
  const CaptureSummary summary = sample::crowded_capture(9);  // two causes by turns
  EXPECT_THAT(chosen_groups(summary, 20, 2), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(chosen_groups(summary, 3, 9), ElementsAre(0, 1, 2));
}

TEST(CaptureHeadline, SaysWhatItMayAndNoMore) {
  CaptureSummary summary;
  summary.files = {{"some/where/a.pcap", "pcap", 1, 1}};
  EXPECT_EQ(capture_headline(summary).text, "no handshake of TLS, DTLS or QUIC in a.pcap");
  summary.handshakes.failed = 1;
  EXPECT_EQ(capture_headline(summary).text, "the only handshake in a.pcap failed");
  summary.handshakes = {.undetermined = 1};
  EXPECT_EQ(capture_headline(summary).text, "the only handshake in a.pcap failed, for a reason that cannot be seen here");
  summary.handshakes = {.unseen = 2};
  EXPECT_EQ(capture_headline(summary).text, "none of 2 handshakes in a.pcap was completed, and none failed");
  summary.handshakes.ok = 1;
  EXPECT_EQ(capture_headline(summary).text, "3 handshakes in a.pcap: none failed");
  summary.handshakes.undetermined = 1;
  EXPECT_EQ(capture_headline(summary).text, "1 of 4 handshakes in a.pcap failed, for a reason that cannot be seen here");
  summary.handshakes.failed = 1234;
  EXPECT_EQ(capture_headline(summary).text, "1,234 of 1,238 handshakes in a.pcap failed");
}

TEST(Numbers, AreGroupedAndCounted) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(counted(1, "packet"), "1 packet");
  EXPECT_EQ(counted(2, "more", "more"), "2 more");
  EXPECT_EQ(size_words(999), "999 bytes");
  EXPECT_EQ(size_words(1000), "1.0 kB");
  EXPECT_EQ(size_words(999999), "1.0 MB");
  EXPECT_EQ(size_words(1204000123), "1.2 GB");
}

TEST(Endpoint, GivesItsAddress) {
  EXPECT_EQ(address_of("192.0.2.7:443"), "192.0.2.7");
  EXPECT_EQ(address_of("[2001:db8::1]:443"), "2001:db8::1");
  EXPECT_EQ(address_of("nothing"), "nothing");
}

TEST(ServerWords, SayAnAddressOnce) {
  EXPECT_EQ(server_words("", "192.0.2.7:443"), "192.0.2.7:443");
  EXPECT_EQ(server_words("192.0.2.7", "192.0.2.7:443"), "192.0.2.7:443");
  EXPECT_EQ(server_words("a.example", "[2001:db8::1]:443"), "a.example ([2001:db8::1]:443)");
}

TEST(ToDecide, IsACommandForTheSameServer) {
  EXPECT_EQ(to_decide(sample::watched_reset()).front(), "whytls shop.example.com:443 --connect 203.0.113.5:443");
  Report nameless = sample::watched_reset();
  nameless.handshake.offered.server_name.reset();
  nameless.flow->upgrade = "smtp";
  EXPECT_EQ(to_decide(nameless).front(), "whytls 203.0.113.5:443 --no-servername --starttls smtp");
}

TEST(SurerWords, NameTheServerThatWasWatched) {
  Report report = sample::watched_refusal();
  const std::string command = "whytls shop.example.com:443 --connect 203.0.113.5:443";
  auto& words = report.diagnosis.verdict->finding.to_be_surer;
  words = "ask: whytls TARGET tries more";
  EXPECT_EQ(surer_words(report), "ask: " + command + " tries more");
  words = "read the log";
  EXPECT_EQ(surer_words(report), "read the log; or ask the server itself: " + command);
  words = "";
  EXPECT_EQ(surer_words(report), command);
  report.flow->protocol = "quic";
  EXPECT_EQ(surer_words(report), "");
  report.diagnosis.verdict->finding.confidence = diagnosis::Confidence::certain;
  words = "anything";
  EXPECT_EQ(surer_words(report), "");
}

TEST(ToDecide, NeverPutsAPeersWordsIntoACommand) {
  Report report = sample::watched_reset();
  report.handshake.offered.server_name = "a;reboot";
  EXPECT_EQ(to_decide(report).front(), "whytls 203.0.113.5:443");
  report.handshake.offered.server_name = "-rf";
  EXPECT_EQ(to_decide(report).front(), "whytls 203.0.113.5:443");
}

TEST(ToDecide, AsksNoServerThatCannotBeAsked) {
  EXPECT_TRUE(to_decide(sample::watched_quic()).empty());
  Report proxied = sample::watched_reset();
  proxied.flow->upgrade = "http-connect";
  EXPECT_THAT(to_decide(proxied), ElementsAre(HasSubstr("the server's log")));
}

}  // namespace
}  // namespace whytls::report
