// SPDX-License-Identifier: Apache-2.0
#include "x509/key.h"

#include <openssl/pem.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "x509/openssl.h"
#include "x509/testing.h"

namespace whytls::x509 {
namespace {

using namespace testing;
using Fault = CredentialFault;
namespace fs = std::filesystem;

class Credentials : public ::testing::Test {
 protected:
  Credentials() : minted_(must(mint(client_recipe()))) {
    std::string form = (fs::temp_directory_path() / "whytls-key-XXXXXX").string();
    folder_ = mkdtemp(form.data());
  }
  ~Credentials() override { fs::remove_all(folder_); }
  Credentials(const Credentials&) = delete;
  Credentials& operator=(const Credentials&) = delete;

  std::string write(const std::string& name, const std::string& text) const {
    const fs::path path = folder_ / name;
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  std::string encrypted(bool der = false) const {
    const OwnBio bio(BIO_new(BIO_s_mem()));
    const auto writer = der ? i2d_PKCS8PrivateKey_bio : PEM_write_bio_PKCS8PrivateKey;
    writer(bio.get(), minted_.key.handle.get(), EVP_aes_128_cbc(), "secret", 6, nullptr, nullptr);
    return drain(bio.get());
  }
  std::string traditional() const {
    const OwnBio bio(BIO_new(BIO_s_mem()));
    const base::ByteView secret = base::view("secret");
    PEM_write_bio_PrivateKey_traditional(bio.get(), minted_.key.handle.get(), EVP_aes_128_cbc(), secret.data(), 6, nullptr, nullptr);
    return drain(bio.get());
  }
  static Fault fault(const CredentialResult<ClientCredential>& result) {
    EXPECT_FALSE(result);
    return result ? Fault::malformed : result.error().fault;
  }

  fs::path folder_;
  Minted minted_;
};

TEST_F(Credentials, load_from_two_files_or_one) {
  const std::string certificate = write("c.pem", minted_.pem());
  const std::string key = write("k.pem", minted_.key_pem());
  const auto two = load_credential(certificate, key, "");
  ASSERT_TRUE(two) << two.error().text;
  EXPECT_FALSE(two->mismatch);
  EXPECT_EQ(two->chain.size(), 1U);
  const auto one = load_credential(write("both.pem", minted_.key_pem() + minted_.pem()), "", "");
  ASSERT_TRUE(one) << one.error().text;
  EXPECT_FALSE(one->mismatch);
}

TEST_F(Credentials, load_from_der) {
  const base::Bytes& der = minted_.certificate.der;
  const base::Bytes key = encode(i2d_PrivateKey, static_cast<const EVP_PKEY*>(minted_.key.handle.get()));
  const auto c =
      load_credential(write("c.der", std::string(der.begin(), der.end())), write("k.der", std::string(key.begin(), key.end())), "");
  ASSERT_TRUE(c) << c.error().text;
  EXPECT_FALSE(c->mismatch);
}

TEST_F(Credentials, tell_a_key_of_another_certificate) {
  const auto other = mint_key("rsa-2048", "other");
  ASSERT_TRUE(other);
  const auto c = load_credential(write("c.pem", minted_.pem()), write("k.pem", to_pem(*other)), "");
  ASSERT_TRUE(c);
  EXPECT_TRUE(c->mismatch);
}

TEST_F(Credentials, need_the_right_passphrase) {
  const std::string certificate = write("c.pem", minted_.pem());
  const std::string right = write("right", "secret\n");
  const std::string wrong = write("wrong", "guess\n");
  for (const std::string& key : {write("k1.pem", encrypted()), write("k2.der", encrypted(true)), write("k3.pem", traditional())}) {
    EXPECT_TRUE(load_credential(certificate, key, right)) << key;
    EXPECT_EQ(fault(load_credential(certificate, key, wrong)), Fault::wrong_passphrase) << key;
    EXPECT_EQ(fault(load_credential(certificate, key, "")), Fault::needs_passphrase) << key;
  }
}

TEST_F(Credentials, say_what_is_wrong_with_the_files) {
  const std::string certificate = write("c.pem", minted_.pem());
  const std::string key = write("k.pem", minted_.key_pem());
  const std::string nothing = (folder_ / "nothing").string();
  EXPECT_EQ(fault(load_credential(nothing, key, "")), Fault::file_missing);
  EXPECT_EQ(fault(load_credential(certificate, nothing, "")), Fault::file_missing);
  EXPECT_EQ(fault(load_credential(certificate, key, nothing)), Fault::file_missing);
  EXPECT_EQ(fault(load_credential(folder_.string(), key, "")), Fault::file_unreadable);
  EXPECT_EQ(fault(load_credential(key, key, "")), Fault::no_certificate);
  EXPECT_EQ(fault(load_credential(write("empty", ""), key, "")), Fault::no_certificate);
  EXPECT_EQ(fault(load_credential(certificate, certificate, "")), Fault::no_key);
  EXPECT_EQ(fault(load_credential(certificate, write("empty", ""), "")), Fault::no_key);
  EXPECT_EQ(fault(load_credential(write("rubbish", "rubbish"), key, "")), Fault::malformed);
  EXPECT_EQ(fault(load_credential(certificate, write("rubbish", "rubbish"), "")), Fault::malformed);
}

TEST_F(Credentials, keep_the_order_of_the_chain) {
  Chain c;
  c.issue();
  const auto chain = load_chain(write("chain.pem", c.leaf.pem() + c.intermediate.pem() + c.root.pem()));
  ASSERT_TRUE(chain);
  ASSERT_EQ(chain->size(), 3U);
  EXPECT_EQ(chain->front(), c.leaf.certificate);
  EXPECT_EQ(chain->back(), c.root.certificate);
}

}  // namespace
}  // namespace whytls::x509
