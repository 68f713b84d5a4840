// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "registry/registry.h"
#include "sources/system/java_constraints.h"
#include "sources/system/java_options.h"
#include "sources/system/policy.h"
#include "sources/system/referee.h"

namespace whytls::system {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(JavaProperties, JoinsLinesAndKeepsTheirNumbers) {
  const JavaProperties properties = parse_java_properties("# c\n! c\na = one, \\\n   two, \\\n\tthree\nb:\\u00e9\\tx\nc\n", "f");
  const JavaProperty* a = properties.find("a");
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(a->value, "one, two, three");
  EXPECT_EQ(a->line_at(0), 3U);
  EXPECT_EQ(a->line_at(a->value.find("two")), 4U);
  EXPECT_EQ(a->line_at(a->value.find("three")), 5U);
  EXPECT_EQ(properties.find("b")->value, "\xc3\xa9\tx");
  EXPECT_EQ(properties.find("c")->value, "");
  EXPECT_EQ(properties.find("# c"), nullptr);
}

TEST(JavaProperties, TheLastOfANameCounts) {
  EXPECT_EQ(parse_java_properties("a=1\na=2\n", "f").find("a")->value, "2");
  EXPECT_EQ(parse_java_properties("a=1\\\\\nb=2\n", "f").find("b")->value, "2");  // an even number of backslashes joins nothing
}

JavaConstraints constraints(const std::string& value) {
  const JavaProperties all = parse_java_properties("p=" + value + "\nmore=X448, \\\n secp521r1\n", "java.security");
  return parse_java_constraints(*all.find("p"), all);
}

TEST(JavaConstraints, ReadsConditions) {
  const auto list =
      constraints("RC4, DH keySize < 1024, SHA1 jdkCA & usage TLSServer, RSA keySize == 2048 & denyAfter 2030-01-01, include more");
  ASSERT_EQ(list.size(), 6U);
  EXPECT_TRUE(list[0].plain());
  EXPECT_TRUE(list[1].refuses_size(1023));
  EXPECT_FALSE(list[1].refuses_size(1024));
  EXPECT_TRUE(list[2].only_public_roots);
  EXPECT_THAT(list[2].usages, ElementsAre("TLSServer"));
  EXPECT_TRUE(list[3].dated);
  EXPECT_EQ(list[5].algorithm, "secp521r1");
  EXPECT_EQ(list[5].line.line, 3U);
}

TEST(JavaConstraints, DoesNotGuessAtWhatItDoesNotKnow) {
  const auto list = constraints("RSA keySize <> 12, MD5 mystery");
  ASSERT_EQ(list.size(), 2U);
  EXPECT_FALSE(list[0].understood);
  EXPECT_FALSE(list[1].plain());
}

TEST(JavaConstraints, TakesNamesApartAsJsseDoes) {
  const auto names = java_names(*registry::suite(0x0033));  // TLS_DHE_RSA_WITH_AES_128_CBC_SHA
  for (const char* part : {"DHE_RSA", "DH", "DiffieHellman", "RSA", "AES_128_CBC", "AES", "CBC", "SHA1"})
    EXPECT_THAT(names, Contains(part));
  EXPECT_THAT(java_names(*registry::suite(0xc02f)), Not(Contains("ECDH")));
  EXPECT_THAT(java_names(*registry::suite(0x000a)), Contains("3DES_EDE_CBC"));
  EXPECT_THAT(java_names(*registry::suite(0x000a)), Not(Contains("DES")));
  EXPECT_NE(disabled_by(constraints("TLS_RSA_*"), java_names(*registry::suite(0x002f))), nullptr);
  EXPECT_EQ(disabled_by(constraints("TLS_RSA_*"), java_names(*registry::suite(0xc02f))), nullptr);
  EXPECT_THAT(java_names_of_scheme(0x0201), Contains("SHA1withRSA"));
}

/// A made-up runtime: nothing but its java.security.
std::string made_up_java(const testing::Folder& folder, const std::string& security) {
  folder.write("jdk/release", "JAVA_VERSION=\"17.0.1\"\n");
  folder.write("jdk/conf/security/java.security", security);
  return folder.path("jdk");
}

TEST(JavaPolicy, NamesTheLineOfEachRule) {
  const testing::Folder folder;
  const std::string home = made_up_java(folder,
                                        "jdk.tls.disabledAlgorithms=SSLv3, \\\n TLSv1.2, \\\n AES_128_GCM, RSA keySize < 3072, secp256r1\n"
                                        "jdk.certpath.disabledAlgorithms=MD5, SHA256\n");
  const LibraryPolicy policy = java_policy(Environment{{{"JAVA_HOME", home}}, {}}).value();
  EXPECT_EQ(policy.version, "Java 17.0.1");
  EXPECT_EQ(policy.min_rsa_bits, 3072U);
  const auto line_for = [&](const ServerNeeds& needs) {
    const auto facts = policy_facts(policy, needs);
    return facts.size() == 3 ? evidence::to_text(facts[1]) : std::string();
  };
  ServerNeeds needs;
  needs.versions = {0x0303};
  EXPECT_THAT(line_for(needs), HasSubstr("java.security:2: jdk.tls.disabledAlgorithms: TLSv1.2"));
  needs = {};
  needs.suites = {0x1301};
  EXPECT_THAT(line_for(needs), HasSubstr("java.security:3: jdk.tls.disabledAlgorithms: AES_128_GCM"));
  needs = {};
  needs.groups = {23};
  EXPECT_THAT(line_for(needs), HasSubstr("java.security:3: jdk.tls.disabledAlgorithms: secp256r1"));
  needs = {};
  needs.chain = {{"rsa-2048", 2048, 0, "sha384", false}};
  EXPECT_THAT(line_for(needs), HasSubstr("java.security:3: jdk.tls.disabledAlgorithms: RSA keySize < 3072"));
  needs.chain = {{"rsa-4096", 4096, 0, "sha256", false}};
  EXPECT_THAT(line_for(needs), HasSubstr("java.security:4: jdk.certpath.disabledAlgorithms: SHA256"));
  needs.chain = {{"rsa-4096", 4096, 0, "sha384", false}};
  EXPECT_THAT(policy_facts(policy, needs), IsEmpty());
}

TEST(JavaPolicy, RefusesAHashForPublicRootsOnly) {
  const testing::Folder folder;
  const std::string home =
      made_up_java(folder, "jdk.certpath.disabledAlgorithms=MD5, SHA1 jdkCA & usage TLSServer, SHA224 usage SignedJAR\n");
  const LibraryPolicy policy = java_policy(Environment{{{"JAVA_HOME", home}}, {}}).value();
  EXPECT_THAT(policy.forbidden_hashes, ElementsAre("md5"));
  ServerNeeds needs;
  needs.chain = {{"rsa-2048", 2048, 0, "sha1", false}};
  EXPECT_THAT(policy_facts(policy, needs), IsEmpty());
  needs.public_root = evidence::Answer::yes;
  const auto facts = policy_facts(policy, needs);
  ASSERT_EQ(facts.size(), 3U);
  EXPECT_EQ(evidence::to_text(facts[2]), "policy_below_floor[java] = yes");
}

TEST(JavaPolicy, AddsTheSystemsPolicyOnlyWhereTheFileAsksForIt) {
  const testing::Folder folder;
  folder.write("etc/crypto-policies/back-ends/java.config", "jdk.tls.disabledAlgorithms=TLSv1.3\n");
  Environment environment{
      {{"JAVA_HOME", made_up_java(folder, "jdk.tls.disabledAlgorithms=SSLv3\nsecurity.useSystemPropertiesFile=true\n")}}, folder.path("")};
  EXPECT_THAT(java_policy(environment)->offers.versions, Not(Contains(0x0304)));
  environment.variables["JAVA_TOOL_OPTIONS"] = "-Djava.security.disableSystemPropertiesFile=true";
  EXPECT_THAT(java_policy(environment)->offers.versions, Contains(0x0304));
}

TEST(JavaPolicy, WithoutJavaIsAnErrorOfTheEnvironment) {
  const auto policy = java_policy(Environment{{{"PATH", "/nonexistent"}}, {}});
  ASSERT_FALSE(policy.has_value());
  EXPECT_EQ(policy.error().fault, base::Fault::environment);
}

TEST(JavaOptions, OfTheEnvironmentLastOneWins) {
  const Environment environment{{{"JDK_JAVA_OPTIONS", "-Da=1 '-Db=x y'"}, {"_JAVA_OPTIONS", "-Da=2"}}, {}};
  EXPECT_EQ(java_option(environment, "a"), "2");
  EXPECT_EQ(java_option(environment, "b"), "x y");
  EXPECT_EQ(java_option(environment, "c"), std::nullopt);
  EXPECT_EQ(java_major("1.8.0_402"), 8U);
  EXPECT_EQ(java_major("17.0.15"), 17U);
}

constexpr const char* client_program = R"(
import javax.net.ssl.*;
public class Client {
  public static void main(String[] a) throws Exception {
    SSLSocket s = (SSLSocket) SSLContext.getDefault().getSocketFactory().createSocket("127.0.0.1", Integer.parseInt(a[0]));
    s.startHandshake();
  }
}
)";

