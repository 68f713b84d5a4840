// SPDX-License-Identifier: Apache-2.0
#include "sources/system/stores.h"

#include <gmock/gmock.h>

#include "sources/system/referee.h"

namespace whytls::system {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Listing counts marks; it never decodes.
constexpr const char* pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

TEST(Stores, OpensslUsesTheFileThatTheVariableNames) {
  const testing::Folder folder;
  const std::string file = folder.write("ca.pem", std::string(pem) + pem);
  const LibraryStore store = openssl_store(Environment{{{"SSL_CERT_FILE", file}, {"SSL_CERT_DIR", folder.path("none")}}, {}});
  EXPECT_EQ(store.roots, 2U);
  EXPECT_EQ(store.named_by, "SSL_CERT_FILE, SSL_CERT_DIR");
  EXPECT_THAT(store.problem, IsEmpty());
}

TEST(Stores, AMissingAnEmptyAndAnUnhashedStoreAreProblems) {
  const testing::Folder folder;
  const std::string none = folder.path("none"), empty = folder.write("empty.pem", "");
  const auto with = [&](const std::string& file, const std::string& dir) {
    return openssl_store(Environment{{{"SSL_CERT_FILE", file}, {"SSL_CERT_DIR", dir}}, {}}).problem;
  };
  EXPECT_THAT(with(none, none), HasSubstr("there is no such file"));
  EXPECT_THAT(with(empty, none), HasSubstr("empty.pem: it holds no certificate"));
  folder.write("dir/root.pem", pem);
  EXPECT_THAT(with(none, folder.path("dir")), HasSubstr("no hash link"));
  folder.write("dir/4a6481c9.0", pem);
  EXPECT_THAT(with(none, folder.path("dir")), IsEmpty());
  const auto facts = store_facts(openssl_store(Environment{{{"SSL_CERT_FILE", empty}, {"SSL_CERT_DIR", none}}, {}}));
  ASSERT_EQ(facts.size(), 3U);
  EXPECT_THAT(evidence::to_text(facts[1]), HasSubstr("store_roots = 0"));
}

TEST(Stores, GnutlsUsesTheBundleOfTheDistribution) {
  const testing::Folder folder;
  folder.write("etc/ssl/certs/ca-certificates.crt", pem);
  EXPECT_EQ(gnutls_store(Environment{{}, folder.path("")}).roots, 1U);
  const testing::Folder bare;
  EXPECT_THAT(gnutls_store(Environment{{}, bare.path("")}).problem, Not(IsEmpty()));
}

std::string jks(std::uint8_t entries) {
  std::string out("\xfe\xed\xfe\xed\0\0\0\2\0\0\0", 11);
  out += static_cast<char>(entries);
  for (std::uint8_t i = 0; i < entries; ++i) out += std::string("\0\0\0\2\0\1a\0\0\0\0\0\0\0\0\0\5X.509\0\0\0\1x", 27);
  return out + std::string(20, '\0');  // the digest, which no password verifies
}

TEST(Stores, CountsTheEntriesOfAJavaKeystore) {
  EXPECT_EQ(**count_java_roots(jks(3)), 3U);
  EXPECT_EQ(**count_java_roots(jks(0)), 0U);
  EXPECT_FALSE(count_java_roots(jks(3).substr(0, 60)).has_value());
  EXPECT_FALSE(count_java_roots("no keystore").has_value());
}

TEST(Stores, CountsTheCertificatesOfAPkcs12Store) {
  const auto bytes = read_file(WHYTLS_SOURCE_DIR "/fuzz/corpus/java_keystore_fuzz/p12");
  ASSERT_TRUE(bytes.has_value());
  EXPECT_EQ(**count_java_roots(*bytes), 1U);
}

TEST(Stores, JavaUsesWhatTheOptionNames) {
  const testing::Folder folder;
  const std::string file = folder.write("trust.jks", jks(2));
  Environment environment{{{"JAVA_TOOL_OPTIONS", "-Djavax.net.ssl.trustStore=" + file}}, {}};
  EXPECT_EQ(java_store(environment).roots, 2U);
  environment.variables["JAVA_TOOL_OPTIONS"] = "-Djavax.net.ssl.trustStore=" + folder.path("none");
  EXPECT_THAT(java_store(environment).problem, HasSubstr("there is no such file"));
}

TEST(Stores, KeytoolCountsTheSame) {
  if (!testing::installed("keytool")) GTEST_SKIP() << "no keytool";
  const LibraryStore store = java_store(Environment::of_process());
  FILE* out = popen("keytool -list -cacerts -storepass changeit 2>/dev/null | grep -c trustedCertEntry", "r");
  ASSERT_NE(out, nullptr);
  unsigned long count = 0;
  EXPECT_EQ(fscanf(out, "%lu", &count), 1);
  pclose(out);
  EXPECT_EQ(store.roots, count);
}

TEST(Stores, AnUnknownLibraryHasNone) { EXPECT_FALSE(library_store("schannel", Environment{}).has_value()); }

}  // namespace
}  // namespace whytls::system
