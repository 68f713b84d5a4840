// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/readings.h"

#include <set>

#include "base/text.h"
#include "diagnosis/test_evidence.h"

namespace whytls::diagnosis {

extern const std::span<const base::Embedded> reading_tables;

namespace {

std::set<std::string> symptoms() {
  return {
#define SYMPTOM(name, meaning) name,
#include "evidence/symptoms.def"
#undef SYMPTOM
  };
}

std::string best(const std::vector<std::string_view>& lines) {
  const LeftOpen open = left_open(evidence_of(lines));
  if (open.candidates.empty()) return "none";
  return std::string(open.candidates.front().cause->id) + " " + std::string(confidence_name(open.candidates.front().confidence));
}

TEST(Readings, EveryRowNamesKnownKindsSymptomsAndCauses) {
  const auto known = symptoms();
  for (const base::Embedded& table : reading_tables)
    for (const std::string& line : base::split(table.text, "\n")) {
      if (line.starts_with("facts\t")) continue;
      const auto cells = base::split(line, "\t");
      ASSERT_GE(cells.size(), 2U) << line;
      for (const std::string& piece : base::split(cells[1], ";")) {
        const auto words = base::split(piece, " ");
        ASSERT_EQ(words.size(), 2U) << line;
        EXPECT_NE(cause(words[0]), nullptr) << words[0];
      }
      for (const std::string& piece : base::split(cells[0], ";")) {
        std::string name(base::trim(piece));
        if (name.starts_with('!')) name.erase(0, 1);
        const std::string kind = name.substr(0, name.find_first_of("[="));
        EXPECT_TRUE(evidence::kind_named(kind)) << line;
        if (kind != "symptom") continue;
        for (const std::string& each : base::split(name.substr(8, name.size() - 9), "|")) EXPECT_TRUE(known.contains(each)) << each;
      }
    }
}

TEST(Readings, EverySymptomLeavesACauseOpen) {
  const std::set<std::string> silent{"harmless",  "verified-ok",         "no-certificate-came", "handshake-completed",
                                     "connected", "policy-strict-client"};
  for (const std::string& name : symptoms()) {
    if (silent.contains(name)) continue;
    Evidence evidence;
    evidence.add(Kind::symptom, true, {}, name);
    EXPECT_FALSE(left_open(evidence).candidates.empty()) << name;
  }
}

TEST(Readings, WhatIsLiterallySaidIsLikelyAndTheRestIsOpen) {
  EXPECT_EQ(best({"symptom[expired] = yes"}), "certificate.expired likely");
  EXPECT_EQ(best({"symptom[issuer-not-found] = yes"}), "certificate.incomplete-chain possible");
  EXPECT_EQ(best({}), "none");
}

TEST(Readings, WhoseCertificateItIsTurnsTheCause) {
  EXPECT_EQ(best({"symptom[expired] = yes", "certificate_of = client"}), "client-auth.certificate-expired likely");
  EXPECT_EQ(best({"alert = unknown_ca", "alert_from = server"}), "client-auth.unknown-ca likely");
  EXPECT_EQ(best({"alert = unknown_ca", "alert_from = client"}), "certificate.untrusted-root possible");
}

TEST(Readings, SeveralFactsSayMoreThanEach) {
  EXPECT_EQ(best({"alert = handshake_failure"}), "cipher.no-common-suite possible");
  EXPECT_EQ(best({"alert = handshake_failure", "requests_certificate = yes"}), "client-auth.certificate-required likely");
  EXPECT_EQ(best({"symptom[no-tls-record] = yes"}), "protocol.not-tls likely");
  EXPECT_EQ(best({"symptom[no-tls-record] = yes", "port = 587"}), "protocol.starttls-needed likely");
}

TEST(Readings, FactsCanSpeakAgainstACause) {
  const auto with = left_open(evidence_of({"symptom[verify-failed] = yes"}));
  const auto without = left_open(evidence_of({"symptom[verify-failed] = yes", "symptom[verified-ok] = yes"}));
  EXPECT_GT(with.candidates.size(), without.candidates.size());
}

TEST(Readings, ACauseThatIsProvedComesFirst) {
  EXPECT_EQ(best({"config_file_missing = /etc/ssl/a.pem", "symptom[handshake-failed] = yes"}), "configuration.file-missing certain");
}

}  // namespace
}  // namespace whytls::diagnosis
