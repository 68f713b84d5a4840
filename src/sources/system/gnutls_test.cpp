// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "registry/registry.h"
#include "sources/system/gnutls_config.h"
#include "sources/system/gnutls_library.h"
#include "sources/system/policy.h"
#include "sources/system/referee.h"

namespace whytls::system {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(GnutlsConfig, ReadsSectionsValuesAndLines) {
  const GnutlsConfig config = parse_gnutls_config("# c\n[Overrides]\ndisabled-version = TLS1.0\ndisabled-version=TLS1.1 ; why\n", "config");
  ASSERT_EQ(config.values.size(), 2U);
  EXPECT_EQ(config.values[1].value, "TLS1.1");
  EXPECT_EQ(config.last("overrides", "disabled-version")->line, 4U);
  EXPECT_THAT(config.problems, IsEmpty());
}

TEST(GnutlsConfig, NamesLinesThatAreNone) {
  const GnutlsConfig config = parse_gnutls_config("[open\nnothing\n= value\n", "config");
  EXPECT_THAT(config.values, IsEmpty());
  EXPECT_EQ(config.problems.size(), 3U);
  EXPECT_EQ(config.last("overrides", "x"), nullptr);
}

TEST(GnutlsConfig, ExpandsKeywordsOfPrioritiesButNotForEver) {
  const GnutlsConfig config = parse_gnutls_config("[priorities]\nSYSTEM = NORMAL:-RSA\nA = @B\nB = @A\n", "config");
  EXPECT_EQ(expand_priority(config, "@NONE,SYSTEM:%COMPAT"), "NORMAL:-RSA:%COMPAT");
  EXPECT_EQ(expand_priority(config, "@NONE"), "@NONE");
  EXPECT_EQ(expand_priority(config, "@A").front(), '@');
}

TEST(GnutlsNames, AreTheRegistrys) {
  EXPECT_EQ(gnutls_group("GROUP-SECP256R1"), 23);
  EXPECT_EQ(gnutls_signature("SIGN-RSA-PSS-RSAE-SHA256"), 0x0804);
  EXPECT_EQ(gnutls_signature("ECDSA-SECP384R1-SHA384"), 0x0503);
  EXPECT_EQ(gnutls_version("VERS-TLS1.2"), 0x0303);
  EXPECT_EQ(gnutls_version("VERS-SPDY"), std::nullopt);
  EXPECT_EQ(gnutls_signature("GOSTR341001"), std::nullopt);
}

/// The library reads its configuration once a process: each question is asked in a child of its own.
class GnutlsChild {
 public:
  static int run(const std::string& file, int (*body)(const LibraryPolicy&)) {
    const pid_t child = fork();
    if (child == 0) {
      setenv("GNUTLS_SYSTEM_PRIORITY_FILE", file.c_str(), 1);
      const auto policy = gnutls_policy(Environment::of_process());
      _exit(policy ? body(*policy) : 99);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 98;
  }
};

/// Compared inside the child: what it found is sent on as the lists' text.
std::string as_text(const OfferLists& lists) {
  std::string out;
  for (const auto* list : {&lists.versions, &lists.suites, &lists.groups, &lists.signature_algorithms}) {
    for (const std::uint16_t code : *list) out += std::to_string(code) + " ";
    out += "| ";
  }
  return out;
}
std::string expected;  // NOLINT: the children get it by being forked

class GnutlsReferee : public ::testing::TestWithParam<const char*> {};

TEST_P(GnutlsReferee, OffersWhatGnutlsCliSendsUnderTheSameConfiguration) {
  if (!testing::installed("gnutls-cli")) GTEST_SKIP() << "no gnutls-cli";
  const testing::Folder folder;
  const std::string file = folder.write("config", GetParam());
  const auto hello = testing::hello_of({"gnutls-cli", "--disable-sni", "-p", "PORT", "127.0.0.1"}, {"GNUTLS_SYSTEM_PRIORITY_FILE=" + file});
  ASSERT_TRUE(hello.has_value());
  expected = as_text(lists_of(*hello));
  EXPECT_EQ(GnutlsChild::run(file,
                             [](const LibraryPolicy& policy) {
                               EXPECT_EQ(as_text(policy.offers), expected);
                               return as_text(policy.offers) == expected ? 0 : 1;
                             }),
            0);
}

INSTANTIATE_TEST_SUITE_P(Configurations, GnutlsReferee,
                         ::testing::Values("", "[overrides]\ndisabled-version = tls1.3\ntls-disabled-cipher = AES-256-GCM\n",
                                           "[overrides]\ntls-disabled-group = GROUP-X25519\ninsecure-hash = sha1\n",
                                           "[overrides]\ndefault-priority-string = SECURE192:-VERS-ALL:+VERS-TLS1.2\n"));

TEST(GnutlsPolicy, NamesTheLineThatForbids) {
  if (GnutlsChild::run("/nonexistent", [](const LibraryPolicy&) { return 0; }) == 99) GTEST_SKIP() << "no libgnutls";
  const testing::Folder folder;
  const std::string file = folder.write("config",
                                        "[overrides]\ndisabled-version = tls1.2\ndisabled-version = tls1.1\n"
                                        "tls-disabled-cipher = AES-128-GCM\nmin-verification-profile = high\n");
  EXPECT_EQ(GnutlsChild::run(file,
                             [](const LibraryPolicy& policy) {
                               ServerNeeds needs;
                               needs.versions = {registry::version::tls12};
                               const auto version = policy_facts(policy, needs);
                               needs = {};
                               needs.suites = {0xc02f};
                               const auto suite = policy_facts(policy, needs);
                               needs = {};
                               needs.chain = {{"rsa-2048", 2048, 0, "sha256", false}};
                               const auto key = policy_facts(policy, needs);
                               if (version.size() != 3 || suite.size() != 3 || key.size() != 3) return 1;
                               if (version[1].text.find("config:2: disabled-version = tls1.2") == std::string::npos) return 2;
                               if (suite[1].text.find("config:4: tls-disabled-cipher") == std::string::npos) return 3;
                               if (key[1].text.find("config:5: min-verification-profile") == std::string::npos) return 4;
                               return std::get<bool>(key[2].value) ? 5 : 0;
                             }),
            0);
}

TEST(GnutlsPolicy, ByDefaultForbidsNothingAtTheFloor) {
  const int status = GnutlsChild::run("/nonexistent", [](const LibraryPolicy& policy) {
    ServerNeeds needs;
    needs.versions = {registry::version::tls12};
    needs.suites = {0xc02f};
    needs.groups = {23};
    needs.dh_bits = 2048;
    needs.secure_renegotiation = evidence::Answer::no;
    needs.chain = {{"rsa-2048", 2048, 0, "sha256", false}};
    return policy_facts(policy, needs).empty() && policy.min_rsa_bits == 1024 && policy.capable.suites.size() > 40 ? 0 : 1;
  });
  if (status == 99) GTEST_SKIP() << "no libgnutls";
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace whytls::system
