// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/watched.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "diagnosis/test_evidence.h"

namespace whytls::diagnosis {
namespace {

using ::testing::Contains;
using ::testing::Not;

Diagnosis of(std::vector<std::string_view> lines) {
  lines.emplace_back("watched = yes");
  return diagnose_watched(evidence_of(lines)).diagnosis;
}

TEST(Watched, WhatACauseProvesIsNamed) {
  const Diagnosis d = of({"completed = no", "failed_stage = client-hello", "failure = alert", "alert = no_application_protocol",
                          "alert_from = server", "offered_alpn = mqtt"});
  EXPECT_EQ(d.outcome, Outcome::failed);
  EXPECT_EQ(verdict_id(d), "protocol.alpn-mismatch");
}

TEST(Watched, WhatIsOnlyPossibleIsLeftOpen) {
  const Diagnosis d = of({"completed = no", "failed_stage = client-hello", "failure = reset"});
  EXPECT_EQ(d.outcome, Outcome::undetermined);
  EXPECT_EQ(verdict_id(d), "none");
  EXPECT_THAT(ids(d.doubts), Contains("network.reset-in-handshake"));
  EXPECT_THAT(ids(d.doubts), Contains("protocol.hello-intolerance"));
}

TEST(Watched, TheSameWithAPairIsNamed) {
  const Diagnosis d = of({"completed = no", "failed_stage = client-hello", "failure = reset", "offered_versions = tls1.3, tls1.2",
                          "cures[version.without-tls1.3] = yes"});
  EXPECT_EQ(verdict_id(d), "protocol.version-intolerance");
}

TEST(Watched, AnAbandonedConnectionIsNobodysFault) {
  const Diagnosis d = of({"completed = no", "abandoned = yes", "failed_stage = client-hello", "failure = closed"});
  EXPECT_EQ(d.outcome, Outcome::aborted);
  EXPECT_TRUE(d.doubts.empty());
}

TEST(Watched, AHiddenCertificateLeavesEveryFaultOfItOpenAndNothingElse) {
  const Diagnosis d = of({"completed = no", "failed_stage = certificate", "failure = alert", "alert_from = client",
                          "encrypted_alert = client", "selected_version = tls1.3"});
  EXPECT_EQ(d.outcome, Outcome::undetermined);
  for (const char* cause : {"certificate.untrusted-root", "certificate.expired", "certificate.name-constraint",
                            "certificate.missing-staple", "configuration.key-mismatch"})
    EXPECT_THAT(ids(d.doubts), Contains(cause));
  EXPECT_THAT(ids(d.doubts), Not(Contains("protocol.sni-required")));
}

TEST(Watched, ADecryptErrorOfAClientIsASignatureAndNoBrokenMessage) {
  const Diagnosis d = of({"completed = no", "failed_stage = certificate", "failure = alert", "alert = decrypt_error", "alert_from = client",
                          "selected_version = tls1.3"});
  EXPECT_EQ(d.outcome, Outcome::undetermined);
  EXPECT_THAT(ids(d.doubts), Contains("certificate.bad-signature"));
  EXPECT_THAT(ids(d.doubts), Not(Contains("client-auth.key-mismatch")));
}

TEST(Watched, WhatAClientSaysIsNotTheServersRefusal) {
  const Diagnosis d = of({"completed = no", "failed_stage = finished", "failure = alert", "alert = internal_error", "alert_from = client",
                          "selected_version = tls1.2"});
  EXPECT_THAT(ids(d.doubts), Not(Contains("protocol.sni-required")));
  EXPECT_THAT(ids(d.doubts), Not(Contains("protocol.refused-by-alert")));
}

TEST(Watched, FilesAndStoresOfOthersAreNotGuessed) {
  const Diagnosis d = of({"completed = no", "failed_stage = certificate", "failure = alert", "alert = unknown_ca", "alert_from = client"});
  for (const std::string_view id : ids(d.doubts)) EXPECT_NE(id, "configuration.trust-store");
}

TEST(Watched, AHandshakeThatCompletedIsWell) { EXPECT_EQ(of({"completed = yes", "selected_version = tls1.3"}).outcome, Outcome::ok); }

TEST(Watched, OneOfWhichTooLittleWasSeenIsUndeterminedWithoutGuesses) {
  const Diagnosis d = of({"offered_versions = tls1.3"});
  EXPECT_EQ(d.outcome, Outcome::undetermined);
  EXPECT_TRUE(d.doubts.empty());
}

TEST(Watched, LostFlightsPointAtTheSizeOfPackets) {
  const Diagnosis d = of({"completed = no", "failed_stage = client-hello", "failure = timeout", "sight[server-lost] = 2896 bytes"});
  ASSERT_FALSE(d.doubts.empty());
  EXPECT_EQ(d.doubts.front().cause->id, "network.mtu-blackhole");
}

/// What stands first of what is left open after a handshake_failure in answer to an offer.
std::string_view first_doubt(std::vector<std::string_view> offer) {
  for (const char* line : {"completed = no", "failed_stage = client-hello", "failure = alert", "alert = handshake_failure",
                           "alert_from = server", "offered_server_name = shop.example"})
    offer.emplace_back(line);
  const Diagnosis d = of(std::move(offer));
  EXPECT_EQ(d.outcome, Outcome::undetermined);
  EXPECT_THAT(ids(d.doubts), Not(Contains("protocol.sni-required")));  // a name was sent
  return d.doubts.empty() ? "nothing" : d.doubts.front().cause->id;
}

TEST(Watched, TheOddPartOfAnOfferIsTheLikelierReason) {
  const std::string_view groups = "offered_groups = x25519, secp256r1, secp384r1, secp521r1";
  const std::string_view suites =
      "offered_suites = TLS_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";
  const std::string_view schemes =
      "offered_signature_algorithms = ecdsa_secp256r1_sha256, rsa_pss_rsae_sha256, rsa_pkcs1_sha256, ed25519, rsa_pss_rsae_sha512";
  EXPECT_EQ(first_doubt({groups, suites, schemes}), "cipher.no-common-suite");
  EXPECT_EQ(first_doubt({"offered_groups = secp521r1", suites, schemes}), "cipher.no-common-group");
  EXPECT_EQ(first_doubt({groups, suites, "offered_signature_algorithms = rsa_pss_rsae_sha512, ed448"}),
            "cipher.no-common-signature-algorithm");
  EXPECT_EQ(first_doubt({groups, "offered_suites = TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", schemes}), "cipher.certificate-key-type");
  EXPECT_EQ(first_doubt({groups, "offered_suites = TLS_RSA_WITH_AES_128_CBC_SHA", schemes}), "cipher.no-common-suite");
  EXPECT_EQ(first_doubt({groups, suites, schemes, "offered_versions = tls1.1, tls1.0"}), "protocol.version-mismatch");
}

TEST(Watched, WhatWorksForAnotherClientRanksWhatIsLeftOpen) {
  EXPECT_EQ(first_doubt({"other_client_works[signature-algorithms] = 192.0.2.1"}), "cipher.no-common-signature-algorithm");
  EXPECT_EQ(first_doubt({"other_client_works[groups] = 192.0.2.1"}), "cipher.no-common-group");
  const Diagnosis d =
      of({"completed = no", "failed_stage = certificate", "failure = alert", "encrypted_alert = server", "alert_from = server",
          "selected_version = tls1.3", "offered_alpn = mqtt", "other_client_works[alpn] = 192.0.2.1"});
  EXPECT_EQ(verdict_id(d), "protocol.alpn-mismatch");
}

TEST(Watched, ACertificateForNobodysNameWhereANameWorks) {
  const auto first = [](const char* beside) {
    const Diagnosis d = of({"completed = no", "failed_stage = certificate", "failure = alert", "alert = bad_certificate",
                            "alert_from = client", "selected_version = tls1.3", "offered_server_name = ", beside});
    return d.doubts.empty() ? std::string_view("nothing") : d.doubts.front().cause->id;
  };
  EXPECT_EQ(first("other_client_works[server-name] = 192.0.2.1"), "protocol.sni-required");
  EXPECT_NE(first("other_client_works[alpn] = 192.0.2.1"), "protocol.sni-required");
}

}  // namespace
}  // namespace whytls::diagnosis
