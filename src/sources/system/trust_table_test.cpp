// SPDX-License-Identifier: Apache-2.0
// Stores are laid out below a folder that takes the place of "/"; no program is asked. NSS's databases, PKCS #11 modules and Node.js are
// met in tests/certs, where the real ones are made.
#include "sources/system/trust_table.h"

#include <gmock/gmock.h>
#include <openssl/x509.h>

#include <filesystem>
#include <fstream>

#include "sources/system/program.h"
#include "sources/system/trust_reading.h"
#include "x509/mint.h"

namespace whytls::system {
namespace {

namespace fs = std::filesystem;
using State = StoreVerdict::State;
using x509::Minted;

Minted must(base::Result<Minted> minted) {
  if (!minted) ADD_FAILURE() << minted.error().text();
  return minted ? *minted : Minted{};
}

class TrustTable : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string path = ::testing::TempDir() + "/whytls-trust-XXXXXX";
    ASSERT_NE(mkdtemp(path.data()), nullptr);
    top_ = path;
    environment_.root = path;
    environment_.variables["HOME"] = path + "/home";
  }
  void TearDown() override { fs::remove_all(top_); }

  std::string lay(const std::string& name, const std::string& text) const {
    fs::create_directories((top_ / name).parent_path());
    std::ofstream(top_ / name, std::ios::binary) << text;
    return (top_ / name).string();
  }

  std::vector<x509::Certificate> chain() const { return {leaf_.certificate, intermediate_.certificate}; }

  /// The state of the store at that path (its end); nothing where the table has no such row.
  std::optional<StoreVerdict> row(const std::string& path, base::Time at = base::now()) const {
    for (const StoreVerdict& one : who_trusts(chain(), at, environment_, false))
      if (one.path.ends_with(path)) return one;
    return std::nullopt;
  }
  std::optional<State> state(const std::string& path, base::Time at = base::now()) const {
    const auto found = row(path, at);
    return found ? std::optional(found->state) : std::nullopt;
  }

  Minted root_ = must(mint(x509::root_recipe()));
  Minted intermediate_ = must(mint(x509::intermediate_recipe(), &root_));
  Minted leaf_ = must(mint(x509::leaf_recipe("www.example.com"), &intermediate_));
  Minted other_ = must(mint(x509::root_recipe("Other Root")));
  fs::path top_;
  Environment environment_;
};

constexpr const char* bundle = "etc/ssl/certs/ca-certificates.crt";

TEST_F(TrustTable, ABundleHasTheRootOrNot) {
  lay(bundle, other_.pem() + root_.pem());
  const auto found = row(bundle);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->state, State::present);
  EXPECT_EQ(found->root, "Test Root CA");
  lay(bundle, other_.pem());
  EXPECT_EQ(state(bundle), State::absent);
}

TEST_F(TrustTable, AnExpiredRootIsNoTrust) {
  lay(bundle, root_.pem());
  EXPECT_EQ(state(bundle, base::now() + std::chrono::hours(24 * 365 * 30)), State::expired);
  EXPECT_EQ(state(bundle, base::now() - std::chrono::hours(24 * 365 * 30)), State::expired);
}

TEST_F(TrustTable, ANamesakeWithAnotherKeyIsAbsentAndSaid) {
  x509::Recipe recipe = x509::root_recipe();
  recipe.key_slot = "another";
  lay(bundle, must(mint(recipe)).pem());
  const auto found = row(bundle);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->state, State::absent);
  EXPECT_THAT(found->text, ::testing::HasSubstr("another key"));
}

TEST_F(TrustTable, AnIntermediateIsPresentWithAWarning) {
  lay(bundle, intermediate_.pem());
  const auto found = row(bundle);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->state, State::present);
  EXPECT_THAT(found->text, ::testing::HasSubstr("intermediate"));
}

TEST_F(TrustTable, VariablesNameStoresAndMissingOnesAreUnreadable) {
  environment_.variables["SSL_CERT_FILE"] = lay("mine.pem", root_.pem());
  environment_.variables["NODE_EXTRA_CA_CERTS"] = (top_ / "none.pem").string();
  const auto mine = row("mine.pem");
  ASSERT_TRUE(mine);
  EXPECT_EQ(mine->named_by, "SSL_CERT_FILE");
  EXPECT_EQ(mine->state, State::present);
  EXPECT_EQ(state("none.pem"), State::unreadable);
}

