// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cstdlib>

#include "sources/message/log_input.h"
#include "sources/message/log_scan.h"
#include "sources/message/tally.h"

namespace whytls::sources::message {
namespace {

base::Time at(std::string_view text) { return *base::parse_time(text); }
const base::Time now = at("2026-11-21T12:00:00Z");

std::string written(std::string_view line) {
  const auto time = log_time(line, now);
  return time ? base::rfc3339(*time) : "none";
}

TEST(LogTime, TheFormsOfTheUsualServers) {
  EXPECT_EQ(written("2026-11-21T10:11:12.345Z x"), "2026-11-21T10:11:12.345Z");
  EXPECT_EQ(written("2026-11-21 10:11:12,345 WARN"), "2026-11-21T10:11:12.345Z");
  EXPECT_EQ(written("{\"time\":\"2026-11-21T12:11:12+02:00\"}"), "2026-11-21T10:11:12.000Z");
  EXPECT_EQ(written("2026/11/21 10:11:12 [info] 7#7"), "2026-11-21T10:11:12.000Z");
  EXPECT_EQ(written("[Sat Nov 21 10:11:12.123456 2026] [ssl:info]"), "2026-11-21T10:11:12.123Z");
  EXPECT_EQ(written("192.0.2.1 - - [21/Nov/2026:10:11:12 +0200] \"GET\""), "2026-11-21T08:11:12.000Z");
  EXPECT_EQ(written("Nov  1 10:11:12 host postfix"), "2026-11-01T10:11:12.000Z");
}

TEST(LogTime, ATimeWithoutAYearIsNeverInTheFuture) { EXPECT_EQ(written("Dec 31 23:59:59 host x"), "2025-12-31T23:59:59.000Z"); }

TEST(LogTime, OtherNumbersAreNoTimes) {
  EXPECT_EQ(written("2026-13-41T10:11:12Z"), "none");
  EXPECT_EQ(written("192.0.2.1 10:11 x"), "none");
  EXPECT_EQ(written(""), "none");
}

TEST(LogLine, ClientNameAndProcess) {
  const LogLine nginx =
      log_line("2026/11/21 10:11:12 [info] 7#7: *1 SSL_do_handshake() failed, client: 192.0.2.9, server: a.example.com", now);
  EXPECT_EQ(nginx.client, "192.0.2.9");
  EXPECT_EQ(nginx.name, "a.example.com");
  const LogLine postfix = log_line("Nov 21 10:11:12 mx postfix/smtpd[123]: SSL_accept error from unknown[2001:db8::7]: -1", now);
  EXPECT_EQ(postfix.client, "2001:db8::7");
  EXPECT_EQ(postfix.process, "123");
  EXPECT_EQ(log_line("haproxy[9]: 192.0.2.4:5060 [21/Nov/2026:10:00:00.000] fe/1: SSL handshake failure", now).client, "192.0.2.4");
  EXPECT_EQ(log_line("version 1.2.3.4.5 is fine", now).client, "");
}

TEST(LogLine, Networks) {
  EXPECT_EQ(network_of("192.0.2.9"), "192.0.2.0/24");
  EXPECT_EQ(network_of("2001:db8:1:2::7"), "2001:db8:1::/48");
  EXPECT_EQ(network_of("2001:db8::7"), "2001:db8::/48");
}

struct Scanned {
  std::vector<LogEvent> events;
  std::vector<Signature> signatures;
  std::uint64_t lines = 0;
};

Scanned scan(std::string_view text) {
  const auto matcher = Matcher::make();
  Scanned out;
  LogScan scan(*matcher, now, [&](const LogEvent& event) { out.events.push_back(event); });
  scan.lines(text);
  scan.finish();
  out.signatures = scan.signatures();
  out.lines = scan.line_count();
  return out;
}

TEST(LogScan, OneEventForALineHoweverManyMessagesItHas) {
  const Scanned out = scan(
      "a\n2026/11/21 10:11:12 SSL_do_handshake() failed (SSL: error:0A000416:SSL routines::sslv3 alert certificate unknown) while "
      "SSL handshaking, client: 192.0.2.9, server: 0.0.0.0:443\nGET /\n");
  ASSERT_EQ(out.events.size(), 1U);
  EXPECT_EQ(out.lines, 3U);
  EXPECT_EQ(out.events.front().client, "192.0.2.9");
}

TEST(LogScan, TheReasonOnTheNextLineOfTheSameProcessBelongsToItsWrapper) {
  const Scanned out = scan(
      "Nov 21 10:11:12 mx postfix/smtpd[12]: SSL_accept error from unknown[192.0.2.9]: -1\n"
      "Nov 21 10:11:12 mx postfix/smtpd[12]: warning: TLS library problem: error:0A000102:SSL routines::unsupported protocol:x:\n");
  ASSERT_EQ(out.events.size(), 1U);
  EXPECT_EQ(out.events.front().client, "192.0.2.9");
  EXPECT_NE(out.events.front().line.find("unsupported protocol"), std::string::npos);
}

TEST(LogScan, ProcessesAreKeptApart) {
  const Scanned out = scan(
      "Nov 21 10:11:12 mx postfix/smtpd[12]: SSL_accept error from unknown[192.0.2.9]: -1\n"
      "Nov 21 10:11:12 mx postfix/smtpd[13]: warning: TLS library problem: error:0A000102:SSL routines::unsupported protocol:x:\n");
  EXPECT_EQ(out.events.size(), 2U);
}

TEST(LogScan, ResetsThatDoNotSpeakOfTlsAreSomethingElse) {
  EXPECT_TRUE(scan("disk: Connection reset by peer\nredis: i/o timeout\n").events.empty());
}

TEST(LogScan, AnyBytesAreTaken) { EXPECT_EQ(scan(std::string_view("\0\xff\n\x1b[2J\n", 7)).lines, 2U); }

TEST(Tally, TrendComparesBothHalves) {
  Tally tally;
  const auto add = [&](std::string_view when, int times) {
    for (int i = 0; i < times; ++i) tally.add(LogEvent{0, at(when), "192.0.2." + std::to_string(i % 200), "", "", "line"});
  };
  add("2026-11-21T00:10:00Z", 1);
  add("2026-11-21T09:10:00Z", 9);
  EXPECT_EQ(tally.trend(at("2026-11-21T09:30:00Z")), Trend::rising);
  EXPECT_EQ(tally.trend(at("2026-11-23T09:30:00Z")), Trend::stopped);
  add("2026-11-21T00:20:00Z", 30);
  EXPECT_EQ(tally.trend(at("2026-11-21T09:30:00Z")), Trend::falling);
  EXPECT_EQ(tally.networks.sorted().front().first, "192.0.2.0/24");
  EXPECT_EQ(tally.clients.size(), 30U);
}

TEST(Tally, WhatItKeepsIsBounded) {
  Counts counts;
  for (std::size_t i = 0; i < 2 * Counts::most; ++i) counts.add(std::to_string(i));
  EXPECT_EQ(counts.sorted().size(), Counts::most);
  EXPECT_EQ(counts.others(), Counts::most);
}

class Packed : public testing::Test {
 protected:
  Packed() { close(mkstemp(path_.data())); }
  ~Packed() override { unlink(path_.c_str()); }
  void write(std::string_view bytes) const {
    const int file = open(path_.c_str(), O_WRONLY | O_TRUNC);
    ASSERT_EQ(::write(file, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    close(file);
  }
  base::Result<std::string> all() const {
    auto input = LogInput::open(path_);
    if (!input) return tl::unexpected(input.error());
    std::string out;
    for (;;) {
      const auto block = input->next();
      if (!block) return tl::unexpected(block.error());
      if (block->empty()) return out;
      out += *block;
    }
  }
  std::string path_ = testing::TempDir() + "whytls-log-XXXXXX";
  std::string text_ = [] {
    std::string out;
    for (int i = 0; i < 100000; ++i) out += "line " + std::to_string(i) + "\n";
    return out + "the last one has no end";
  }();
};

TEST_F(Packed, PlainLinesComeWhole) {
  write(text_);
  EXPECT_EQ(*all(), text_);
}

TEST_F(Packed, GzipAndSeveralOfThem) {
  const auto gzip = [](std::string_view text) {
    std::string out(compressBound(text.size()) + 64, '\0');
    z_stream z{};
    deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // NOLINT
    z.avail_in = static_cast<uInt>(text.size());
    z.next_out = reinterpret_cast<Bytef*>(out.data());  // NOLINT
    z.avail_out = static_cast<uInt>(out.size());
    deflate(&z, Z_FINISH);
    out.resize(z.total_out);
    deflateEnd(&z);
    return out;
  };
  write(gzip(text_) + gzip("\nmore\n"));
  EXPECT_EQ(*all(), text_ + "\nmore\n");
  write(gzip(text_).substr(0, 1000));
  EXPECT_FALSE(all());
  write(gzip(text_).replace(2000, 64, std::string(64, 'x')));
  EXPECT_FALSE(all());
}

TEST_F(Packed, Zstandard) {
  std::string packed(ZSTD_compressBound(text_.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), text_.data(), text_.size(), 1));
  write(packed);
  EXPECT_EQ(*all(), text_);
  write(packed.substr(0, packed.size() / 2));
  EXPECT_FALSE(all());
}

TEST_F(Packed, ALineLongerThanABlockComesInPieces) {
  text_ = std::string(3 * LogInput::block, 'x') + "\nnext\n";
  write(text_);
  EXPECT_EQ(*all(), text_);
}

TEST(LogInput, WhatIsMissingOrAFolderIsSaid) {
  EXPECT_FALSE(LogInput::open("/nonexistent/log"));
  EXPECT_FALSE(LogInput::open("/"));
}

}  // namespace
}  // namespace whytls::sources::message
