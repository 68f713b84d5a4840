// SPDX-License-Identifier: Apache-2.0
#include "dialects/dialect.h"

#include <gmock/gmock.h>

#include "base/text.h"
#include "dialects/placeholders.h"

namespace whytls::dialects {
namespace {

using testing::HasSubstr;
using testing::Not;

Evidence facts(const std::vector<std::string>& lines) {
  Evidence evidence;
  for (const std::string& line : lines) {
    auto fact = evidence::parse_fact(line);
    EXPECT_TRUE(fact) << line;
    if (fact) evidence.add(std::move(*fact));
  }
  return evidence;
}

std::string spelt(std::string_view software, Remedy remedy, const Evidence& evidence) {
  const Dialect* found = dialect(software);
  EXPECT_NE(found, nullptr) << software;
  return found ? snippet(*found, remedy, evidence).value_or("none") : "no such dialect";
}

std::vector<std::string> names(const std::vector<const Dialect*>& list) {
  std::vector<std::string> out;
  for (const Dialect* each : list) out.emplace_back(each->name);
  return out;
}

class EveryDialect : public testing::TestWithParam<const Dialect*> {};

TEST_P(EveryDialect, SpellsWithWordsThatAreKnownWhateverTheEvidence) {
  const Dialect& dialect = *GetParam();
  EXPECT_FALSE(dialect.title.empty());
  const Evidence rich =
      facts({"host = db.example.com", "port = 8443", "offered_suites = TLS_AES_128_GCM_SHA256, TLS_RSA_WITH_AES_128_CBC_SHA",
             "offered_versions = tls1.3, tls1.2", "offered_groups = X25519MLKEM768, x25519", "server_key = rsa-2048"});
  for (const Spelling& spelling : dialect.spellings) {
    for (const Evidence& evidence : {Evidence{}, rich}) {
      const auto text = snippet(dialect, spelling.remedy, evidence);
      if (!text) continue;
      EXPECT_FALSE(text->empty());
      for (std::size_t open = text->find('{'); open != std::string::npos; open = text->find('{', open + 1)) {
        const std::string_view word = std::string_view(*text).substr(open + 1, text->find('}', open) - open - 1);
        EXPECT_TRUE(word.find_first_of(" \n\",.") != std::string_view::npos || word.empty())
            << remedy::info(spelling.remedy).name << ": " << *text;
      }
    }
  }
}

TEST_P(EveryDialect, HasNoTwoSpellingsForOneCase) {
  const auto& spellings = GetParam()->spellings;
  for (std::size_t i = 0; i < spellings.size(); ++i)
    for (std::size_t j = i + 1; j < spellings.size(); ++j)
      EXPECT_FALSE(spellings[i].remedy == spellings[j].remedy &&
                   (spellings[i].when == spellings[j].when || spellings[i].when == When::always))
          << remedy::info(spellings[i].remedy).name;
}

INSTANTIATE_TEST_SUITE_P(Dialects, EveryDialect, testing::ValuesIn(all_dialects.begin(), all_dialects.end()),
                         [](const auto& row) { return std::string(row.param->name); });

TEST(Snippet, OfTheServersSideTakesOverWhatTheClientOffers) {
  const Evidence evidence = facts({"offered_versions = tls1.2", "offered_suites = TLS_RSA_WITH_AES_128_CBC_SHA", "server_key = rsa-2048"});
  EXPECT_EQ(spelt("nginx", Remedy::enable_suite, evidence), "ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20:AES128-SHA;");
  EXPECT_THAT(spelt("gnutls", Remedy::enable_suite, evidence), HasSubstr("'NORMAL:+RSA:+AES-128-CBC:+SHA1'"));
}

TEST(Snippet, OfTheClientsSideTakesOverWhatTheServerChose) {
  const Evidence evidence = facts({"host = db.example.com", "port = 5433", "offered_suites = TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                                   "selected_suite = TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "selected_version = tls1.2"});
  EXPECT_EQ(spelt("openssl", Remedy::offer_suite, evidence),
            "openssl s_client -connect db.example.com:5433 -servername db.example.com -cipher ECDHE-ECDSA-AES128-GCM-SHA256");
  EXPECT_THAT(spelt("java", Remedy::offer_suite, evidence), HasSubstr("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"));
}

TEST(Snippet, NeverNamesASuiteOfAVersionThatTheClientDoesNotOffer) {
  const Evidence evidence = facts({"offered_versions = tls1.2", "selected_suite = TLS_AES_128_GCM_SHA256", "server_key = rsa-2048"});
  EXPECT_THAT(spelt("openssl", Remedy::offer_key_type, evidence), HasSubstr("-cipher ECDHE-RSA-AES128-GCM-SHA256"));
}

TEST(Snippet, NamesTlsThirteenSuitesWhereTheyAreConfiguredApart) {
  const Evidence evidence = facts({"offered_versions = tls1.3", "offered_suites = TLS_AES_128_CCM_SHA256"});
  EXPECT_THAT(spelt("apache", Remedy::enable_suite, evidence), HasSubstr("SSLCipherSuite TLSv1.3 "));
  EXPECT_THAT(spelt("nginx", Remedy::enable_suite, evidence), HasSubstr("TLS_AES_128_CCM_SHA256"));
  EXPECT_EQ(spelt("postgresql", Remedy::enable_suite, evidence), "none") << "it cannot configure them";
}

TEST(Snippet, NeverTellsAServerToEnableAVersionBelowTheFloor) {
  EXPECT_EQ(spelt("nginx", Remedy::enable_version, facts({"offered_versions = tls1.0"})), "none");
  EXPECT_THAT(spelt("nginx", Remedy::enable_version, facts({"offered_versions = tls1.2"})), HasSubstr("ssl_protocols TLSv1.2 TLSv1.3;"));
}

TEST(Snippet, LowersTheSecurityLevelOnlyWhereTheVersionNeedsIt) {
  EXPECT_THAT(spelt("openssl", Remedy::offer_version, facts({"selected_version = tls1.0"})),
              HasSubstr("-tls1 -cipher DEFAULT:@SECLEVEL=0"));
  EXPECT_THAT(spelt("openssl", Remedy::offer_version, facts({"selected_version = tls1.2"})), Not(HasSubstr("SECLEVEL")));
}

TEST(Snippet, CannotBeUsedToSmuggleControlCharacters) {
  const Evidence evidence = facts({"host = a"});
  Evidence hostile = evidence;
  hostile.add(Kind::leaf_names, std::vector<std::string>{"x\x1b[2Jy\nrm -rf"});
  EXPECT_THAT(spelt("openssl", Remedy::use_covered_name, hostile), Not(testing::AnyOf(HasSubstr("\x1b"), HasSubstr("\n"))));
}

TEST(Fitting, PrefersTheSoftwareThatWasRecognised) {
  EXPECT_THAT(names(fitting(remedy::Side::server, facts({"server_software = Apache/2.4.71 (Debian)"}), "https")),
              testing::ElementsAre("apache"));
  EXPECT_THAT(names(fitting(remedy::Side::server, facts({"server_software = Postfix"}), "https")), testing::ElementsAre("postfix"));
}

TEST(Fitting, FallsBackToTheUsualOnesForTheProtocol) {
  EXPECT_THAT(names(fitting(remedy::Side::server, {}, "https")), testing::ElementsAre("apache", "haproxy", "nginx"));
  EXPECT_THAT(names(fitting(remedy::Side::server, {}, "imap")), testing::ElementsAre("dovecot"));
  EXPECT_THAT(names(fitting(remedy::Side::server, {}, "mysql")), testing::ElementsAre("mariadb"));
  EXPECT_THAT(names(fitting(remedy::Side::server, {}, "")), testing::ElementsAre("nginx", "apache", "haproxy"));
  EXPECT_THAT(names(fitting(remedy::Side::client, {}, "https")), testing::ElementsAre("curl", "openssl", "java"));
  EXPECT_THAT(names(fitting(remedy::Side::client, facts({"client = java"}), "https")), testing::ElementsAre("java"));
  EXPECT_TRUE(fitting(remedy::Side::network, {}, "https").empty());
}

}  // namespace
}  // namespace whytls::dialects
