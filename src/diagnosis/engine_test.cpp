// SPDX-License-Identifier: Apache-2.0
// How the engine ranks, silences and sorts what the rules find; and that the vocabulary of causes is complete.
#include "diagnosis/engine.h"

#include <gmock/gmock.h>

#include <set>

#include "diagnosis/test_evidence.h"
#include "evidence/changes.h"

namespace whytls::diagnosis {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

/// The stable vocabulary: an id is never renamed, and a new one needs a definition that tells it from its neighbours.
constexpr std::string_view vocabulary[] = {
    "network.dns-failure",
    "network.connection-refused",
    "network.connection-timeout",
    "network.unreachable",
    "network.reset-in-handshake",
    "network.closed-in-handshake",
    "network.handshake-timeout",
    "network.rate-limited",
    "network.sni-filtered",
    "network.mtu-blackhole",
    "network.proxy-refused",
    "network.tls-intercepted",
    "network.inconsistent-addresses",
    "protocol.version-mismatch",
    "protocol.version-intolerance",
    "protocol.not-tls",
    "protocol.starttls-needed",
    "protocol.starttls-refused",
    "protocol.sni-required",
    "protocol.sni-unrecognized",
    "protocol.alpn-mismatch",
    "protocol.hello-intolerance",
    "protocol.legacy-renegotiation",
    "protocol.fallback-rejected",
    "protocol.downgrade-detected",
    "protocol.required-extension-missing",
    "protocol.ech-rejected",
    "protocol.refused-by-alert",
    "protocol.malformed",
    "cipher.no-common-suite",
    "cipher.no-common-group",
    "cipher.no-common-signature-algorithm",
    "cipher.certificate-key-type",
    "cipher.psk-required",
    "cipher.weak-dh",
    "certificate.malformed",
    "certificate.revoked",
    "certificate.expired",
    "certificate.not-yet-valid",
    "certificate.self-signed",
    "certificate.incomplete-chain",
    "certificate.untrusted-root",
    "certificate.hostname-mismatch",
    "certificate.bad-signature",
    "certificate.invalid-ca",
    "certificate.name-constraint",
    "certificate.wrong-purpose",
    "certificate.unknown-critical-extension",
    "certificate.weak-key",
    "certificate.weak-signature",
    "certificate.revocation-unavailable",
    "certificate.missing-staple",
    "certificate.ct-missing",
    "client-auth.certificate-required",
    "client-auth.unknown-ca",
    "client-auth.certificate-expired",
    "client-auth.certificate-revoked",
    "client-auth.certificate-rejected",
    "client-auth.key-mismatch",
    "configuration.key-mismatch",
    "configuration.file-missing",
    "configuration.file-unreadable",
    "configuration.invalid-directive",
    "configuration.tls-off",
    "configuration.clock-skew",
    "configuration.trust-store",
    "configuration.crypto-policy",
};

TEST(Vocabulary, EveryIdHasACauseAndAPageAndThereAreNoOthers) {
  for (const std::string_view id : vocabulary) {
    EXPECT_NE(cause(id), nullptr) << id;
    EXPECT_FALSE(page(id).empty()) << id;
  }
  std::set<std::string_view> known(std::begin(vocabulary), std::end(vocabulary));
  for (const Cause* c : causes) EXPECT_TRUE(known.count(c->id)) << c->id << " is not in the vocabulary";
}

TEST(Vocabulary, TheCertificateTableIsInItsOrder) {
  constexpr std::string_view table[] = {"malformed",
                                        "revoked",
                                        "expired",
                                        "not-yet-valid",
                                        "self-signed",
                                        "incomplete-chain",
                                        "untrusted-root",
                                        "hostname-mismatch",
                                        "bad-signature",
                                        "invalid-ca",
                                        "name-constraint",
                                        "wrong-purpose",
                                        "unknown-critical-extension",
                                        "weak-key",
                                        "weak-signature",
                                        "revocation-unavailable",
                                        "missing-staple",
                                        "ct-missing"};
  int before = rank::certificate - 1;
  for (const std::string_view name : table) {
    const Cause* row = cause("certificate." + std::string(name));
    ASSERT_NE(row, nullptr) << name;
    EXPECT_GT(row->rank, before) << name;
    before = row->rank;
  }
}

TEST(Vocabulary, APageIsFoundByItsIdAndNotByAnother) {
  EXPECT_THAT(std::string(page("client-auth.key-mismatch")), testing::StartsWith("# client-auth.key-mismatch\n"));
  EXPECT_TRUE(page("client-auth").empty());
  EXPECT_TRUE(page("certificate.no-such-thing").empty());
  EXPECT_EQ(cause("certificate.no-such-thing"), nullptr);
}

TEST(Stages, AreNamedBothWays) {
  EXPECT_EQ(stage_name(Stage::client_certificate), "client-certificate");
  EXPECT_EQ(stage_named("client-certificate"), Stage::client_certificate);
  EXPECT_EQ(stage_named("somewhere"), std::nullopt);
}

TEST(Ranking, TheEarliestStepIsTheVerdictAndLaterOnesWouldStillFail) {
  const Diagnosis d =
      diagnose(evidence_of({"failed_stage = client-hello", "failure = alert", "alert = protocol_version", "alert_from = server",
                            "offered_versions = tls1.2", "cures[version] = yes", "cures[algorithms] = no", "selected_version = tls1.3",
                            "now = 2026-11-21T00:00:00Z", "link_expired[0] = 2026-11-01T00:00:00Z"}));
  EXPECT_EQ(verdict_id(d), "protocol.version-mismatch");
  EXPECT_EQ(d.stage, Stage::client_hello);
  EXPECT_EQ(d.outcome, Outcome::failed);
  EXPECT_THAT(ids(d.also), ElementsAre("certificate.expired"));
  EXPECT_THAT(d.doubts, IsEmpty());
}

TEST(Ranking, AtOneStepTheOrderOfJudgementDecidesAndTheRestAreDoubts) {
  const Diagnosis d = diagnose(evidence_of({"failed_stage = client-hello", "failure = alert", "alert = handshake_failure",
                                            "alert_from = server", "offered_versions = tls1.2", "offered_server_name = a.example",
                                            "cures[server-name.other] = yes", "cures[suites] = yes", "any_offer_works = yes"}));
  EXPECT_EQ(verdict_id(d), "protocol.sni-unrecognized");
  EXPECT_THAT(ids(d.doubts), ElementsAre("cipher.no-common-suite"));
  EXPECT_THAT(d.also, IsEmpty());
}

TEST(Ranking, FaultsOfCertificatesStandSideBySideInTheOrderOfTheirTable) {
  const Diagnosis d =
      diagnose(evidence_of({"failed_stage = certificate", "failure = client", "link_weak_key[0] = rsa-1024", "name_mismatch = a.example",
                            "leaf_names = b.example", "now = 2026-11-21T00:00:00Z", "link_expired[1] = 2026-11-01T00:00:00Z"}));
  EXPECT_EQ(verdict_id(d), "certificate.expired");
  EXPECT_THAT(ids(d.also), ElementsAre("certificate.hostname-mismatch", "certificate.weak-key"));
}

TEST(Ranking, AGuessComesLastAndSilencesNothing) {
  const Diagnosis d = diagnose(evidence_of({"failed_stage = client-hello", "failure = reset", "failures_seen = 3", "any_offer_works = yes",
                                            "offered_server_name = a.example", "cures[server-name.dropped] = yes",
                                            "served_then_refused = yes", "offered_versions = tls1.2", "cures[suites] = yes"}));
  EXPECT_EQ(verdict_id(d), "cipher.no-common-suite");
  EXPECT_THAT(ids(d.doubts), UnorderedElementsAre("network.sni-filtered", "network.rate-limited"));
  for (const Verdict& doubt : d.doubts) EXPECT_EQ(doubt.finding.confidence, Confidence::possible);
}

TEST(Ranking, ASecondFaultOfTheOfferIsToldWhereMendingTheFirstIsNotEnough) {
  const Evidence both = evidence_of({"failed_stage = client-hello", "failure = alert", "alert = handshake_failure", "alert_from = server",
                                     "offered_versions = tls1.2", "breaks[suites] = yes", "cures[suites] = no", "breaks[groups] = yes",
                                     "cures[groups] = no", "any_offer_works = yes"});
  const Diagnosis d = diagnose(both);
  EXPECT_EQ(verdict_id(d), "cipher.no-common-suite");
  EXPECT_THAT(ids(d.also), ElementsAre("cipher.no-common-group"));

  Evidence one = both;
  one.add(Kind::cures, true, {}, std::string(evidence::change::suites));
  EXPECT_THAT(ids(diagnose(one).also), IsEmpty());
  EXPECT_THAT(ids(diagnose(one).doubts), ElementsAre("cipher.no-common-group"));
}

TEST(Silencing, AnInspectingProxyBeatsTheCertificatesFaultsButNotOtherRefusals) {
  const Diagnosis certificate =
      diagnose(evidence_of({"failed_stage = certificate", "failure = client", "same_issuer_for_unrelated_name = yes",
                            "root_untrusted = CN=X", "name_mismatch = a.example", "link_weak_key[1] = rsa-1024"}));
  EXPECT_EQ(verdict_id(certificate), "network.tls-intercepted");
  EXPECT_THAT(certificate.also, IsEmpty());

  const Diagnosis version =
      diagnose(evidence_of({"failed_stage = client-hello", "failure = alert", "alert = protocol_version", "alert_from = server",
                            "offered_versions = tls1.2", "cures[version] = yes", "cures[algorithms] = no", "selected_version = tls1.3",
                            "same_issuer_for_unrelated_name = yes", "root_untrusted = CN=X"}));
  EXPECT_EQ(verdict_id(version), "protocol.version-mismatch");
  EXPECT_THAT(ids(version.also), ElementsAre("network.tls-intercepted"));
}

TEST(Silencing, TheCertificateOfADefaultSiteIsAConsequenceOfTheMissingName) {
  const auto facts = {"failed_stage = certificate", "failure = client", "offered_server_name = ", "name_mismatch = a.example",
                      "leaf_self_signed = yes"};
  Evidence e;
  for (const std::string_view line : facts) e.add(*evidence::parse_fact(line));
  EXPECT_EQ(verdict_id(diagnose(e)), "certificate.self-signed");
  e.add(Kind::cures, true, {}, std::string(evidence::change::server_name_added));
  const Diagnosis d = diagnose(e);
  EXPECT_EQ(verdict_id(d), "protocol.sni-required");
  EXPECT_THAT(d.also, IsEmpty());
}

TEST(Silencing, OneBadAddressExplainsAllThatWasFoundThere) {
  const Diagnosis d = diagnose(evidence_of(
      {"failed_stage = certificate", "failure = client", "completed = no", "leaf_self_signed = yes", "name_mismatch = a.example",
       "address_outcome[192.0.2.1] = ok", "address_successes[192.0.2.1] = 2", "address_outcome[192.0.2.2] = the certificate is self-signed",
       "address_failures[192.0.2.2] = 2", "address_cause[192.0.2.2] = certificate.self-signed"}));
  EXPECT_EQ(verdict_id(d), "network.inconsistent-addresses");
  EXPECT_EQ(d.verdict->finding.confidence, Confidence::certain);
  EXPECT_THAT(d.also, IsEmpty());
  EXPECT_THAT(d.verdict->finding.detail, Contains(testing::Pair("inner", evidence::Value(std::string("certificate.self-signed")))));
}

TEST(Gates, ACauseOfOneStepIsNotNamedAtAnother) {
  const Evidence e = evidence_of({"failed_stage = client-certificate", "completed = no", "failure = alert",
                                  "alert = no_application_protocol", "alert_from = server", "client_certificate_sent = yes"});
  EXPECT_NE(verdict_id(diagnose(e)), "protocol.alpn-mismatch");
}

TEST(Gates, WhereNoStepIsKnownACauseStandsAtItsFirst) {
  const Diagnosis d = diagnose(evidence_of({"failure = alert", "alert = inappropriate_fallback"}));
  EXPECT_EQ(verdict_id(d), "protocol.fallback-rejected");
  EXPECT_EQ(d.stage, Stage::client_hello);
}

TEST(Gates, WhatWouldOnlyFailLaterInAWorkingOfferIsNoClientCertificateRefused) {
  // The plain offer that works reaches a request for a certificate; nobody refused anything there.
  const Diagnosis d = diagnose(evidence_of({"failed_stage = client-hello", "completed = no", "failure = alert", "alert = handshake_failure",
                                            "alert_from = server", "failures_seen = 2", "offered_versions = tls1.2", "cures[suites] = yes",
                                            "requests_certificate = yes", "client_certificate_sent = no"}));
  EXPECT_EQ(verdict_id(d), "cipher.no-common-suite");
  EXPECT_THAT(d.also, IsEmpty());
}

TEST(Outcome, IsOkWhenTheHandshakeCompletedAndUndeterminedWhenNothingExplainsTheFailure) {
  EXPECT_EQ(diagnose(evidence_of({"completed = yes"})).outcome, Outcome::ok);
  const Diagnosis d = diagnose(evidence_of({"completed = no", "failed_stage = client-hello", "failure = reset", "failures_seen = 1"}));
  EXPECT_EQ(d.outcome, Outcome::undetermined);
  EXPECT_EQ(d.stage, Stage::client_hello);
  EXPECT_THAT(d.open, Not(IsEmpty()));
}

TEST(Open, NamesTheFactsThatWouldDecideBestRankFirst) {
  const Diagnosis d = diagnose(evidence_of(
      {"completed = no", "failed_stage = client-hello", "failure = reset", "failures_seen = 2", "offered_server_name = a.example"}));
  EXPECT_THAT(sought(d, "network.sni-filtered"), ElementsAre("cures[server-name.other]", "cures[server-name.dropped]"));
  for (std::size_t i = 1; i < d.open.size(); ++i) EXPECT_LE(d.open[i - 1].cause->rank, d.open[i].cause->rank);
}

TEST(Open, DoesNotAskForWhatCannotChangeThisOffer) {
  const Diagnosis named = diagnose(
      evidence_of({"failed_stage = client-hello", "failure = reset", "offered_server_name = a.example", "offered_versions = tls1.2",
                   "offered_suites = TLS_RSA_WITH_AES_128_CBC_SHA", "offered_groups = secp256r1", "offered_size = 200"}));
  EXPECT_THAT(sought(named, "protocol.sni-required"), IsEmpty());
  EXPECT_THAT(sought(named, "protocol.fallback-rejected"), IsEmpty());
  EXPECT_THAT(sought(named, "protocol.hello-intolerance"), Not(Contains("cures[size.256]")));
  EXPECT_THAT(sought(named, "protocol.hello-intolerance"), Not(Contains("cures[post-quantum.dropped]")));
  EXPECT_THAT(sought(named, "protocol.version-intolerance"), Not(Contains("cures[version.without-tls1.3]")));
}

TEST(Open, AsksForSingleExtensionsOnlyOnceSomeExtensionIsToBlame) {
  Evidence e = evidence_of({"failed_stage = client-hello", "failure = reset", "failures_seen = 2", "offered_size = 200"});
  EXPECT_THAT(sought(diagnose(e), "protocol.hello-intolerance"), Not(Contains("cures[extension.dropped.status_request]")));
  e.add(Kind::cures, true, {}, std::string(evidence::change::extensions_dropped));
  EXPECT_THAT(sought(diagnose(e), "protocol.hello-intolerance"), Contains("cures[extension.dropped.status_request]"));
}

TEST(Open, APauseAndSmallSegmentsAreOnlyAskedForWhereTheFailureLooksLikeIt) {
  const Evidence alert =
      evidence_of({"failed_stage = client-hello", "failure = alert", "alert = handshake_failure", "alert_from = server"});
  EXPECT_THAT(sought(diagnose(alert), "network.rate-limited"), IsEmpty());
  EXPECT_THAT(sought(diagnose(alert), "network.mtu-blackhole"), IsEmpty());
  const Evidence silence = evidence_of({"failed_stage = client-hello", "failure = timeout", "any_offer_works = no"});
  EXPECT_THAT(sought(diagnose(silence), "network.rate-limited"), ElementsAre("cures[pause]"));
  EXPECT_THAT(sought(diagnose(silence), "network.mtu-blackhole"), ElementsAre("cures[segments.small]"));
}

TEST(Open, NothingWorseRankedThanTheVerdictIsAskedFor) {
  const Diagnosis d = diagnose(evidence_of({"failed_stage = client-hello", "failure = alert", "alert = unrecognized_name",
                                            "alert_from = server", "offered_server_name = a.example"}));
  EXPECT_EQ(verdict_id(d), "protocol.sni-unrecognized");
  for (const Open& open : d.open) EXPECT_LE(open.cause->rank, d.verdict->cause->rank) << open.cause->id;
}

TEST(Residuals, AreNeverCertainWhileSomethingIsUntriedAndNeverNamedAfterOneFailure) {
  for (const char* failure : {"reset", "closed", "timeout"}) {
    Evidence e = evidence_of({"failed_stage = client-hello", "any_offer_works = no", "failures_seen = 2"});
    e.add(Kind::failure, std::string(failure));
    ASSERT_TRUE(diagnose(e).verdict) << failure;
    EXPECT_EQ(diagnose(e).verdict->finding.confidence, Confidence::certain) << failure;
    Evidence partly = e;
    partly.add(Kind::untried, true, {}, std::string(evidence::change::groups));
    EXPECT_EQ(diagnose(partly).verdict->finding.confidence, Confidence::likely) << failure;
    EXPECT_FALSE(diagnose(partly).verdict->finding.to_be_surer.empty()) << failure;
    Evidence once = e;
    once.add(Kind::failures_seen, std::int64_t{1});
    EXPECT_FALSE(diagnose(once).verdict) << failure;
  }
}

TEST(Residuals, AnOfferThatWorksRulesThemOut) {
  for (const char* failure : {"reset", "closed", "timeout", "alert"}) {
    Evidence e = evidence_of(
        {"failed_stage = client-hello", "any_offer_works = yes", "failures_seen = 3", "alert = internal_error", "alert_from = server"});
    e.add(Kind::failure, std::string(failure));
    EXPECT_EQ(verdict_id(diagnose(e)), "none") << failure;
  }
}

}  // namespace
}  // namespace whytls::diagnosis
