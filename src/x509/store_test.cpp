// SPDX-License-Identifier: Apache-2.0
#include "x509/store.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "x509/openssl.h"
#include "x509/testing.h"

namespace whytls::x509 {
namespace {

using namespace testing;
using Kind = StoreProblem::Kind;
namespace fs = std::filesystem;

/// A folder of its own for each test, taken away again.
class Stores : public ::testing::Test {
 protected:
  Stores() : root_(must(mint(root_recipe("Root One")))), other_(must(mint(root_recipe("Root Two")))) {
    std::string form = (fs::temp_directory_path() / "whytls-store-XXXXXX").string();
    folder_ = mkdtemp(form.data());
    leaf_ = must(mint(leaf_recipe(), &root_));
  }
  ~Stores() override { fs::remove_all(folder_); }
  Stores(const Stores&) = delete;
  Stores& operator=(const Stores&) = delete;

  std::string write(const std::string& name, const std::string& text) const {
    const fs::path path = folder_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  static std::string hash_name(const Minted& of, int number) {
    return fmt::format("{:08x}.{}", X509_NAME_hash_ex(X509_get_subject_name(of.sound.get()), nullptr, nullptr, nullptr), number);
  }

  fs::path folder_;
  Minted root_, other_, leaf_;
};

TEST_F(Stores, that_are_loaded_need_their_folder_no_more) {
  const std::string loaded = fs::path(write("loaded/" + hash_name(root_, 0), root_.pem())).parent_path().string();
  const std::string lazy = fs::path(write("lazy/" + hash_name(root_, 0), root_.pem())).parent_path().string();
  const TrustStore first = TrustStore::of_files("", loaded), second = TrustStore::of_files("", lazy);
  first.load();
  second.report();
  fs::remove_all(loaded);
  fs::remove_all(lazy);
  EXPECT_TRUE(first.holds(root_.certificate));
  EXPECT_FALSE(first.holds(other_.certificate));
  EXPECT_FALSE(second.holds(root_.certificate));
}

TEST_F(Stores, of_a_bundle_know_its_certificates) {
  const TrustStore store = TrustStore::of_files(write("ca.pem", "comment\n" + root_.pem() + other_.pem()), "");
  EXPECT_EQ(store.report().roots, 2U);
  EXPECT_TRUE(store.report().problems.empty());
  EXPECT_TRUE(store.holds(root_.certificate));
  EXPECT_FALSE(store.holds(leaf_.certificate));
  ASSERT_EQ(store.issuers_of(leaf_.certificate).size(), 1U);
  EXPECT_EQ(store.issuers_of(leaf_.certificate).front(), root_.certificate);
}

TEST_F(Stores, of_a_der_file_know_its_certificate) {
  const base::Bytes& der = root_.certificate.der;
  const TrustStore store = TrustStore::of_files(write("ca.der", std::string(der.begin(), der.end())), "");
  EXPECT_EQ(store.report().roots, 1U);
  EXPECT_TRUE(store.holds(root_.certificate));
}

TEST_F(Stores, read_certificates_with_trust_settings_of_openssl) {
  // OpenSSL writes them behind the certificate, in the same block.
  const OwnBio bio(BIO_new(BIO_s_mem()));
  const OwnX509 trusted(X509_dup(root_.sound.get()));
  X509_alias_set1(trusted.get(), base::view("alias").data(), 5);
  PEM_write_bio_X509_AUX(bio.get(), trusted.get());
  const TrustStore store = TrustStore::of_files(write("ca.pem", drain(bio.get())), "");
  EXPECT_TRUE(store.holds(root_.certificate));
}

TEST_F(Stores, find_a_name_in_another_encoding) {
  // RFC 5280 7.1: case and runs of spaces do not tell names apart.
  const Minted shouting = must(mint(root_recipe("ROOT  one")));
  const TrustStore store = TrustStore::of_files(write("ca.pem", shouting.pem()), "");
  EXPECT_EQ(store.issuers_of(leaf_.certificate).size(), 1U);
}

TEST_F(Stores, of_a_folder_follow_hash_links) {
  write("certs/" + hash_name(root_, 0), root_.pem());
  Recipe again = root_recipe("Root One");
  again.key_slot = "another key";
  const Minted namesake = must(mint(again));
  write("certs/" + hash_name(root_, 1), namesake.pem());
  const TrustStore store = TrustStore::of_files("", (folder_ / "certs").string());
  EXPECT_EQ(store.report().roots, 2U);
  EXPECT_EQ(store.issuers_of(leaf_.certificate).size(), 2U);
  EXPECT_TRUE(store.holds(namesake.certificate));
  EXPECT_FALSE(store.holds(other_.certificate));
}

TEST_F(Stores, of_a_folder_without_hash_links_read_its_files) {
  write("certs/one.pem", root_.pem());
  write("certs/two.crt", other_.pem());
  write("certs/readme.txt", "nothing");
  const TrustStore store = TrustStore::of_files("", (folder_ / "certs").string());
  EXPECT_EQ(store.report().roots, 2U);
  EXPECT_TRUE(store.holds(root_.certificate));
}

TEST_F(Stores, that_cannot_be_used_say_why) {
  const auto kind = [](const TrustStore& store) {
    EXPECT_FALSE(store.report().usable());
    EXPECT_EQ(store.report().problems.size(), 1U);
    return store.report().problems.empty() ? Kind::damaged : store.report().problems.front().kind;
  };
  EXPECT_EQ(kind(TrustStore::of_files((folder_ / "none.pem").string(), "")), Kind::missing);
  EXPECT_EQ(kind(TrustStore::of_files("", (folder_ / "none").string())), Kind::missing);
  EXPECT_EQ(kind(TrustStore::of_files(write("empty.pem", ""), "")), Kind::empty);
  EXPECT_EQ(kind(TrustStore::of_files(write("text.pem", "no certificate here\n"), "")), Kind::empty);
  EXPECT_EQ(kind(TrustStore::of_files(folder_.string(), "")), Kind::unreadable);
  fs::create_directory(folder_ / "empty");
  EXPECT_EQ(kind(TrustStore::of_files("", (folder_ / "empty").string())), Kind::empty);
}

TEST_F(Stores, keep_what_is_good_beside_what_is_damaged) {
  const TrustStore store =
      TrustStore::of_files(write("ca.pem", "-----BEGIN CERTIFICATE-----\n???\n-----END CERTIFICATE-----\n" + root_.pem()), "");
  EXPECT_EQ(store.report().roots, 1U);
  ASSERT_EQ(store.report().problems.size(), 1U);
  EXPECT_EQ(store.report().problems.front().kind, Kind::damaged);
  EXPECT_TRUE(store.holds(root_.certificate));
}

/// Environment variables of OpenSSL, set for one test.
// NOLINTBEGIN(concurrency-mt-unsafe): tests run one after the other
struct Variable {
  const char* name;
  Variable(const char* variable, const std::string& value) : name(variable) { setenv(variable, value.c_str(), 1); }
  ~Variable() { unsetenv(name); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
};
// NOLINTEND(concurrency-mt-unsafe)

TEST_F(Stores, of_the_system_obey_the_variables_of_openssl) {
  const Variable file("SSL_CERT_FILE", write("ca.pem", root_.pem()));
  const Variable folder("SSL_CERT_DIR", (folder_ / "nowhere").string());
  const TrustStore store = TrustStore::system();
  EXPECT_EQ(store.report().roots, 1U);
  EXPECT_TRUE(store.holds(root_.certificate));
  ASSERT_EQ(store.report().problems.size(), 1U);
  EXPECT_EQ(store.report().problems.front().kind, Kind::missing);
  EXPECT_EQ(store.report().problems.front().named, "SSL_CERT_DIR");
}

TEST_F(Stores, of_the_system_stay_empty_where_the_user_named_an_empty_one) {
  const Variable file("SSL_CERT_FILE", write("ca.pem", ""));
  const Variable folder("SSL_CERT_DIR", (folder_ / "nowhere").string());
  EXPECT_FALSE(TrustStore::system().report().usable());
}

TEST_F(Stores, of_the_system_see_no_files_without_hash_links) {
  const Variable file("SSL_CERT_FILE", (folder_ / "nothing").string());
  write("certs/one.pem", root_.pem());
  const Variable folder("SSL_CERT_DIR", (folder_ / "certs").string());
  const TrustStore store = TrustStore::system();
  EXPECT_FALSE(store.report().usable());
  ASSERT_EQ(store.report().problems.size(), 2U);
  EXPECT_EQ(store.report().problems.back().kind, Kind::unhashed);
}

TEST_F(Stores, share_what_they_read_with_their_copies_and_name_themselves) {
  const TrustStore store = TrustStore::of_certificates({root_.certificate}, "mine");
  TrustStore copy;
  copy = store;
  EXPECT_EQ(copy.report().label, "mine");
  EXPECT_TRUE(copy.holds(root_.certificate));
  EXPECT_FALSE(TrustStore().report().usable());
}

TEST(PublicStores, are_distinct) {
  std::vector<std::string> labels;
  for (const TrustStore& store : other_public_stores()) labels.push_back(store.report().label);
  std::sort(labels.begin(), labels.end());
  EXPECT_EQ(std::adjacent_find(labels.begin(), labels.end()), labels.end());
  EXPECT_LE(labels.size(), 8U);
}

}  // namespace
}  // namespace whytls::x509
