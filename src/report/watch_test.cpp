// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "base/text.h"
#include "diagnosis/cause.h"
#include "report/layout.h"
#include "report/metrics.h"
#include "report/sample.h"
#include "report/watch_screen.h"

namespace whytls::report {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

WatchView busy() {
  WatchView view;
  view.source = "eth0, port 443";
  view.running = std::chrono::seconds(3723);
  view.packets = 12345678;
  view.packets_per_second = 12345.6;
  view.bytes_per_second = 8100000;
  view.handshakes_per_second = 23.44;
  for (std::uint64_t i = 0; i < 200; ++i) view.lately.push_back(i % 30);
  view.open = 812;
  view.handshakes = {.ok = 1150, .failed = 37, .aborted = 14, .undetermined = 3, .unseen = 0};
  for (std::uint64_t i = 0; i < 40; ++i) {
    view.groups.push_back({i % 5 == 4 ? "" : "certificate.untrusted-root", "Firefox 128", "203.0.113.5:443", "shop.example.com", 40 - i,
                           sample::day("2026-11-21T10:02:03Z")});
    view.latest.push_back({sample::day("2026-11-21T10:02:03Z"), diagnosis::Outcome::failed, "certificate.untrusted-root", "10.0.0.7",
                           "203.0.113.5:443", "shop.example.com"});
  }
  return view;
}

TEST(WatchScreen, ShowsFiguresGroupsAndTheLatest) {
  const std::string text = base::join(watch_lines(busy(), {}, 24), "\n");
  EXPECT_THAT(text, HasSubstr("running 1:02:03"));
  EXPECT_THAT(text, HasSubstr("12,345 packets/s, 8.1 MB/s; 12,345,678 packets, 812 connections open"));
  EXPECT_THAT(text, HasSubstr("1,150 ok, 37 failed, 3 undetermined, 14 given up by the client"));
  EXPECT_THAT(text, HasSubstr("     40  certificate.untrusted-root  shop.example.com:443 ← Firefox 1…"));
  EXPECT_THAT(text, HasSubstr("10.0.0.7 → shop.example.com:443"));
  EXPECT_THAT(text, Not(HasSubstr("lost")));
}

TEST(WatchScreen, IsWhatWasReviewed) {
  const std::string path = WHYTLS_SOURCE_DIR "/src/report/golden/watch_screen.text";
  const std::string output = base::join(watch_lines(busy(), {}, 24), "\n") + "\n";
  if (std::getenv("WHYTLS_UPDATE_GOLDEN")) std::ofstream(path, std::ios::binary) << output;
  std::stringstream reviewed;
  reviewed << std::ifstream(path, std::ios::binary).rdbuf();
  EXPECT_EQ(output, reviewed.str());
}

TEST(WatchScreen, SaysWhatWasLost) {
  WatchView view = busy();
  view.dropped = 1;
  EXPECT_THAT(base::join(watch_lines(view, {}, 24), "\n"), HasSubstr("1 packet was lost before"));
}

TEST(WatchScreen, KeepsToAnyTerminal) {
  for (const bool utf8 : {true, false})
    for (const std::size_t width : {1U, 20U, 40U, 80U, 200U})
      for (std::size_t height = 0; height < 60; ++height) {
        Style style;
        style.width = width;
        style.utf8 = utf8;
        const auto lines = watch_lines(busy(), style, height);
        ASSERT_LE(lines.size(), height);
        for (const std::string& line : lines) ASSERT_LE(columns(line), width) << line;
      }
}

TEST(WatchScreen, FillsATallOneWithWhatThereIs) {
  EXPECT_THAT(watch_lines(busy(), {}, 24), SizeIs(24));
  EXPECT_THAT(watch_lines(WatchView{}, {}, 24), SizeIs(testing::Lt(7U)));
  WatchView few = busy();
  few.latest.resize(1);
  EXPECT_THAT(watch_lines(few, {}, 24), SizeIs(24)) << "the groups take what the latest leave";
}

TEST(WatchScreen, BringsNothingRawToTheTerminal) {
  const std::string evil = "\x1b[2J\x1b]0;x\x07\r\n\xff";
  WatchView view = busy();
  view.source = view.groups[0].name = view.groups[0].client = view.latest[0].name = view.latest[0].client = evil;
  for (const std::string& line : watch_lines(view, {}, 24))
    for (const char c : line) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
}

TEST(WatchScreen, EndsEachColourOnItsLine) {
  Style style;
  style.colour = true;
  for (const std::string& line : watch_lines(busy(), style, 24)) {
    const std::size_t begins = line.rfind("\x1b["), ends = line.rfind("\x1b[0m");
    EXPECT_EQ(begins, ends) << line;
  }
}

/// Every family has HELP and TYPE before its samples, none comes twice, and every line is one that Prometheus reads.
void expect_exposition(const std::string& text) {
  const std::regex sample_line(R"re(([a-z_]+)(\{([a-z_]+="([^"\\]|\\.)*",?)*\})? -?[0-9.e+-]+)re");
  std::set<std::string> families, series;
  std::string family;
  for (const std::string& line : base::split(text, "\n")) {
    if (line.starts_with("# HELP ")) {
      family = base::split(line, " ").at(2);
      EXPECT_TRUE(families.insert(family).second) << family;
      continue;
    }
    if (line.starts_with("# TYPE ")) {
      EXPECT_EQ(base::split(line, " ").at(2), family);
      EXPECT_EQ(base::split(line, " ").at(3) == "counter", family.ends_with("_total"));
      continue;
    }
    std::smatch match;
    ASSERT_TRUE(std::regex_match(line, match, sample_line)) << line;
    EXPECT_EQ(match[1], family);
    EXPECT_TRUE(series.insert(line.substr(0, line.rfind(' '))).second) << line;
  }
  EXPECT_TRUE(text.ends_with("\n"));
}

