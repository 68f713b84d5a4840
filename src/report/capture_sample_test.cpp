// SPDX-License-Identifier: Apache-2.0
// Captures, made by hand.
#include <fmt/format.h>

#include "report/sample.h"

namespace whytls::report::sample {
namespace {

CaptureGroup group(Report example, std::uint64_t count, std::uint64_t clients, std::string_view first, std::string_view last) {
  CaptureGroup out;
  if (example.diagnosis.verdict) out.cause = example.diagnosis.verdict->cause->id;
  out.ended = example.diagnosis.verdict ? "" : "reset by the server after the client's Finished";
  out.ja4 = example.handshake.offered.ja4;
  out.client_guess = example.flow->client_guess;
  out.clients = {"10.0.0.7"};
  out.client_count = clients;
  out.server = example.flow->server;
  out.name = example.handshake.offered.server_name.value_or("");
  out.count = count;
  out.first = day(first);
  out.last = day(last);
  out.flows = {example.flow->number};
  if (count > 1) out.flows.push_back(example.flow->number + 2);
  out.example = std::move(example);
  return out;
}

CaptureSummary begun() {
  CaptureSummary out;
  out.files = {{"office.pcapng", "pcapng, gzip", 340112, 1204000123}};
  out.packets = 340112;
  out.bytes = 1204000123;
  out.first = day("2026-11-20T10:00:01.001Z");
  out.last = day("2026-11-20T10:14:59.900Z");
  out.connections = 1310;
  out.handshakes = {.ok = 1150, .failed = 0, .aborted = 14, .undetermined = 0, .unseen = 20};
  return out;
}

CaptureSummary failures() {
  CaptureSummary out = begun();
  out.handshakes.failed = 12;
  out.handshakes.undetermined = 3;
  out.groups = {group(watched_refusal(), 12, 3, "2026-11-20T10:02:03Z", "2026-11-20T10:14:01Z"),
                group(watched_reset(), 3, 1, "2026-11-20T10:04:03Z", "2026-11-20T10:04:09Z")};
  out.findings = {{{"validity.soon", Severity::warning, "the certificate ends on 2026-12-01, in 10 days"},
                   "203.0.113.9:587",
                   "mail.example.com",
                   120,
                   day("2026-11-20T10:00:02Z"),
                   day("2026-11-20T10:14:02Z")}};
  out.shown = {watched_refusal(), watched_reset()};
  out.shown_left_out = 13;
  return out;
}

CaptureSummary everything() {
  CaptureSummary out = failures();
  out.files.push_back({"home.pcap", "pcap", 12, 4000});
  out.last = day("2026-11-21T09:00:00Z");
  out.all = true;
  out.shown = {watched_refusal(), watched_reset(), watched_abandoned(), watched_quic(), watched_works()};
  return out;
}

CaptureSummary one_failure() {
  CaptureSummary out = begun();
  out.handshakes = {.failed = 1};
  out.groups = {group(watched_refusal(), 1, 1, "2026-11-20T10:02:03Z", "2026-11-20T10:02:03Z")};
  out.shown = {watched_refusal()};
  return out;
}

CaptureSummary healthy() {
  CaptureSummary out = begun();
  out.shown = {};
  return out;
}

CaptureSummary empty() {
  CaptureSummary out;
  out.files = {{"-", "pcap", 7, 812}};
  out.packets = 7;
  out.bytes = 812;
  out.damage = {"the capture ends in the middle of packet 8"};
  out.undecoded = {{"link type 147", 3}};
  return out;
}

CaptureSummary hostile_capture() {
  const std::string evil = "\x1b[2J\x1b]0;x\x07\r\n\xff\xe2\x80\xae</td><script>alert(1)</script>&amp;\"'";
  CaptureSummary out = failures();
  for (CaptureGroup& each : out.groups) {
    each.name = each.server = each.ja4 = each.client_guess = evil;
    each.clients = {evil};
    each.example = watched_hostile();
  }
  out.groups[1].ended = evil;
  out.files[0].path = out.files[0].format = evil;
  out.damage = {evil};
  out.undecoded = {{evil, 1}};
  out.findings[0].finding = {evil, Severity::error, evil};
  out.findings[0].name = out.findings[0].server = evil;
  out.shown = {watched_hostile()};
  out.all = true;
  return out;
}

}  // namespace

CaptureSummary crowded_capture(std::size_t groups) {
  CaptureSummary out = begun();
  for (std::size_t i = 0; i < groups; ++i) {
    Report example = i % 2 == 0 ? watched_refusal() : watched_reset();
    example.flow->number = i + 1;
    example.handshake.offered.server_name = fmt::format("host{}.example.com", i);
    out.groups.push_back(group(std::move(example), groups - i, 1, "2026-11-20T10:02:03Z", "2026-11-20T10:03:03Z"));
    out.handshakes.failed += groups - i;
  }
  out.groups_left_out = 12;
  out.failures_left_out = 12;
  return out;
}

const std::vector<NamedCapture>& captures() {
  static const std::vector<NamedCapture> samples{{"capture_failures", failures}, {"capture_all", everything},
                                                 {"capture_one", one_failure},   {"capture_healthy", healthy},
                                                 {"capture_empty", empty},       {"capture_hostile", hostile_capture}};
  return samples;
}

}  // namespace whytls::report::sample
