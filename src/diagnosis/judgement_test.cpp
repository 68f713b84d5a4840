// SPDX-License-Identifier: Apache-2.0
// "Order of judgement" and its neighbours, sentence by sentence: which cause, whose side, how sure.
#include <gtest/gtest.h>

#include "diagnosis/test_evidence.h"

namespace whytls::diagnosis {
namespace {

struct Case {
  std::string_view sentence;
  std::vector<std::string_view> facts;
  std::string_view id;
  Side side = Side::server;
  Confidence confidence = Confidence::certain;
};

class Judgement : public testing::TestWithParam<Case> {};

TEST_P(Judgement, IsAsWritten) {
  const Case& c = GetParam();
  const Diagnosis d = diagnose(evidence_of(c.facts));
  ASSERT_EQ(verdict_id(d), c.id) << c.sentence;
  if (!d.verdict) return;
  EXPECT_EQ(remedy::side_name(d.verdict->side), remedy::side_name(c.side)) << c.sentence;
  EXPECT_EQ(confidence_name(d.verdict->finding.confidence), confidence_name(c.confidence)) << c.sentence;
  EXPECT_FALSE(d.verdict->finding.rests_on.empty()) << c.sentence;
}

#define HELLO "failed_stage = client-hello", "completed = no"
#define ALERT(name) "failure = alert", "alert = " name, "alert_from = server", "failures_seen = 2"
#define ENDS(how) "failure = " how, "failures_seen = 2"
#define CERTIFICATE "failed_stage = certificate", "completed = no", "failure = client"
#define CLIENT_CERTIFICATE \
  "failed_stage = client-certificate", "completed = no", "requests_certificate = yes", "client_certificate_sent = yes"

INSTANTIATE_TEST_SUITE_P(
    Versions, Judgement,
    testing::Values(
        Case{"TLS 1.3 only server, client of 1.2 by option",
             {HELLO, ALERT("protocol_version"), "offered_versions = tls1.2", "cures[version] = yes", "cures[algorithms] = no",
              "selected_version = tls1.3", "default_works = yes"},
             "protocol.version-mismatch",
             Side::client},
        Case{"a client of TLS 1.0 lies below the floor, whatever the default client does",
             {HELLO, ALERT("protocol_version"), "offered_versions = tls1.0", "cures[version] = yes", "cures[algorithms] = no",
              "selected_version = tls1.2"},
             "protocol.version-mismatch",
             Side::client},
        Case{"a server of TLS 1.0 lies below the floor",
             {HELLO, ENDS("closed"), "offered_versions = tls1.3, tls1.2", "cures[version] = yes", "cures[algorithms] = no",
              "selected_version = tls1.0", "default_works = no"},
             "protocol.version-mismatch",
             Side::server},
        Case{"with the version alone tried, something else may be missing",
             {HELLO, ENDS("closed"), "offered_versions = tls1.2", "cures[version] = yes", "selected_version = tls1.3"},
             "protocol.version-mismatch",
             Side::server,
             Confidence::likely},
        Case{"a client of TLS 1.2 with one suite meets a server of 1.2 and 1.3: the version is common, the suite is not",
             {HELLO, ALERT("handshake_failure"), "offered_versions = tls1.2", "offered_suites = TLS_RSA_WITH_CAMELLIA_256_CBC_SHA",
              "cures[version] = yes", "cures[algorithms] = yes", "cures[key-type] = no", "cures[suites] = yes", "cures[groups] = no",
              "cures[signature-algorithms] = no", "selected_version = tls1.3", "default_works = yes"},
             "cipher.no-common-suite",
             Side::client},
        Case{"an offer of TLS 1.3 alone refused by a server of 1.2, however rudely, is a mismatch",
             {HELLO, ENDS("timeout"), "offered_versions = tls1.3", "any_offer_works = yes", "selected_version = tls1.2",
              "cures[version] = no", "cures[algorithms] = no"},
             "protocol.version-mismatch",
             Side::server,
             Confidence::likely},
        Case{"an intolerance needs a version in the offer that works alone",
             {HELLO, ENDS("timeout"), "offered_versions = tls1.3, tls1.2", "offered_groups = x25519", "offered_size = 250",
              "any_offer_works = yes", "selected_version = tls1.2", "cures[version.without-tls1.3] = yes", "cures[version] = no",
              "cures[algorithms] = no"},
             "protocol.version-intolerance"},
        Case{"a server of TLS 1.1 answers TLS 1.3 with an alert and TLS 1.2 with a ServerHello of 1.1: it is no intolerance",
             {HELLO, ALERT("protocol_version"), "offered_versions = tls1.3, tls1.2", "offered_groups = x25519", "any_offer_works = yes",
              "selected_version = tls1.1", "cures[version.without-tls1.3] = yes", "cures[version] = no", "cures[algorithms] = no"},
             "protocol.version-mismatch"},
        Case{"an old version in the ServerHello that the client in question does not have",
             {"failed_stage = server-hello", "completed = no", "failure = client", "offered_versions = tls1.3, tls1.2",
              "selected_version = tls1.1", "secure_renegotiation = no"},
             "protocol.version-mismatch"}));

INSTANTIATE_TEST_SUITE_P(
    Names, Judgement,
    testing::Values(
        Case{"no name was sent and a name cures it, by alert 109 too",
             {HELLO, ALERT("missing_extension"), "offered_server_name = ", "cures[server-name.added] = yes", "any_offer_works = yes"},
             "protocol.sni-required",
             Side::client},
        Case{"alert 112 without a name says so itself",
             {HELLO, ALERT("unrecognized_name"), "offered_server_name = "},
             "protocol.sni-required",
             Side::client,
             Confidence::likely},
        Case{"a fatal 112 in answer to a name, even if no other name is known to work",
             {HELLO, ALERT("unrecognized_name"), "offered_server_name = a.example", "any_offer_works = no", "cures[server-name.other] = no",
              "cures[server-name.dropped] = no"},
             "protocol.sni-unrecognized"},
        Case{"refused by a close, another name is accepted",
             {HELLO, ENDS("closed"), "offered_server_name = a.example", "cures[server-name.other] = yes", "any_offer_works = yes"},
             "protocol.sni-unrecognized"},
        Case{"fails with every name and works with none",
             {HELLO, ALERT("internal_error"), "offered_server_name = a.example", "cures[server-name.other] = no",
              "cures[server-name.dropped] = yes", "any_offer_works = yes"},
             "protocol.hello-intolerance"},
        Case{"only this name, by a reset: certain only by a sign of the path",
             {HELLO, ENDS("reset"), "offered_server_name = a.example", "cures[server-name.other] = yes", "any_offer_works = yes"},
             "network.sni-filtered",
             Side::network,
             Confidence::likely},
        Case{"a reset that came sooner than the server can answer",
             {HELLO, ENDS("reset"), "offered_server_name = a.example", "cures[server-name.other] = yes", "any_offer_works = yes",
              "reset_too_soon = yes"},
             "network.sni-filtered",
             Side::network},
        Case{"asked for by address, and the certificate has names only",
             {CERTIFICATE, "asked_by_address = yes", "name_mismatch = 192.0.2.1", "leaf_names = a.example",
              "offered_server_name = ", "cures[server-name.added] = no"},
             "certificate.hostname-mismatch"}));

INSTANTIATE_TEST_SUITE_P(
    SuitesAndKeys, Judgement,
    testing::Values(
        Case{"a P-384 key for a client of P-256 only",
             {HELLO, ALERT("handshake_failure"), "offered_versions = tls1.2", "offered_suites = TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
              "offered_groups = secp256r1", "offered_signature_algorithms = ecdsa_secp256r1_sha256", "cures[key-type] = yes",
              "cures[groups] = yes", "server_key = ec-secp384r1", "selected_version = tls1.2", "default_works = yes"},
             "cipher.certificate-key-type",
             Side::client},
        Case{"the type, its curve and a scheme for it are all offered: it is the group of the key exchange",
             {HELLO, ALERT("handshake_failure"), "offered_versions = tls1.2", "offered_suites = TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
              "offered_groups = secp521r1", "offered_signature_algorithms = rsa_pkcs1_sha256", "cures[key-type] = yes",
              "cures[groups] = yes", "server_key = rsa-2048", "selected_version = tls1.2", "default_works = yes"},
             "cipher.no-common-group",
             Side::client},
        Case{"an Ed25519 key without an EdDSA scheme",
             {HELLO, ALERT("handshake_failure"), "offered_versions = tls1.3", "offered_suites = TLS_AES_128_GCM_SHA256",
              "offered_signature_algorithms = rsa_pss_rsae_sha256, ecdsa_secp256r1_sha256", "cures[key-type] = yes",
              "cures[signature-algorithms] = yes", "server_key = ed25519", "selected_version = tls1.3", "default_works = yes"},
             "cipher.certificate-key-type",
             Side::client},
        Case{"the type is offered, the hash is not; SHA-1 alone lies below the floor",
             {HELLO, ALERT("handshake_failure"), "offered_versions = tls1.2", "offered_suites = TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
              "offered_signature_algorithms = rsa_pkcs1_sha1", "cures[key-type] = no", "cures[suites] = no", "cures[groups] = no",
              "cures[signature-algorithms] = yes", "server_key = rsa-2048"},
             "cipher.no-common-signature-algorithm",
             Side::client},
        Case{"no certificate at all: the server's",
             {HELLO, ALERT("handshake_failure"), "offered_versions = tls1.2", "cures[key-type] = no", "cures[suites] = yes",
              "breaks[suites] = yes", "selected_suite = TLS_DH_anon_WITH_AES_128_CBC_SHA", "default_works = no"},
             "cipher.no-common-suite",
             Side::server},
        Case{"a server that every offer meets with alert 40 cannot serve at all",
             {HELLO, ALERT("handshake_failure"), "any_offer_works = no", "cures[suites] = no", "cures[key-type] = no"},
             "protocol.refused-by-alert"},
        Case{"below the floor it is weak-dh even where a policy says no as well",
             {"failed_stage = key-exchange", "completed = no", "failure = client", "client = openssl", "dh_bits = 1024",
              "policy_forbids[openssl] = DH parameters of 1024 bits", "policy_below_floor[openssl] = yes"},
             "cipher.weak-dh"}));

INSTANTIATE_TEST_SUITE_P(
    SizeAndForm, Judgement,
    testing::Values(Case{"unacknowledged large flights, cured by small segments",
                         {HELLO, ENDS("timeout"), "sent_acknowledged = no", "offered_groups = X25519MLKEM768, x25519",
                          "offered_size = 1700", "any_offer_works = yes", "cures[post-quantum.dropped] = yes",
                          "cures[post-quantum.padded] = no", "cures[segments.small] = yes", "cures[version.without-tls1.3] = yes"},
                         "network.mtu-blackhole",
                         Side::network},
                    Case{"acknowledged and cured by a smaller hello",
                         {HELLO, ENDS("timeout"), "sent_acknowledged = yes", "offered_groups = X25519MLKEM768, x25519",
                          "offered_size = 1700", "any_offer_works = yes", "cures[post-quantum.dropped] = yes",
                          "cures[post-quantum.padded] = no", "cures[segments.small] = no", "cures[version.without-tls1.3] = yes",
                          "offered_versions = tls1.3, tls1.2"},
                         "protocol.hello-intolerance"},
                    Case{"unacknowledged, and small segments change nothing: somebody on the path",
                         {HELLO, ENDS("timeout"), "sent_acknowledged = no", "offered_groups = X25519MLKEM768, x25519",
                          "offered_size = 1700", "any_offer_works = yes", "cures[post-quantum.dropped] = yes",
                          "cures[post-quantum.padded] = no", "cures[segments.small] = no"},
                         "protocol.hello-intolerance",
                         Side::network},
                    Case{"a default client that gets through makes the size the client's",
                         {HELLO, ENDS("reset"), "sent_acknowledged = yes", "offered_groups = x25519", "offered_size = 3000",
                          "any_offer_works = yes", "breaks[size.1400] = yes", "default_works = yes"},
                         "protocol.hello-intolerance",
                         Side::client},
                    Case{"a hello over two segments, and a small one fails too as soon as it is cut",
                         {HELLO, ENDS("reset"), "offered_groups = X25519MLKEM768, x25519", "offered_size = 1700", "any_offer_works = yes",
                          "cures[post-quantum.dropped] = yes", "cures[post-quantum.padded] = no", "breaks[size.1400] = yes",
                          "breaks[segments.split] = yes"},
                         "protocol.hello-intolerance"},
                    Case{"GREASE in the version list is GREASE, not the version beside it",
                         {HELLO, ENDS("reset"), "offered_versions = tls1.3, tls1.2", "offered_groups = x25519", "offered_size = 500",
                          "any_offer_works = yes", "cures[grease.dropped] = yes", "cures[version.without-tls1.3] = yes"},
                         "protocol.hello-intolerance"},
                    Case{"alert 50 cured by a plainer hello",
                         {HELLO, ALERT("decode_error"), "offered_size = 500", "any_offer_works = yes", "cures[extensions.dropped] = yes",
                          "cures[extension.dropped.session_ticket] = yes"},
                         "protocol.hello-intolerance"},
                    Case{"alert 50 that nothing cures", {HELLO, ALERT("decode_error"), "any_offer_works = no"}, "protocol.malformed"}));

INSTANTIATE_TEST_SUITE_P(
    ClientCertificates, Judgement,
    testing::Values(Case{"an empty message, whatever the alert says",
                         {"failed_stage = client-certificate", "completed = no", ALERT("bad_certificate"), "requests_certificate = yes",
                          "client_certificate_sent = no"},
                         "client-auth.certificate-required",
                         Side::client},
                    Case{"nginx's 400 after the handshake",
                         {"failed_stage = established", "completed = no", "requests_certificate = yes", "client_certificate_sent = no",
                          "http_wants_certificate = yes"},
                         "client-auth.certificate-required",
                         Side::client},
                    Case{"the dates prove it, the alert says another thing",
                         {CLIENT_CERTIFICATE, ALERT("unknown_ca"), "client_certificate_expired = yes"},
                         "client-auth.certificate-expired",
                         Side::client},
                    Case{"the issuer list proves it",
                         {CLIENT_CERTIFICATE, ALERT("certificate_unknown"), "client_certificate_issuer_listed = no"},
                         "client-auth.unknown-ca",
                         Side::client},
                    Case{"without proof alert 44 names its own cause",
                         {CLIENT_CERTIFICATE, ALERT("certificate_revoked")},
                         "client-auth.certificate-revoked",
                         Side::client},
                    Case{"without proof alert 45 names its own cause",
                         {CLIENT_CERTIFICATE, ALERT("certificate_expired")},
                         "client-auth.certificate-expired",
                         Side::client},
                    Case{"without proof alert 48 names its own cause",
                         {CLIENT_CERTIFICATE, ALERT("unknown_ca")},
                         "client-auth.unknown-ca",
                         Side::client},
                    Case{"without proof alert 40 is a refusal",
                         {CLIENT_CERTIFICATE, ALERT("handshake_failure")},
                         "client-auth.certificate-rejected",
                         Side::client},
                    Case{"without proof alert 43 is a refusal",
                         {CLIENT_CERTIFICATE, ALERT("unsupported_certificate")},
                         "client-auth.certificate-rejected",
                         Side::client},
                    Case{"so is a close", {CLIENT_CERTIFICATE, ENDS("closed")}, "client-auth.certificate-rejected", Side::client},
                    Case{"the purpose proves it",
                         {CLIENT_CERTIFICATE, ALERT("unknown_ca"), "client_certificate_for_clients = no"},
                         "client-auth.certificate-rejected",
                         Side::client},
                    Case{"a pair that does not match is known before any connection",
                         {"completed = no", "client_certificate_given = yes", "client_certificate_key_matches = no"},
                         "client-auth.key-mismatch",
                         Side::client}));

INSTANTIATE_TEST_SUITE_P(
    TrustAndTime, Judgement,
    testing::Values(
        Case{"the missing certificate is found",
             {CERTIFICATE, "chain_length = 1", "issuer_missing[0] = CN=I", "issuer_found[1] = aia"},
             "certificate.incomplete-chain"},
        Case{"a next certificate that is not its issuer",
             {CERTIFICATE, "chain_length = 2", "chain_linked = no", "issuer_missing[0] = CN=I", "issuer_calls_itself_root = no"},
             "certificate.incomplete-chain",
             Side::server,
             Confidence::likely},
        Case{
            "a leaf alone whose issuer calls itself a root",
            {CERTIFICATE, "chain_length = 1", "chain_linked = no", "issuer_missing[0] = CN=Example Root", "issuer_calls_itself_root = yes"},
            "certificate.untrusted-root",
            Side::server,
            Confidence::likely},
        Case{"the default client's store has the root",
             {CERTIFICATE, "chain_length = 2", "chain_linked = yes", "root_untrusted = root CN=R", "store_given = yes",
              "default_works = yes"},
             "certificate.untrusted-root",
             Side::client},
        Case{"the store loads no root",
             {CERTIFICATE, "chain_length = 2", "chain_linked = yes", "root_untrusted = issuer CN=R", "store_roots = 0"},
             "configuration.trust-store",
             Side::client},
        Case{"clock: two times agree",
             {CERTIFICATE, "link_expired[0] = 2026-01-01T00:00:00Z", "clock_ahead[date-header] = 90000000",
              "chain_valid_by_other_clock[date-header] = yes", "clock_ahead[ocsp] = 90000200", "chain_valid_by_other_clock[ocsp] = yes"},
             "configuration.clock-skew",
             Side::client},
        Case{"clock: one time only",
             {CERTIFICATE, "link_expired[0] = 2026-01-01T00:00:00Z", "clock_ahead[date-header] = 90000000",
              "chain_valid_by_other_clock[date-header] = yes"},
             "configuration.clock-skew",
             Side::client,
             Confidence::likely},
        Case{"clock: --at switches it off",
             {CERTIFICATE, "at_given = yes", "link_expired[0] = 2026-01-01T00:00:00Z", "clock_ahead[date-header] = 90000000",
              "chain_valid_by_other_clock[date-header] = yes"},
             "certificate.expired"},
        Case{"must-staple without a staple", {CERTIFICATE, "must_staple = yes", "staple = absent"}, "certificate.missing-staple"},
        Case{"must-staple with an unusable one",
             {CERTIFICATE, "must_staple = yes", "staple = unusable", "revocation_answer = unknown"},
             "certificate.revocation-unavailable"}));

INSTANTIATE_TEST_SUITE_P(
    SourcesAndPaths, Judgement,
    testing::Values(Case{"a wire shows the symptom, the file the reason",
                         {"failed_stage = starttls", "completed = no", "failure = starttls", "starttls = smtp", "starttls_answer = refused",
                          "config_file_unreadable = main.cf:3 key.pem"},
                         "configuration.file-unreadable"},
                    Case{"a server that did not start for its configuration",
                         {"failed_stage = tcp", "completed = no", ENDS("refused"), "config_key_mismatch = nginx.conf:4"},
                         "configuration.key-mismatch"},
                    Case{"the client's own file",
                         {"config_file_missing = client.conf:2 ca.pem", "config_side = client"},
                         "configuration.file-missing",
                         Side::client},
                    Case{"the handshake's signature fails",
                         {"failed_stage = key-exchange", "completed = no", "failure = client", "signature_verifies = no"},
                         "configuration.key-mismatch"},
                    Case{"this machine's own lack of IPv6 never counts",
                         {"failed_stage = tcp", "completed = no", ENDS("unreachable"), "address_outcome[192.0.2.1] = ok",
                          "address_successes[192.0.2.1] = 2", "address_outcome[2001:db8::1] = unreachable",
                          "address_failures[2001:db8::1] = 2", "no_route_for_family[ipv6] = yes"},
                         "network.unreachable",
                         Side::network},
                    Case{"one address works and one fails, each repeated",
                         {"failed_stage = tcp", "completed = no", ENDS("refused"), "address_outcome[192.0.2.1] = ok",
                          "address_successes[192.0.2.1] = 2", "address_outcome[192.0.2.2] = refused", "address_failures[192.0.2.2] = 2"},
                         "network.inconsistent-addresses"},
                    Case{"one that failed once only is not counted",
                         {"failed_stage = tcp", "completed = no", "failure = refused", "failures_seen = 1",
                          "address_outcome[192.0.2.1] = ok", "address_successes[192.0.2.1] = 2", "address_outcome[192.0.2.2] = refused",
                          "address_failures[192.0.2.2] = 1"},
                         "network.connection-refused",
                         Side::server,
                         Confidence::likely},
                    Case{"a PROXY protocol expectation is not TLS",
                         {HELLO, "failure = plaintext", "plaintext_protocol = proxy-protocol"},
                         "protocol.not-tls"},
                    Case{"a policy forbids what lies at or above the floor",
                         {HELLO, ALERT("protocol_version"), "client = gnutls", "offered_versions = tls1.3", "cures[version] = yes",
                          "cures[algorithms] = no", "selected_version = tls1.2", "default_works = yes", "policy_forbids[gnutls] = TLS 1.2",
                          "policy_below_floor[gnutls] = no"},
                         "configuration.crypto-policy",
                         Side::client},
                    Case{"of another library's policy the client in question knows nothing",
                         {HELLO, ALERT("protocol_version"), "client = default", "offered_versions = tls1.3", "cures[version] = yes",
                          "cures[algorithms] = no", "selected_version = tls1.2", "policy_forbids[openssl] = TLS 1.2",
                          "policy_below_floor[openssl] = no"},
                         "protocol.version-mismatch"}));

/// What a detail's key holds, as text.
std::string detail(const std::vector<std::string_view>& facts, std::string_view key) {
  const Diagnosis d = diagnose(evidence_of(facts));
  if (!d.verdict) return "no verdict";
  for (const auto& [name, value] : d.verdict->finding.detail)
    if (name == key) return std::holds_alternative<std::string>(value) ? std::get<std::string>(value) : "not a text";
  return "no such key";
}

TEST(Detail, TheTriggerOfAnIntoleranceIsNamedSizeThenGroupThenWhatIsNarrower) {
  const auto trigger = [](std::vector<std::string_view> more) {
    std::vector<std::string_view> facts{HELLO, ENDS("reset"), "any_offer_works = yes", "offered_groups = X25519MLKEM768, x25519",
                                        "offered_size = 1700"};
    facts.insert(facts.end(), more.begin(), more.end());
    return detail(facts, "trigger");
  };
  EXPECT_EQ(trigger({"cures[post-quantum.dropped] = yes", "cures[post-quantum.padded] = no"}), "size");
  EXPECT_EQ(trigger({"breaks[size.512] = yes"}), "size");
  EXPECT_EQ(trigger({"cures[post-quantum.dropped] = yes", "cures[post-quantum.padded] = yes"}), "group");
  EXPECT_EQ(trigger({"cures[post-quantum.dropped] = yes"}), "group");
  EXPECT_EQ(trigger({"breaks[size.1400] = yes", "breaks[segments.split] = yes"}), "fragmentation");
  EXPECT_EQ(trigger({"cures[records.one] = yes"}), "fragmentation");
  EXPECT_EQ(trigger({"cures[grease.dropped] = yes", "cures[extensions.dropped] = yes"}), "grease");
  EXPECT_EQ(trigger({"cures[extensions.dropped] = yes", "cures[extension.dropped.status_request] = yes"}), "status_request");
  EXPECT_EQ(trigger({"cures[extended-master-secret.dropped] = yes"}), "extended_master_secret");
  EXPECT_EQ(trigger({"cures[extensions.dropped] = yes"}), "extensions");
  EXPECT_EQ(trigger({"cures[alpn.dropped] = yes", "cures[alpn.other] = no"}), "application_layer_protocol_negotiation");
  EXPECT_EQ(trigger({"breaks[size.1400] = no", "cures[size.1400] = no"}), "no verdict");
}

TEST(Detail, AProxysErrorAboutTheServerBehindItCarriesItsCause) {
  const auto inner = [](std::string_view status, std::string_view answer) {
    return detail({"failed_stage = proxy", "failure = proxy", status, answer}, "inner");
  };
  EXPECT_EQ(inner("proxy_status = 504", "proxy_answer = Gateway Timeout"), "network.connection-timeout");
  EXPECT_EQ(inner("proxy_status = 502", "proxy_answer = Bad Gateway: cannot resolve host"), "network.dns-failure");
  EXPECT_EQ(inner("proxy_status = 503", "proxy_answer = Connection refused"), "network.connection-refused");
  EXPECT_EQ(inner("proxy_status = 5", "proxy_answer = connection refused"), "network.connection-refused");
  EXPECT_EQ(inner("proxy_status = 403", "proxy_answer = Forbidden"), "no such key");
  EXPECT_EQ(inner("proxy_status = 407", "proxy_answer = Proxy Authentication Required"), "no such key");
}

TEST(Detail, WhoSpeaksPlaintextAndWhat) {
  EXPECT_EQ(detail({HELLO, "failure = plaintext", "plaintext_protocol = ssh"}, "speaker"), "server");
  EXPECT_EQ(detail({HELLO, "failure = plaintext", "plaintext_protocol = http", "plaintext_speaker = client"}, "speaker"), "client");
  EXPECT_EQ(detail({HELLO, ENDS("closed"), "cures[proxy-header.added] = yes"}, "protocol"), "proxy-protocol");
  EXPECT_EQ(detail({HELLO, "failure = plaintext", "plaintext_protocol = smtp", "upgrade_offered[smtp] = yes"}, "starttls"), "smtp");
}

}  // namespace
}  // namespace whytls::diagnosis
