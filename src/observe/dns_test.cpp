// SPDX-License-Identifier: Apache-2.0
#include "observe/dns.h"

#include <gmock/gmock.h>

namespace whytls::observe {
namespace {

using evidence::Kind;
using ::testing::HasSubstr;

TEST(DnsFacts, OfTlsaSayWhetherTheyFitAndWhetherTheyCount) {
  const std::vector<x509::Tlsa> records{{3, 1, 1, base::Bytes(32, 0xab)}};
  const evidence::Evidence e = dane_facts(records, "_25._tcp.mx.test", false, {.usable = true, .matches = false, .text = "why not"});
  EXPECT_THAT(e.find(Kind::tlsa_records)->text, HasSubstr("_25._tcp.mx.test: 3 1 1 abababababababab…"));
  EXPECT_TRUE(evidence::known_no(e.is(Kind::tlsa_matches)));
  EXPECT_TRUE(evidence::known_no(e.is(Kind::tlsa_validated)));
  EXPECT_TRUE(evidence::known_yes(dane_facts(records, "x", true, {.usable = true, .matches = true, .text = ""}).is(Kind::tlsa_validated)));
}

TEST(DnsFacts, OfTlsaThatCannotBeUsedSayNothingOfTheChain) {
  const evidence::Evidence e = dane_facts({{9, 1, 1, {1}}}, "x", true, {});
  EXPECT_NE(e.find(Kind::tlsa_records), nullptr);
  EXPECT_EQ(e.find(Kind::tlsa_matches), nullptr);
  EXPECT_TRUE(dane_facts({}, "x", true, {}).facts().empty());
}

TEST(DnsFacts, OfCaaLeaveUnknownAuthoritiesOpen) {
  x509::Certificate leaf;
  leaf.issuer_organization = "Nobody";
  const std::vector<x509::Caa> records{{false, "issue", "digicert.com"}};
  const evidence::Evidence open = caa_facts(records, "example.com", leaf);
  EXPECT_THAT(open.find(Kind::caa_records)->text, HasSubstr("CAA at example.com: issue \"digicert.com\""));
  EXPECT_EQ(open.find(Kind::caa_allows), nullptr);
  leaf.issuer_organization = "DigiCert Inc";
  EXPECT_TRUE(evidence::known_yes(caa_facts(records, "example.com", leaf).is(Kind::caa_allows)));
}

}  // namespace
}  // namespace whytls::observe