TEST(WatchMetrics, TheVisitorChoosesTheForm) {
  EXPECT_EQ(exposition_for(""), Exposition::prometheus);
  EXPECT_EQ(exposition_for("*/*"), Exposition::prometheus);
  EXPECT_EQ(exposition_for("application/openmetrics-text;version=1.0.0;q=0.5, text/plain;version=0.0.4;q=0.3,*/*;q=0.1"),
            Exposition::openmetrics);
  EXPECT_EQ(exposition_for("text/plain, application/openmetrics-text;q=0.5"), Exposition::prometheus);
  EXPECT_EQ(exposition_for("application/openmetrics-text;q=x"), Exposition::prometheus);
  WatchMetrics metrics;
  metrics.packets = 7;
  const std::string text = watch_metrics(metrics, Exposition::openmetrics);
  EXPECT_THAT(text, HasSubstr("# TYPE whytls_packets counter\nwhytls_packets_total 7\n"));
  EXPECT_TRUE(text.ends_with("\n# EOF\n"));
}

TEST(WatchMetrics, CountByTheTaxonomyAlone) {
  WatchMetrics metrics;
  metrics.version = "1.2\"\\\n";
  metrics.start = sample::day("2026-11-21");
  metrics.packets = 5000000000;
  metrics.handshakes = {.ok = 3, .failed = 2};
  metrics.failures = {{"certificate.expired", 2}, {"whatever.a-peer\"says", 9}};
  const std::string text = watch_metrics(metrics);
  expect_exposition(text);
  EXPECT_THAT(text, HasSubstr("whytls_failures_total{cause=\"certificate.expired\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("whytls_failures_total{cause=\"certificate.revoked\"} 0\n")) << "so that the first one is a step";
  EXPECT_THAT(text, Not(HasSubstr("a-peer")));
  EXPECT_THAT(text, HasSubstr("whytls_handshakes_total{outcome=\"ok\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("whytls_packets_total 5000000000\n"));
  EXPECT_THAT(text, HasSubstr("whytls_build_info{version=\"1.2\\\"\\\\"));
  EXPECT_THAT(text, Not(HasSubstr("last_packet"))) << "absent, not zero";
}

TEST(PrometheusFormat, IsReadableForEverySample) {
  for (const sample::Named& each : sample::all()) {
    SCOPED_TRACE(each.name);
    expect_exposition(format("prometheus")->render(each.make(), {}));
  }
}

TEST(PrometheusFormat, HasSeriesOfCertificatesOnlyWhereSomeWereSeen) {
  const std::string expired = format("prometheus")->render(sample::expired_certificate(), {});
  EXPECT_THAT(expired, HasSubstr("whytls_probe_success{target=\"shop.example.com:443\"} 0\n"));
  EXPECT_THAT(expired, HasSubstr(R"(cause="certificate.expired",side="server",phase="certificate"} 1)"));
  EXPECT_THAT(expired, HasSubstr("whytls_cert_not_after_timestamp_seconds{target=\"shop.example.com:443\",position=\"0\""));
  EXPECT_THAT(expired, HasSubstr("\"} 1793491200\n"));
  EXPECT_THAT(expired, HasSubstr("whytls_cert_lifetime_remaining_ratio{"));
  const std::string silent = format("prometheus")->render(sample::handshake_timeout(), {});
  EXPECT_THAT(silent, Not(HasSubstr("whytls_cert")));
  EXPECT_THAT(silent, Not(HasSubstr("tls_version")));
}

TEST(PrometheusFormat, PutsAPeersWordsIntoInfoAlone) {
  for (const std::string& line : base::split(format("prometheus")->render(sample::hostile(), {}), "\n")) {
    if (line.find("owned") == std::string::npos) continue;
    EXPECT_THAT(line, testing::AnyOf(HasSubstr("_info{"), HasSubstr("target=\""))) << "whom it was asked about is no peer's word";
  }
}

}  // namespace
}  // namespace whytls::report
