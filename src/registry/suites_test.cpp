// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "registry/registry.h"

namespace whytls::registry {
namespace {

TEST(Suites, AreSortedAndAtLeastThreeHundredAndFifty) {
  ASSERT_GE(suites().size(), 350U);
  for (std::size_t i = 1; i < suites().size(); ++i) EXPECT_LT(suites()[i - 1].code, suites()[i].code);
}

TEST(Suites, AnEphemeralOneIsDescribedByItsName) {
  const Suite* const found = suite(0xc02f);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->name, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
  EXPECT_EQ(found->openssl, "ECDHE-RSA-AES128-GCM-SHA256");
  EXPECT_EQ(found->gnutls, "TLS_ECDHE_RSA_AES_128_GCM_SHA256");
  EXPECT_EQ(found->key_exchange, KeyExchange::ecdhe);
  EXPECT_EQ(found->authentication, Authentication::rsa);
  EXPECT_EQ(found->cipher, "AES_128");
  EXPECT_EQ(found->mode, Mode::gcm);
  EXPECT_EQ(found->key_bits, 128);
  EXPECT_EQ(found->mac, Hash::none);
  EXPECT_EQ(found->prf, Hash::sha256);
  EXPECT_EQ(found->min_version, version::tls12);
  EXPECT_EQ(found->max_version, version::tls12);
}

TEST(Suites, OneOfTls13LeavesKeyExchangeAndAuthenticationToOtherExtensions) {
  const Suite* const found = suite(0x1302);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->key_exchange, KeyExchange::any);
  EXPECT_EQ(found->authentication, Authentication::any);
  EXPECT_EQ(found->prf, Hash::sha384);
  EXPECT_EQ(found->min_version, version::tls13);
  EXPECT_EQ(found->max_version, version::tls13);
}

TEST(Suites, ExportGradeAndItsKeyAreReadFromTheName) {
  const Suite* const forty = suite(0x0008);      // TLS_RSA_EXPORT_WITH_DES40_CBC_SHA
  const Suite* const kerberos = suite(0x0027);   // TLS_KRB5_EXPORT_WITH_RC2_CBC_40_SHA
  const Suite* const fifty_six = suite(0x0062);  // TLS_RSA_EXPORT1024_WITH_DES_CBC_SHA
  const Suite* const plain = suite(0x0009);      // TLS_RSA_WITH_DES_CBC_SHA
  ASSERT_TRUE(forty != nullptr && kerberos != nullptr && fifty_six != nullptr && plain != nullptr);
  EXPECT_TRUE(forty->export_grade);
  EXPECT_EQ(forty->key_bits, 40);
  EXPECT_EQ(kerberos->key_bits, 40);
  EXPECT_TRUE(fifty_six->export_grade);
  EXPECT_EQ(fifty_six->key_bits, 56);
  EXPECT_FALSE(plain->export_grade);
  EXPECT_EQ(plain->max_version, version::tls11);
}

TEST(Suites, AnonymousAndPreSharedOnesAreToldApart) {
  EXPECT_EQ(suite(0x0034)->authentication, Authentication::anon);
  EXPECT_EQ(suite(0x0034)->key_exchange, KeyExchange::dhe);
  EXPECT_EQ(suite(0xc018)->key_exchange, KeyExchange::ecdhe);
  EXPECT_EQ(suite(0x00ac)->key_exchange, KeyExchange::rsa_psk);
  EXPECT_EQ(suite(0x00ac)->authentication, Authentication::rsa);
  EXPECT_EQ(suite(0xc0aa)->key_exchange, KeyExchange::dhe_psk) << "IANA spells this one TLS_PSK_DHE_…";
}

TEST(Suites, SignallingValuesAreNoSuites) {
  EXPECT_TRUE(suite(0x00ff)->signalling);
  EXPECT_TRUE(suite(0x5600)->signalling);
  EXPECT_FALSE(suite(0x002f)->signalling);
}

TEST(Suites, AreFoundByAnyOfTheirNamesInAnyCase) {
  EXPECT_EQ(suite_code("TLS_RSA_WITH_AES_128_CBC_SHA"), 0x002f);
  EXPECT_EQ(suite_code("aes128-sha"), 0x002f);
  EXPECT_EQ(suite_code("TLS_RSA_AES_128_CBC_SHA1"), 0x002f);
  EXPECT_EQ(suite_code("DES-CBC3-SHA"), 0x000a);
  EXPECT_EQ(suite_code("EXP-RC4-MD5"), 0x0003);
  EXPECT_EQ(suite_code("edh-rsa-des-cbc3-sha"), 0x0016);
  EXPECT_EQ(suite_code("DHE-RSA-DES-CBC3-SHA"), 0x0016);
  EXPECT_EQ(suite_code("ECDHE-RSA-CHACHA20-POLY1305-OLD"), 0xcc13);
  EXPECT_EQ(suite_code("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"), 0xcca8) << "the draft's suite must not take the name";
}

TEST(Suites, HexadecimalCodePointsAreTakenAsTheyAre) {
  EXPECT_EQ(suite_code("0x5600"), 0x5600);
  EXPECT_EQ(suite_code("0xAbCd"), 0xabcd);
  EXPECT_EQ(suite_code("0x1"), 0x0001);
}

TEST(Suites, WhatIsNeitherNameNorHexIsRefused) {
  for (const char* const name : {"", "AES128-SH", "0x", "0x12345", "0xzz", "0x-1", "5600", "0x12 ", "AES128-SHA "})
    EXPECT_FALSE(suite_code(name)) << name;
}

TEST(Suites, ValuesWithoutANameAreSpelledInHex) {
  EXPECT_EQ(suite_name(0x002f), "TLS_RSA_WITH_AES_128_CBC_SHA");
  EXPECT_EQ(suite_name(0xfff0), "0xfff0");
  EXPECT_EQ(suite_name(0x1a1a), "grease");
  EXPECT_EQ(suite(0xfff0), nullptr);
  EXPECT_EQ(suite_short_name(0x002f), "AES128-SHA");
  EXPECT_EQ(suite_short_name(0xc100 + 4), "TLS_GOSTR341112_256_WITH_MAGMA_MGM_L");
}

TEST(Suites, Ssl2KindsAreThreeBytesAndMayHoldALaterSuite) {
  EXPECT_EQ(ssl2_suite_name(0x010080), "SSL_CK_RC4_128_WITH_MD5");
  EXPECT_EQ(ssl2_suite_name(0x00002f), "TLS_RSA_WITH_AES_128_CBC_SHA");
  EXPECT_EQ(ssl2_suite_name(0x00fff0), "0x00fff0");
  EXPECT_EQ(ssl2_suite_name(0x990000), "0x990000");
}

}  // namespace
}  // namespace whytls::registry