class JavaReferee : public ::testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(JavaReferee, OffersWhatJsseSendsUnderTheSameRules) {
  if (!testing::installed("java") || !testing::installed("javac")) GTEST_SKIP() << "no java";
  const auto home = java_home(Environment::of_process());
  if (!home || java_major(java_release(*home)) != 17) GTEST_SKIP() << "the recorded lists are those of Java 17";
  const testing::Folder folder;
  const std::string source = folder.write("Client.java", client_program);
  const std::string security = folder.write("extra.security", GetParam().first);
  const std::string options = "-Djava.security.properties=" + security + " " + GetParam().second;
  Environment environment = Environment::of_process();
  environment.variables["JAVA_TOOL_OPTIONS"] = options;
  const auto policy = java_policy(environment);
  ASSERT_TRUE(policy.has_value());
  const auto hello = testing::hello_of({"java", source, "PORT"}, {"JAVA_TOOL_OPTIONS=" + options});
  ASSERT_TRUE(hello.has_value());
  const OfferLists sent = lists_of(*hello);
  EXPECT_EQ(policy->offers.versions, sent.versions);
  EXPECT_EQ(policy->offers.suites, sent.suites);
  EXPECT_EQ(policy->offers.groups, sent.groups);
  EXPECT_EQ(policy->offers.signature_algorithms, sent.signature_algorithms);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, JavaReferee,
    ::testing::Values(std::pair{"", ""}, std::pair{"jdk.tls.disabledAlgorithms=\njdk.tls.legacyAlgorithms=\n", ""},
                      std::pair{"jdk.tls.disabledAlgorithms=SSLv3, TLSv1.3, RC4, 3DES_EDE_CBC, DHE, AES_128_GCM, SHA1withRSA, x25519\n",
                                ""},
                      std::pair{"jdk.tls.disabledAlgorithms=SHA1, ECDSA, EC keySize < 384, DH keySize < 3072\n", ""},
                      std::pair{"", "-Djdk.tls.client.protocols=TLSv1.2 -Djdk.tls.namedGroups=secp384r1,x25519"}));

}  // namespace
}  // namespace whytls::system
