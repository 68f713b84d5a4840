// SPDX-License-Identifier: Apache-2.0
// Reports of watched handshakes, made by hand.
#include <gtest/gtest.h>

#include "report/sample.h"

namespace whytls::report::sample {
namespace {

using diagnosis::Cause;
using diagnosis::Confidence;
using diagnosis::Outcome;
using diagnosis::Stage;
using evidence::Kind;
using remedy::Remedy;

const Cause untrusted{
    .id = "certificate.untrusted-root", .title = "the root is not trusted", .remedies = {Remedy::install_root, Remedy::use_public_ca}};
const Cause reset{.id = "network.reset-in-handshake", .side = Side::network, .title = "a reset follows the ClientHello", .remedies = {}};

Report watched(std::uint64_t number) {
  Report report;
  report.flow = Flow{.client = "10.0.0.7:51234",
                     .server = "203.0.113.5:443",
                     .number = number,
                     .first_packet = 14,
                     .start = day("2026-11-20T10:02:03.125Z"),
                     .community_id = "1:LQU9qZlK+B5F3KDmev6m5PMibrg="};
  report.client = "as watched";
  report.handshake.offered.versions = {0x0304, 0x0303};
  report.handshake.offered.suites = {0x1301, 0xc02f};
  report.handshake.offered.groups = {0x001d};
  report.handshake.offered.signature_algorithms = {0x0804, 0x0403};
  report.handshake.offered.server_name = "shop.example.com";
  report.handshake.offered.ja4 = "t13d0202h2_8daaf6152771_e5627efa2ab1";
  report.handshake.messages = {{Peer::client, "client_hello", 0.000412, 517, "", 17}};
  report.steps = {{"tcp", Step::State::ok, "12 ms"}};
  fact(report, "watched = yes");
  fact(report, "carrier = tls");
  return report;
}

void message(Report& report, Peer from, std::string type, double at, std::size_t bytes, std::uint64_t packet, std::string text = {}) {
  report.handshake.messages.push_back({from, std::move(type), at, bytes, std::move(text), packet});
}

void answered(Report& report, std::uint16_t version, std::uint16_t suite) {
  report.handshake.selected.version = version;
  report.handshake.selected.suite = suite;
  report.handshake.selected.group = 0x001d;
  report.steps.push_back({"hello", Step::State::ok, version == 0x0304 ? "TLS 1.3" : "TLS 1.2"});
  message(report, Peer::server, "server_hello", 0.0131, 122, 19);
}

}  // namespace

Report watched_refusal() {
  Report report = watched(3);
  report.flow->client_guess = "Firefox 128";
  report.flow->history = "CSXKNcl#";
  report.flow->file = "office.pcapng";
  answered(report, 0x0303, 0xc02f);
  message(report, Peer::server, "certificate", 0.0131, 3120, 20);
  message(report, Peer::server, "server_key_exchange", 0.0132, 333, 21);
  message(report, Peer::server, "server_hello_done", 0.0132, 4, 21);
  message(report, Peer::client, "alert", 0.0178, 2, 23, "fatal unknown_ca");
  report.flow->ended = FlowEnd{Peer::client, "closed", 0.0179, 24};
  report.handshake.certificates = {leaf()};
  report.handshake.alerts = {{Peer::client, true, 48, false, 0.0178}};
  report.steps.push_back({"certificate", Step::State::failed, "alert unknown_ca from the client"});
  fact(report, "alert = unknown_ca", "the client sends alert unknown_ca (48)", "packet 23");
  fact(report, "alert_from = client");
  fact(report, "chain_length = 1", "the server sent 1 certificate", "packet 20");
  fact(report, "failed_here[any] = 12", "12 handshakes with this server end so, and none works");
  fails(report, untrusted, Side::client, Stage::certificate,
        {.confidence = Confidence::likely,
         .summary = "the client does not know the authority \"Example TLS CA 7\"",
         .detail = {{"position", std::int64_t{0}}},
         .rests_on = {{Kind::alert, ""}},
         .to_be_surer = "ask the server itself: whytls TARGET tries what a capture can only show"});
  add_fixes(report);
  return report;
}

Report watched_reset() {
  Report report = watched(8);
  answered(report, 0x0304, 0x1301);
  message(report, Peer::server, "change_cipher_spec", 0.0132, 1, 19);
  for (std::uint64_t i = 0; i < 4; ++i) message(report, Peer::server, "application_data", 0.0133, 1200, 20 + i);
  for (std::uint64_t i = 0; i < 12; ++i) message(report, i % 2 == 0 ? Peer::client : Peer::server, "application_data", 0.02, 90, 30 + i);
  report.flow->ended = FlowEnd{Peer::server, "reset", 0.0314, 52};
  report.steps.push_back({"finished", Step::State::failed, "a reset"});
  fact(report, "failure = reset", "the server resets the connection", "packet 52");
  fact(report, "sight[server-lost] = 1460", "1460 bytes of the server are missing");
  report.diagnosis.outcome = Outcome::undetermined;
  report.diagnosis.stage = Stage::finished;
  report.diagnosis.doubts = {
      {&reset, {.confidence = Confidence::possible, .summary = "a filter on the way resets it"}, Side::network, Stage::finished}};
  return report;
}

Report watched_abandoned() {
  Report report = watched(9);
  report.flow->client_guess = "Chrome 130";
  report.flow->ended = FlowEnd{Peer::client, "closed", 0.043, 18};
  report.steps.push_back({"hello", Step::State::failed, "a close without an alert"});
  fact(report, "failure = closed");
  fact(report, "abandoned = yes", "the client closes before the server has said a word", "packet 18");
  report.diagnosis.outcome = Outcome::aborted;
  report.diagnosis.stage = Stage::client_hello;
  return report;
}

Report watched_quic() {
  Report report = watched(11);
  report.flow->protocol = "quic";
  report.flow->client = "[2001:db8::7]:51234";
  report.flow->server = "[2001:db8::1]:443";
  report.flow->start.reset();
  report.handshake.offered.server_name.reset();
  report.handshake.messages[0].at = -1609829745.9;  // a packet without a time
  report.steps.clear();
  fact(report, "sight[cut-off] = yes");
  report.diagnosis.outcome = Outcome::undetermined;
  report.diagnosis.stage = Stage::client_hello;
  return report;
}

Report watched_works() {
  Report report = watched(12);
  report.flow->upgrade = "smtp";
  report.flow->server = "203.0.113.9:587";
  report.flow->history = "CsxknGIfiF";
  answered(report, 0x0303, 0xc02f);
  report.handshake.complete = true;
  report.handshake.certificates = {leaf()};
  report.diagnosis.outcome = Outcome::ok;
  report.findings = {{"validity.soon", Severity::warning, "the certificate ends on 2027-01-01"}};
  return report;
}

Report watched_hostile() {
  const std::string evil = "\x1b[2J\x1b]0;x\x07\r\n\xff\xe2\x80\xae</td><script>alert(1)</script>&amp;\"'" + std::string(";reboot");
  Report report = watched_reset();
  report.handshake.offered.server_name = evil;
  report.handshake.offered.ja4 = evil;
  report.flow->client = report.flow->server = report.flow->history = report.flow->client_guess = report.flow->file = evil;
  report.flow->upgrade = report.flow->ja3s = report.flow->community_id = evil;
  report.flow->ended->text = evil;
  for (Message& each : report.handshake.messages) each.text = evil;
  report.handshake.messages[0].type = evil;
  fact(report, "close_reason = x", evil, evil);
  report.findings = {{evil, Severity::error, evil}};
  report.left_open = {evil};
  return report;
}

}  // namespace whytls::report::sample
