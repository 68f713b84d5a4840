// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "registry/registry.h"
#include "sources/system/openssl_cnf.h"
#include "sources/system/policy.h"
#include "sources/system/referee.h"

namespace whytls::system {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(OpensslCnf, FollowsTheChainToSystemDefaultAndKeepsLines) {
  const Cnf cnf = parse_cnf(
      "openssl_conf = init # comment\n\n[init]\nssl_conf = ssl\n[ssl]\nsystem_default = tls\n"
      "[tls]\nMinProtocol = TLSv1.2\nCipherString = \"DEFAULT\"\\\n@SECLEVEL=2\n1.Options = A\n",
      "x.cnf", nullptr);
  const auto commands = system_default(cnf);
  ASSERT_EQ(commands.size(), 3U);
  EXPECT_EQ(commands[0].value, "TLSv1.2");
  EXPECT_EQ(commands[0].line, 8U);
  EXPECT_EQ(commands[1].value, "DEFAULT@SECLEVEL=2");
  EXPECT_EQ(commands[2].name, "Options");
  EXPECT_THAT(cnf.problems, IsEmpty());
}

TEST(OpensslCnf, AMissingLinkOfTheChainMeansNoCommands) {
  EXPECT_THAT(system_default(parse_cnf("[ssl]\nsystem_default = tls\n[tls]\nMinProtocol = TLSv1.2\n", "x", nullptr)), IsEmpty());
  EXPECT_THAT(system_default(parse_cnf("openssl_conf = nowhere\n", "x", nullptr)), IsEmpty());
}

TEST(OpensslCnf, ExpandsVariablesAndNamesThoseWithoutValue) {
  const Cnf cnf = parse_cnf("a = one\n[s]\nb = two\nc = $a-${b}-$(b)$s::b \\$x '#'\nd = $nothing\n", "x.cnf", nullptr);
  EXPECT_EQ(cnf.value("s", "c")->value, "one-two-twotwo $x #");
  ASSERT_EQ(cnf.problems.size(), 1U);
  EXPECT_THAT(cnf.problems[0], HasSubstr("x.cnf:5: the variable $nothing"));
}

TEST(OpensslCnf, TheLastOfAName) {
  const Cnf cnf = parse_cnf("[s]\na = 1\nb = 2\na = 3\n", "x", nullptr);
  ASSERT_EQ(cnf.section("s")->values.size(), 2U);
  EXPECT_EQ(cnf.section("s")->values[1].value, "3");
}

TEST(OpensslCnf, FollowsIncludesOfFilesAndFoldersButNotForEver) {
  const testing::Folder folder;
  folder.write("d/a.cnf", "[tls]\nMinProtocol = TLSv1.3\n");
  folder.write("d/b.txt", "[tls]\nMinProtocol = TLSv1\n");
  folder.write("loop.cnf", ".include " + folder.path("loop.cnf") + "\n");
  const std::string main =
      folder.write("openssl.cnf", "openssl_conf=i\n[i]\nssl_conf=s\n[s]\nsystem_default=tls\n.include " + folder.path("d") +
                                      "\n.include = " + folder.path("loop.cnf") + "\n.include /nonexistent/x.cnf\n");
  const Cnf cnf = read_cnf(main, Environment{});
  const auto commands = system_default(cnf);
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_EQ(commands[0].file, folder.path("d/a.cnf"));
  EXPECT_EQ(commands[0].line, 2U);
  EXPECT_THAT(cnf.problems, Contains(HasSubstr("nested too deeply")));
  EXPECT_THAT(cnf.problems, Contains(HasSubstr("/nonexistent/x.cnf")));
}

std::string with_commands(const std::string& commands) {
  return "openssl_conf = i\n[i]\nssl_conf = s\n[s]\nsystem_default = d\n[d]\n" + commands;
}

class Referee : public ::testing::TestWithParam<const char*> {};

TEST_P(Referee, OffersWhatSClientSendsUnderTheSameConfiguration) {
  if (!testing::installed("openssl")) GTEST_SKIP() << "no openssl program";
  const testing::Folder folder;
  const std::string file = folder.write("openssl.cnf", with_commands(GetParam()));
  const auto policy = openssl_policy(Environment{{{"OPENSSL_CONF", file}}, {}});
  ASSERT_TRUE(policy.has_value());
  const auto hello = testing::hello_of({"openssl", "s_client", "-connect", "127.0.0.1:PORT"}, {"OPENSSL_CONF=" + file});
  ASSERT_TRUE(hello.has_value());
  const OfferLists sent = lists_of(*hello);
  EXPECT_EQ(policy->offers.versions, sent.versions);
  EXPECT_EQ(policy->offers.suites, sent.suites);
  EXPECT_EQ(policy->offers.groups, sent.groups);
  EXPECT_EQ(policy->offers.signature_algorithms, sent.signature_algorithms);
  EXPECT_THAT(policy->files, ElementsAre(file));
}

INSTANTIATE_TEST_SUITE_P(Configurations, Referee,
                         ::testing::Values("", "MinProtocol = TLSv1.3\n",
                                           "MaxProtocol = TLSv1.2\nCipherString = ECDHE-RSA-AES128-GCM-SHA256\n",
                                           "CipherString = DEFAULT@SECLEVEL=0\nMinProtocol = TLSv1\n",
                                           "CipherString = DEFAULT@SECLEVEL=3\n",
                                           "Groups = P-384:X25519\nSignatureAlgorithms = RSA-PSS+SHA384:ECDSA+SHA384\n",
                                           "Ciphersuites = TLS_AES_128_GCM_SHA256\nOptions = UnsafeLegacyServerConnect\n",
                                           "Protocol = -TLSv1.3\n", "CipherString = DEFAULT@SECLEVEL=5\n"));

LibraryPolicy policy_of(const std::string& commands) {
  const testing::Folder folder;
  const std::string file = folder.write("openssl.cnf", with_commands(commands));
  return openssl_policy(Environment{{{"OPENSSL_CONF", file}}, {}}).value();
}

std::string fact(const std::vector<evidence::Fact>& facts, evidence::Kind kind) {
  for (const evidence::Fact& one : facts) {
    if (one.kind == kind) return evidence::to_text(one);
  }
  return {};
}

TEST(OpensslPolicy, NamesTheLineThatForbidsAVersion) {
  const LibraryPolicy policy = policy_of("MinProtocol = TLSv1.3\n");
  ServerNeeds needs;
  needs.versions = {registry::version::tls12};
  const auto facts = policy_facts(policy, needs);
  ASSERT_EQ(facts.size(), 3U);
  EXPECT_EQ(fact(facts, evidence::Kind::policy_forbids), "policy_forbids[openssl] = TLS 1.2");
  EXPECT_THAT(fact(facts, evidence::Kind::policy_line), HasSubstr("openssl.cnf:7: MinProtocol = TLSv1.3"));
  EXPECT_EQ(fact(facts, evidence::Kind::policy_below_floor), "policy_below_floor[openssl] = no");
  needs.versions = {registry::version::tls12, registry::version::tls13};
  EXPECT_THAT(policy_facts(policy, needs), IsEmpty());
}

TEST(OpensslPolicy, TheLevelOfSecurityForbidsKeysAndHashes) {
  const LibraryPolicy policy = policy_of("CipherString = DEFAULT@SECLEVEL=3\n");
  EXPECT_LE(policy.min_rsa_bits, 3072U);  // by libcrypto's formula keys a little smaller hold too
  EXPECT_GT(policy.min_rsa_bits, 2048U);
  EXPECT_EQ(policy.min_ec_bits, 256U);
  ServerNeeds needs;
  needs.chain = {{"rsa-2048", 2048, 0, "sha256", false}};
  const auto facts = policy_facts(policy, needs);
  EXPECT_EQ(fact(facts, evidence::Kind::policy_forbids),
            "policy_forbids[openssl] = the server's RSA key of 2048 bits (it wants " + std::to_string(policy.min_rsa_bits) + ")");
  EXPECT_THAT(fact(facts, evidence::Kind::policy_line), HasSubstr("openssl.cnf:7: CipherString"));
  EXPECT_EQ(fact(facts, evidence::Kind::policy_below_floor), "policy_below_floor[openssl] = no");
  needs.chain = {{"rsa-4096", 4096, 0, "sha256", false}};
  EXPECT_THAT(policy_facts(policy, needs), IsEmpty());
}

TEST(OpensslPolicy, TheSmallestRsaKeyIsTheOneThatOpensslVerifies) {
  if (!testing::installed("openssl")) GTEST_SKIP() << "no openssl program";
  const testing::Folder folder;
  const std::string pem = folder.path("root.pem");
  const auto verifies = [&](unsigned bits) {
    const std::string make = "openssl req -x509 -newkey rsa:" + std::to_string(bits) + " -nodes -subj /CN=x -keyout " + folder.path("key") +
                             " -out " + pem + " >/dev/null 2>&1 && openssl verify -auth_level 2 -CAfile " + pem + " " + pem +
                             " >/dev/null 2>&1";
    return std::system(make.c_str()) == 0;
  };
  const unsigned least = policy_of("CipherString = DEFAULT@SECLEVEL=2\n").min_rsa_bits;
  EXPECT_TRUE(verifies(least)) << least;
  EXPECT_FALSE(verifies(least - 1)) << least;
}

TEST(OpensslPolicy, WhatLiesBelowTheFloorIsSaidAndGivesWayToWhatDoesNot) {
  const LibraryPolicy policy = policy_of("CipherString = ECDHE+AESGCM@SECLEVEL=2\n");
  EXPECT_THAT(policy.forbidden_hashes, Contains("sha1"));
  ServerNeeds needs;
  needs.chain = {{"rsa-1024", 1024, 0, "sha1", false}};
  EXPECT_EQ(fact(policy_facts(policy, needs), evidence::Kind::policy_below_floor), "policy_below_floor[openssl] = yes");
  needs.suites = {0x002f};
  const auto facts = policy_facts(policy, needs);
  EXPECT_EQ(fact(facts, evidence::Kind::policy_below_floor), "policy_below_floor[openssl] = no");
  EXPECT_EQ(fact(facts, evidence::Kind::policy_forbids), "policy_forbids[openssl] = the suite AES128-SHA");
  needs.chain[0].anchor = true;
  needs.chain[0].rsa_bits = 2048;
  needs.suites = {0xc02f};
  EXPECT_THAT(policy_facts(policy, needs), IsEmpty());
}

TEST(OpensslPolicy, WhatTheLibraryCannotDoAtAllIsNoPolicy) {
  const LibraryPolicy policy = policy_of("");
  ServerNeeds needs;
  needs.groups = {0xfe01};
  EXPECT_THAT(policy_facts(policy, needs), IsEmpty());
  needs.groups = {0x001a, 0xfe01};  // brainpoolP256r1 it could
  EXPECT_THAT(policy_facts(policy, needs), Not(IsEmpty()));
}

TEST(OpensslPolicy, LegacyRenegotiationIsTheServersOwnFault) {
  ServerNeeds needs;
  needs.secure_renegotiation = evidence::Answer::no;
  EXPECT_EQ(fact(policy_facts(policy_of(""), needs), evidence::Kind::policy_below_floor), "policy_below_floor[openssl] = yes");
  const LibraryPolicy open = policy_of("Options = UnsafeLegacyServerConnect\n");
  EXPECT_TRUE(open.legacy_renegotiation);
  EXPECT_THAT(policy_facts(open, needs), IsEmpty());
}

TEST(OpensslPolicy, NamesWhatOpensslDoesNotTake) {
  const LibraryPolicy policy = policy_of("MinProtocol = TLSv9\nNoSuchCommand = 1\n");
  EXPECT_THAT(policy.problems, Contains(HasSubstr("openssl.cnf:7: MinProtocol = TLSv9")));
}

TEST(OpensslPolicy, AMissingFileIsAProblemNotAFailure) {
  const auto policy = openssl_policy(Environment{{{"OPENSSL_CONF", "/nonexistent/openssl.cnf"}}, {}});
  ASSERT_TRUE(policy.has_value());
  EXPECT_THAT(policy->problems, Contains(HasSubstr("/nonexistent/openssl.cnf")));
  EXPECT_THAT(policy->offers.versions, Contains(registry::version::tls12));
}

}  // namespace
}  // namespace whytls::system
