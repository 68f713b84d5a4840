// SPDX-License-Identifier: Apache-2.0
#include "crypto/signature.h"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/dsa.h>

#include <algorithm>
#include <initializer_list>

#include "base/text.h"
#include "registry/registry.h"

namespace whytls::crypto {
namespace {

using base::Bytes;

Key make(const char* type, const char* detail = nullptr) {
  const std::string_view name = type;
  EVP_PKEY* key = nullptr;
  if (name == "RSA" || name == "RSA-PSS") {
    key = EVP_PKEY_Q_keygen(context(), nullptr, "RSA", std::size_t{2048});
    if (name == "RSA-PSS") {
      EVP_PKEY_free(key);
      const PkeyContextPtr maker(EVP_PKEY_CTX_new_from_name(context(), "RSA-PSS", nullptr));
      key = nullptr;
      EVP_PKEY_keygen_init(maker.get());
      EVP_PKEY_generate(maker.get(), &key);
    }
  } else if (name == "EC") {
    key = EVP_PKEY_Q_keygen(context(), nullptr, "EC", detail);
  } else {
    key = EVP_PKEY_Q_keygen(context(), nullptr, type);
  }
  return Key(key, EVP_PKEY_free);
}

const Bytes message{1, 2, 3};

TEST(Signature, verifies_with_every_scheme_that_its_key_can_sign) {
  const Key keys[] = {make("RSA"),         make("RSA-PSS"), make("EC", "P-256"), make("EC", "P-384"),
                      make("EC", "P-521"), make("ED25519"), make("ED448")};
  for (const Key& key : keys) {
    for (const bool tls13 : {false, true}) {
      const std::vector<std::uint16_t> schemes = schemes_of(key.get(), tls13);
      EXPECT_FALSE(schemes.empty()) << key_type(key.get());
      for (const std::uint16_t scheme : schemes) {
        SCOPED_TRACE(registry::signature_scheme_name(scheme));
        std::optional<Bytes> signature = sign(key.get(), scheme, message);
        ASSERT_TRUE(signature);
        EXPECT_EQ(verify(key.get(), scheme, message, *signature), Verdict::valid);
        EXPECT_EQ(verify(key.get(), scheme, Bytes{9}, *signature), Verdict::invalid);
        signature->back() ^= 1U;
        EXPECT_EQ(verify(key.get(), scheme, message, *signature), Verdict::invalid);
      }
    }
  }
}

TEST(Signature, below_tls12_is_md5_and_sha1_for_rsa_and_sha1_for_the_others) {
  for (const Key& key : {make("RSA"), make("EC", "P-256")}) {
    const Bytes signature = sign(key.get(), 0, message).value();
    EXPECT_EQ(verify(key.get(), 0, message, signature), Verdict::valid);
    EXPECT_EQ(verify(key.get(), 0, Bytes{}, signature), Verdict::invalid);
  }
}

TEST(Signature, with_sha1_and_md5_is_computed_whatever_the_systems_policy_says) {
  const Key key = make("RSA");
  for (const std::uint16_t scheme : std::initializer_list<std::uint16_t>{0x0101, 0x0201}) {
    EXPECT_EQ(verify(key.get(), scheme, message, sign(key.get(), scheme, message).value()), Verdict::valid);
  }
}

TEST(Signature, of_another_type_of_key_is_invalid_and_of_an_unknown_scheme_unsupported) {
  const Key rsa = make("RSA");
  const Key other = make("RSA");
  const Bytes signature = sign(rsa.get(), 0x0804, message).value();
  EXPECT_EQ(verify(other.get(), 0x0804, message, signature), Verdict::invalid);
  EXPECT_EQ(verify(rsa.get(), 0x0403, message, signature), Verdict::invalid);
  EXPECT_EQ(verify(rsa.get(), 0x0809, message, signature), Verdict::invalid);  // rsa_pss_pss wants the key's own OID
  EXPECT_EQ(verify(rsa.get(), 0x0904, message, signature), Verdict::unsupported);
  EXPECT_EQ(verify(rsa.get(), 0x0a0a, message, signature), Verdict::unsupported);
  EXPECT_EQ(verify(nullptr, 0x0804, message, signature), Verdict::invalid);
  EXPECT_FALSE(sign(rsa.get(), 0x0403, message));
  EXPECT_FALSE(sign(nullptr, 0x0804, message));
}

TEST(Signature, works_with_a_key_of_the_default_context) {
  const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048}), EVP_PKEY_free);
  EXPECT_EQ(verify(key.get(), 0x0804, message, sign(key.get(), 0x0804, message).value()), Verdict::valid);
}

TEST(Signature, in_tls13_is_bound_to_the_curve) {
  EXPECT_EQ(schemes_of(make("EC", "P-384").get(), true), std::vector<std::uint16_t>{0x0503});
  EXPECT_EQ(schemes_of(make("EC", "P-384").get(), false).front(), 0x0503);
  EXPECT_EQ(schemes_of(make("RSA").get(), true).front(), 0x0804);
}

TEST(CertificateKey, of_bytes_that_are_no_certificate_is_none) {
  EXPECT_EQ(certificate_key({}), nullptr);
  EXPECT_EQ(certificate_key(Bytes(100, 0x30)), nullptr);
}

}  // namespace
}  // namespace whytls::crypto
