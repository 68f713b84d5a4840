// SPDX-License-Identifier: Apache-2.0
#include "report/sample.h"

#include <gtest/gtest.h>

namespace whytls::report::sample {
using diagnosis::Cause;
using diagnosis::Confidence;
using diagnosis::Outcome;
using diagnosis::Stage;
using evidence::Kind;
using remedy::Remedy;

void fact(Report& report, const std::string& line, std::string text, std::string where) {
  auto parsed = evidence::parse_fact(line);
  ASSERT_TRUE(parsed) << line << ": " << parsed.error().text();
  parsed->text = std::move(text);
  if (report.flow) parsed->provenance.source = "capture";
  parsed->provenance.where = std::move(where);
  report.evidence.add(std::move(*parsed));
}

base::Time day(std::string_view text) { return base::parse_time(text).value_or(base::Time{}); }

void fails(Report& report, const Cause& cause, Side side, Stage stage, diagnosis::Finding finding) {
  report.diagnosis.outcome = Outcome::failed;
  report.diagnosis.stage = stage;
  report.diagnosis.verdict = diagnosis::Verdict{&cause, std::move(finding), side, stage};
}

std::string without_style(std::string output) {
  const std::size_t begin = output.find("<style>"), end = output.find("</style>");
  if (begin != std::string::npos && end != std::string::npos) output.erase(begin + 7, end - begin - 7);
  return output;
}

Certificate leaf() {
  return {0,
          "CN=shop.example.com,O=Shop",
          "CN=Example TLS CA 7,O=Example",
          day("2026-08-01"),
          day("2027-01-01"),
          std::string(64, 'a'),
          {"shop.example.com", "www.example.com"},
          "rsa-2048",
          "sha256WithRSAEncryption",
          "0a1b",
          "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"};
}

namespace {

/// A target, an offer and a few facts that every report has.
Report begun(const std::string& host, std::uint16_t port) {
  Report report;
  report.target = {host, port, "192.0.2.7", host, ""};
  report.handshake.offered.versions = {0x0a0a, 0x0304, 0x0303};
  report.handshake.offered.suites = {0x2a2a, 0x1301, 0xc02f, 0xfafe};
  report.handshake.offered.groups = {0x11ec, 0x001d, 0x6399};
  report.handshake.offered.signature_algorithms = {0x0804, 0x0403};
  report.handshake.offered.server_name = host;
  report.handshake.messages = {{Peer::client, "client_hello", 0.0123456789, 517, ""}};
  report.connections = 9;
  report.elapsed = std::chrono::milliseconds(412);
  fact(report, "host = " + host);
  fact(report, "port = " + std::to_string(port));
  fact(report, "now = 2026-11-21T00:00:00Z");
  report.steps = {{"dns", Step::State::ok, ""}, {"tcp", Step::State::ok, "12 ms"}};
  return report;
}

const Cause expired{.id = "certificate.expired", .title = "a certificate has expired", .remedies = {Remedy::renew}};
const Cause incomplete{.id = "certificate.incomplete-chain", .title = "an intermediate is missing", .remedies = {Remedy::serve_full_chain}};
const Cause hostname{.id = "certificate.hostname-mismatch", .title = "the certificate is for other names", .remedies = {}};
const Cause no_suite{
    .id = "cipher.no-common-suite", .title = "no cipher suite in common", .remedies = {Remedy::offer_suite, Remedy::enable_suite}};
const Cause starttls{
    .id = "protocol.starttls-needed", .side = Side::client, .title = "the port wants STARTTLS", .remedies = {Remedy::use_starttls}};
const Cause timeout{
    .id = "network.handshake-timeout", .side = Side::network, .title = "no answer to the ClientHello", .remedies = {Remedy::open_firewall}};
const Cause reset{.id = "network.reset-in-handshake", .side = Side::network, .title = "a reset follows the ClientHello", .remedies = {}};

void select(Report& report) {
  report.handshake.selected = {0x0304, 0x1301, 0x11ec, 0x0804, "h2", false};
  report.steps.push_back({"hello", Step::State::ok, "TLS 1.3"});
}

}  // namespace

Report works() {
  Report report = begun("shop.example.com", 443);
  select(report);
  report.handshake.complete = true;
  report.handshake.certificates = {leaf()};
  report.diagnosis.outcome = Outcome::ok;
  report.findings = {{"policy.java", Severity::warning, "the Java of this machine would refuse TLS 1.1, which the server accepts too"}};
  return report;
}

Report expired_certificate() {
  Report report = begun("shop.example.com", 443);
  select(report);
  report.handshake.certificates = {leaf()};
  report.handshake.certificates[0].not_after = day("2026-11-01");
  report.steps.push_back({"certificate", Step::State::failed, ""});
  report.steps.push_back({"finished", Step::State::not_reached, ""});
  fact(report, "https = yes");
  fact(report, "server_software = nginx", "the server calls itself nginx/1.22.1");
  fact(report, "link_expired[0] = 2026-11-01T00:00:00Z", "certificate 0 (shop.example.com): notAfter 2026-11-01");
  fact(report, "name_mismatch = shop.example.net", "the certificate covers shop.example.com, www.example.com");
  fact(report, "chain_length = 1", "the server sent 1 certificate");
  fails(report, expired, Side::server, Stage::certificate,
        {.confidence = Confidence::certain,
         .summary = "the server's certificate expired on 2026-11-01, 20 days ago",
         .detail = {{"position", std::int64_t{0}}, {"not_after", day("2026-11-01")}},
         .rests_on = {{Kind::link_expired, "0"}}});
  report.diagnosis.also = {{&hostname, {.summary = "the certificate does not cover shop.example.net"}, Side::server, Stage::certificate}};
  add_fixes(report);
  return report;
}

Report incomplete_chain() {
  Report report = begun("shop.example.com", 443);
  select(report);
  report.handshake.certificates = {leaf()};
  report.steps.push_back({"certificate", Step::State::failed, ""});
  fact(report, "https = yes");
  fact(report, "default_works = no", "the offer of a current mainstream client fails in the same way");
  fact(report, "issuer_missing[0] = CN=Example TLS CA 7,O=Example", "no certificate at hand is \"Example TLS CA 7\"");
  fact(report, "issuer_found[1] = aia", "the issuer was found at the address in the certificate and completes the chain");
  report.evidence.add(Kind::issuer_found_pem, std::string("-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n"), "", "1");
  fails(report, incomplete, Side::server, Stage::certificate,
        {.confidence = Confidence::certain,
         .summary = "the server leaves out the intermediate certificate \"Example TLS CA 7\"",
         .detail = {{"position", std::int64_t{1}}},
         .rests_on = {{Kind::issuer_missing, "0"}, {Kind::issuer_found, "1"}}});
  add_fixes(report);
  return report;
}

Report no_common_suite() {
  Report report = begun("db.example.com", 5432);
  report.target.starttls = "postgres";
  report.handshake.offered.versions = {0x0303};
  report.handshake.offered.suites = {0xc02f};
  report.handshake.alerts = {{Peer::server, true, 40, false, 0.0251}};
  report.handshake.messages.push_back({Peer::server, "alert", 0.0251, 2, "handshake_failure"});
  report.steps.push_back({"starttls", Step::State::ok, "postgres"});
  report.steps.push_back({"hello", Step::State::failed, "alert handshake_failure from the server"});
  fact(report, "starttls = postgres");
  fact(report, "offered_versions = tls1.2");
  fact(report, "offered_suites = TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
  fact(report, "failures_seen = 3", "as asked: alert handshake_failure (40), 3 of 3 times");
  fact(report, "cures[suites] = yes");
  fact(report, "selected_suite = TLS_RSA_WITH_AES_256_CBC_SHA");
  fact(report, "selected_version = tls1.2");
  fact(report, "default_works = yes", "the offer of a current mainstream client: ServerHello");
  report.probes = {{"control", "as asked", 3, 3, false, "alert handshake_failure (40)", "", std::nullopt},
                   {"suites", "with all cipher suites", 2, 2, true, "ServerHello: TLS 1.2, AES256-SHA", "", report.handshake}};
  fails(report, no_suite, Side::client, Stage::client_hello,
        {.confidence = Confidence::certain,
         .summary = "the client offers ECDHE-RSA-AES128-GCM-SHA256 only, the server chooses AES256-SHA when all suites are offered",
         .detail = {{"client", std::vector<std::string>{"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"}},
                    {"server", std::string("TLS_RSA_WITH_AES_256_CBC_SHA")}},
         .rests_on = {{Kind::cures, "suites"}}});
  add_fixes(report);
  return report;
}

Report starttls_needed() {
  Report report = begun("mail.example.com", 587);
  report.steps.push_back({"hello", Step::State::failed, "an answer that is no TLS"});
  fact(report, "plaintext_protocol = smtp", "the server speaks SMTP: \"220 mail.example.com ESMTP Postfix\"");
  fact(report, "upgrade_offered[smtp] = yes", "after EHLO it offers STARTTLS");
  fact(report, "upgrade_works[smtp] = yes", "after STARTTLS a ServerHello comes: TLS 1.3");
  fails(report, starttls, Side::client, Stage::client_hello,
        {.confidence = Confidence::certain,
         .summary = "this port speaks SMTP and wants STARTTLS",
         .detail = {{"protocol", std::string("smtp")}},
         .rests_on = {{Kind::plaintext_protocol, ""}, {Kind::upgrade_offered, "smtp"}, {Kind::upgrade_works, "smtp"}}});
  add_fixes(report);
  return report;
}

Report handshake_timeout() {
  Report report = begun("2001:db8::1", 443);
  report.handshake.offered.server_name.reset();
  report.target.servername.reset();
  report.steps.push_back({"hello", Step::State::failed, "no answer in 5000 ms"});
  fact(report, "failure = timeout");
  fact(report, "failures_seen = 2", "as asked: no answer in 5000 ms, 2 of 2 times");
  fact(report, "sent_acknowledged = no", "the server's TCP never acknowledged the whole ClientHello");
  fails(report, timeout, Side::network, Stage::client_hello,
        {.confidence = Confidence::likely,
         .summary = "silence after the ClientHello, whatever is offered",
         .rests_on = {{Kind::failures_seen, ""}},
         .to_be_surer = "run it from another network"});
  report.diagnosis.doubts = {{&reset,
                              {.confidence = Confidence::possible, .summary = "a filter on the way drops the answer"},
                              Side::network,
                              Stage::client_hello}};
  add_fixes(report);
  return report;
}

Report undetermined() {
  Report report = begun("db.example.com", 443);
  report.steps.push_back({"hello", Step::State::failed, "the connection is reset"});
  fact(report, "failure = reset");
  fact(report, "failures_seen = 3", "as asked: the connection is reset, 3 of 3 times");
  fact(report, "reset_hops_nearer = 3", "TTL 61 on the SYN-ACK, 64 on the reset");
  report.probes = {{"version", "with all versions from SSL 3 to TLS 1.3", 2, 2, false, "the connection is reset", "", std::nullopt},
                   {"size.512", "below 512 bytes", 2, 2, false, "the connection is reset", "", std::nullopt}};
  report.diagnosis.outcome = Outcome::undetermined;
  report.diagnosis.stage = Stage::client_hello;
  report.left_open = {"a filter on the way (the reset is 3 hops nearer than the server)", "the server's own refusal"};
  return report;
}

Report hostile() {
  const std::string evil = "\x1b[2J\x1b]0;owned\x07\r\n\xff\xfe\xe2\x80\xae" + std::string("gnp.exe");
  Report report = expired_certificate();
  report.target.host = evil;
  report.handshake.offered.alpn = {evil};
  report.handshake.offered.server_name = evil;
  report.handshake.certificates[0].subject = "CN=" + evil;
  report.handshake.certificates[0].issuer = evil;
  report.handshake.certificates[0].pem = evil;
  report.handshake.messages[0].text = evil;
  report.steps.back().text = evil;
  report.steps[2].text = evil;
  report.findings = {{evil, Severity::error, evil}};
  report.probes = {{evil, evil, 1, 1, false, evil, evil, std::nullopt}};
  report.diagnosis.verdict->finding.summary = evil;
  report.diagnosis.verdict->finding.to_be_surer = evil;
  report.diagnosis.verdict->finding.confidence = Confidence::likely;
  report.diagnosis.verdict->finding.detail.emplace_back(evil, evil);
  report.evidence.add(Kind::chain_length, std::int64_t{1}, evil);
  report.fixes.push_back({Side::server, evil, evil + "\n" + evil, evil, remedy::Applicability::adapt_first});
  report.left_open = {evil};
  return report;
}

Report certificate_files() {
  Report report;
  fact(report, "host = shop.example.com");
  fact(report, "now = 2026-11-21T00:00:00Z");
  fact(report, "failed_stage = certificate");
  fact(report, "issuer_missing[0] = CN=Example TLS CA 7", "certificate 0 (shop.example.com): issuer CN=Example TLS CA 7");
  fact(report, "issuer_found[1] = AIA, http://ca.example/7.crt", "the missing issuer was found: AIA, http://ca.example/7.crt");
  fact(report, "key_belongs = yes", "shop.key (ec-secp256r1) belongs to \"shop.example.com\"");
  report.files = {{"cert.pem", "PEM", "2 certificates"}, {"shop.key", "PEM", "a private key (ec-secp256r1)"}};
  report.handshake.certificates = {leaf(), leaf()};
  Certificate& own = report.handshake.certificates[0];
  own.names = {"shop.example.com", "www.shop.example.com", "a.example", "b.example", "c.example"};
  own.place = "cert.pem:1";
  own.role = "leaf";
  own.purpose = "serverAuth";
  own.left = 10;
  Certificate& stray = report.handshake.certificates[1];
  stray.position = 1;
  stray.subject = "CN=An Authority With A Very Long Name That Nobody Needs Here";
  stray.names = {};
  stray.place = "cert.pem:23";
  stray.role = "unused";
  stray.purpose = "may issue";
  fails(report, incomplete, Side::server, Stage::certificate,
        {.confidence = Confidence::certain,
         .summary = "the server does not send the intermediate certificate \"Example TLS CA 7\"",
         .rests_on = {{Kind::issuer_missing, "0"}, {Kind::issuer_found, "1"}}});
  report.findings = {
      {"validity.soon", Severity::warning, "\"shop.example.com\" ends on 2026-11-30, in 9 days: 10 % of its lifetime is left"}};
  report.bundle = Bundle{"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", true, "fullchain.pem"};
  report.siblings = {{"CN=api.example.com", Outcome::ok, "", ""},
                     {"CN=old.example.com", Outcome::failed, "certificate.expired", "it expired"}};
  report.stores = {
      {"OpenSSL", "/etc/ssl/certs", "present", "", "Example Root"},
      {"Java 17", "/usr/lib/jvm/java-17/lib/security/cacerts", "distrusted", "this Java refuses it by name", "Example Root"},
      {"Firefox", "/home/me/.mozilla/firefox/x.default", "unreadable", "it is of the old format (cert8.db), which only NSS reads", ""},
      {"Node.js, built in", "/usr/bin/node", "absent", "", ""}};
  add_fixes(report);
  return report;
}

const std::vector<Named>& all() {
  static const std::vector<Named> samples{{"works", works},
                                          {"expired_certificate", expired_certificate},
                                          {"incomplete_chain", incomplete_chain},
                                          {"no_common_suite", no_common_suite},
                                          {"starttls_needed", starttls_needed},
                                          {"handshake_timeout", handshake_timeout},
                                          {"undetermined", undetermined},
                                          {"hostile", hostile},
                                          {"certificate_files", certificate_files},
                                          {"watched_refusal", watched_refusal},
                                          {"watched_reset", watched_reset},
                                          {"watched_abandoned", watched_abandoned},
                                          {"watched_quic", watched_quic},
                                          {"watched_works", watched_works},
                                          {"watched_hostile", watched_hostile}};
  return samples;
}

}  // namespace whytls::report::sample