TEST_F(TrustTable, AFolderIsReadByItsHashLinksAlone) {
  const fs::path folder = top_ / "hashed";
  environment_.variables["SSL_CERT_DIR"] = folder.string();
  lay("hashed/root.pem", root_.pem());
  const auto unlinked = row("hashed");
  ASSERT_TRUE(unlinked);
  EXPECT_EQ(unlinked->state, State::unreadable);
  EXPECT_THAT(unlinked->text, ::testing::HasSubstr("openssl rehash"));
  const unsigned long hash = X509_NAME_hash_ex(X509_get_subject_name(root_.certificate.handle.get()), nullptr, nullptr, nullptr);
  std::array<char, 32> link{};
  std::snprintf(link.data(), link.size(), "%08lx.0", hash);
  fs::create_symlink("root.pem", folder / link.data());
  EXPECT_EQ(state("hashed"), State::present);
}

void put(std::string& out, std::uint32_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i) & 0xffU);
}

/// A JKS of one trusted certificate; its digest is not looked at here.
std::string jks(const x509::Certificate& certificate) {
  std::string out;
  put(out, 0xfeedfeed, 4);
  put(out, 2, 4);
  put(out, 1, 4);
  put(out, 2, 4);
  put(out, 4, 2);
  out += "root";
  put(out, 0, 4);
  put(out, 0, 4);
  put(out, 5, 2);
  out += "X.509";
  put(out, static_cast<std::uint32_t>(certificate.der.size()), 4);
  return out + std::string(certificate.der.begin(), certificate.der.end()) + std::string(20, '\0');
}

TEST_F(TrustTable, EachJavaHasItsOwn) {
  lay("usr/lib/jvm/java-17/lib/security/cacerts", jks(root_.certificate));
  lay("usr/lib/jvm/java-17/release", "JAVA_VERSION=\"17.0.15\"\n");
  lay("usr/lib/jvm/java-8/jre/lib/security/cacerts", jks(other_.certificate));
  const auto found = row("java-17/lib/security/cacerts");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->state, State::present);
  EXPECT_EQ(found->who, "Java 17");
  EXPECT_EQ(state("java-8/jre/lib/security/cacerts"), State::absent);
}

TEST_F(TrustTable, JavaRefusesByFingerprint) {
  lay("usr/lib/jvm/java-17/lib/security/cacerts", jks(root_.certificate));
  lay("usr/lib/jvm/java-17/lib/security/blocked.certs", "Algorithm=SHA-256\n" + x509::fingerprint(root_.certificate) + "\n");
  EXPECT_EQ(state("java-17/lib/security/cacerts"), State::distrusted);
}

TEST_F(TrustTable, WhatIsNoStoreIsUnreadableWithTheReason) {
  lay(bundle, "a text");
  lay("home/.pki/nssdb/cert9.db", "no database");
  lay("home/.mozilla/firefox/abc.default/cert8.db", "of old");
  EXPECT_EQ(state(bundle), State::unreadable);
  EXPECT_EQ(state(".pki/nssdb"), State::unreadable);
  const auto old = row("abc.default");
  ASSERT_TRUE(old);
  EXPECT_THAT(old->text, ::testing::HasSubstr("cert8.db"));
}

TEST_F(TrustTable, FactsSayTheSame) {
  lay(bundle, root_.pem());
  const auto facts = trust_facts(who_trusts(chain(), base::now(), environment_, false));
  ASSERT_FALSE(facts.empty());
  for (const evidence::Fact& fact : facts) {
    EXPECT_EQ(fact.kind, evidence::Kind::store_verdict);
    EXPECT_EQ(fact.provenance.source, "system");
  }
}

TEST(NssTrust, IsReadAsNssMeansIt) {
  constexpr unsigned long nss = 0xce534350;
  EXPECT_EQ(nss_distrust(nss + 2), "");
  EXPECT_NE(nss_distrust(nss + 10), "");
  EXPECT_NE(nss_distrust(nss + 3), "");
  EXPECT_NE(nss_distrust(std::nullopt), "");
  EXPECT_EQ(nss_distrust_after(base::view("241130235959Z")), base::parse_time("2024-11-30T23:59:59Z"));
  EXPECT_EQ(nss_distrust_after(base::view(std::string_view("\0", 1))), std::nullopt);
}

TEST(Programs, AreAskedWithinTheirTime) {
  using namespace std::chrono_literals;
  const std::string shell = "/bin/sh";
  EXPECT_EQ(Program(shell, {"-c", "echo hello"}).output(5s, 100).value_or(""), "hello\n");
  EXPECT_FALSE(Program(shell, {"-c", "exit 3"}).output(5s, 100));
  EXPECT_FALSE(Program("/nonexistent", {}).output(5s, 100));
  const auto flood = Program(shell, {"-c", "while :; do echo hello; done"}).output(5s, 100);
  ASSERT_FALSE(flood);
  EXPECT_EQ(flood.error().fault, base::Fault::limit);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(Program(shell, {"-c", "sleep 20"}).output(100ms, 100));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

}  // namespace
}  // namespace whytls::system
