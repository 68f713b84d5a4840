// SPDX-License-Identifier: Apache-2.0
// Groups, signature schemes, alerts, extensions and versions.
#include <gtest/gtest.h>

#include "registry/registry.h"

namespace whytls::registry {
namespace {

TEST(Groups, KnowTheirFamilyAndTheSizeOfTheirShares) {
  const Group* const hybrid = group(0x11ec);
  ASSERT_NE(hybrid, nullptr);
  EXPECT_EQ(hybrid->name, "X25519MLKEM768");
  EXPECT_EQ(hybrid->family, GroupFamily::hybrid);
  EXPECT_EQ(hybrid->client_share, 1216);  // draft-ietf-tls-ecdhe-mlkem 4.1
  EXPECT_EQ(hybrid->server_share, 1120);
  EXPECT_EQ(group(0x11eb)->client_share, 1249);
  EXPECT_EQ(group(0x11eb)->server_share, 1153);
  EXPECT_EQ(group(0x11ed)->client_share, 1665);
  EXPECT_EQ(group(0x6399)->client_share, 1216);
  EXPECT_EQ(group(0x639a)->name, "SecP256r1Kyber768Draft00");
  EXPECT_EQ(group(0x0202)->family, GroupFamily::kem);
  EXPECT_EQ(group(23)->client_share, 65);
  EXPECT_EQ(group(25)->server_share, 133);
  EXPECT_EQ(group(29)->client_share, 32);
  EXPECT_EQ(group(30)->security_bits, 224);
  EXPECT_EQ(group(256)->family, GroupFamily::ffdhe);
  EXPECT_EQ(group(256)->client_share, 256);
}

TEST(Groups, AreFoundByIanasOpensslsAndCommonNames) {
  for (const char* const name : {"P-256", "prime256v1", "secp256r1", "SECP256R1", "GROUP-SECP256R1", "0x17"})
    EXPECT_EQ(group_code(name), 23) << name;
  for (const char* const name : {"X25519MLKEM768", "x25519mlkem768", "GROUP-X25519-MLKEM768", "0x11ec"})
    EXPECT_EQ(group_code(name), 0x11ec) << name;
  EXPECT_EQ(group_code("X25519Kyber768Draft00"), 0x6399);
  EXPECT_EQ(group_code("X25519"), 29);
  EXPECT_EQ(group_code("ffdhe3072"), 257);
}

TEST(Groups, UnknownNamesAreRefusedAndUnknownValuesKept) {
  EXPECT_FALSE(group_code("P-257"));
  EXPECT_FALSE(group_code(""));
  EXPECT_EQ(group(0x9999), nullptr);
  EXPECT_EQ(group_name(0x9999), "0x9999");
  EXPECT_EQ(group_name(0x2a2a), "grease");
}

TEST(SignatureSchemes, SayWhichKeyAndHashAndWhetherTls13TakesThem) {
  const SignatureScheme* const pkcs1 = signature_scheme(0x0401);
  ASSERT_NE(pkcs1, nullptr);
  EXPECT_EQ(pkcs1->key, "rsa");
  EXPECT_EQ(pkcs1->hash, "sha256");
  EXPECT_EQ(pkcs1->openssl, "RSA+SHA256");
  EXPECT_FALSE(pkcs1->tls13);  // RFC 8446 4.2.3: in certificates only
  EXPECT_TRUE(signature_scheme(0x0804)->tls13);
  EXPECT_EQ(signature_scheme(0x0809)->key, "rsa-pss");
  EXPECT_EQ(signature_scheme(0x0503)->curve, 24);
  EXPECT_EQ(signature_scheme(0x0203)->curve, 0);
  EXPECT_FALSE(signature_scheme(0x0203)->tls13);
  EXPECT_EQ(signature_scheme(0x081a)->curve, 31);
  EXPECT_EQ(signature_scheme(0x0807)->hash, "intrinsic");
  EXPECT_EQ(signature_scheme(0x0905)->key, "mldsa");
  EXPECT_EQ(signature_scheme(0x0202)->key, "dsa");
}

TEST(SignatureSchemes, AreFoundByAnyOfTheirNames) {
  EXPECT_EQ(signature_scheme_code("RSA+SHA256"), 0x0401);
  EXPECT_EQ(signature_scheme_code("ECDSA+SHA384"), 0x0503);
  EXPECT_EQ(signature_scheme_code("RSA-PSS+SHA256"), 0x0804);
  EXPECT_EQ(signature_scheme_code("rsa_pss_pss_sha512"), 0x080b);
  EXPECT_EQ(signature_scheme_code("Ed25519"), 0x0807);
  EXPECT_EQ(signature_scheme_code("SIGN-RSA-SHA512"), 0x0601);
  EXPECT_EQ(signature_scheme_code("sm2sig_sm3"), 0x0708);
  EXPECT_EQ(signature_scheme_code("mldsa87"), 0x0906);
  EXPECT_EQ(signature_scheme_code("0x0804"), 0x0804);
  EXPECT_FALSE(signature_scheme_code("RSA+SHA257"));
  EXPECT_EQ(signature_scheme_name(0x1234), "0x1234");
}

TEST(Alerts, AreNamedAsTheRfcsSpellThem) {
  EXPECT_EQ(alert_name(40), "handshake_failure");
  EXPECT_EQ(alert_name(41), "no_certificate");
  EXPECT_EQ(alert_name(100), "no_renegotiation");
  EXPECT_EQ(alert_name(120), "no_application_protocol");
  EXPECT_EQ(alert_name(121), "ech_required");
  EXPECT_EQ(alert_name(200), "200");
}

TEST(Alerts, AreFoundByNameAndNumber) {
  EXPECT_EQ(alert_code("handshake_failure"), 40);
  EXPECT_EQ(alert_code("Handshake Failure"), 40);
  EXPECT_EQ(alert_code("no_renegotiation_RESERVED"), 100);
  EXPECT_EQ(alert_code("112"), 112);
  EXPECT_FALSE(alert_code("256"));
  EXPECT_FALSE(alert_code("handshake failed"));
}

TEST(Extensions, HaveIanasNamesAndThoseOfPrivateUse) {
  EXPECT_EQ(extension_name(0), "server_name");
  EXPECT_EQ(extension_name(0xfe0d), "encrypted_client_hello");
  EXPECT_EQ(extension_name(0x4469), "application_settings_draft");
  EXPECT_EQ(extension_name(0x44cd), "application_settings");
  EXPECT_EQ(extension_name(13172), "next_protocol_negotiation");
  EXPECT_EQ(extension_name(30031), "channel_id_old");
  EXPECT_EQ(extension_name(0xff01), "renegotiation_info");
  EXPECT_EQ(extension_name(0x3a3a), "grease");
  EXPECT_EQ(extension_name(0x1234), "0x1234");
  EXPECT_EQ(extension_code("ALPN"), 16);
  EXPECT_EQ(extension_code("elliptic_curves"), 10);
  EXPECT_FALSE(extension_code("server_names"));
}

TEST(Versions, HaveTheContractsNamesAndTitlesForPeople) {
  EXPECT_EQ(version_name(0x0303), "tls1.2");
  EXPECT_EQ(version_name(0x0002), "ssl2");
  EXPECT_EQ(version_name(0xfefd), "dtls1.2");
  EXPECT_EQ(version_name(0x0305), "0x0305");
  EXPECT_EQ(version_title(0x0300), "SSL 3.0");
  EXPECT_EQ(version_title(0x7f17), "TLS 1.3 draft 23");
  EXPECT_EQ(version_title(0x7fff), "0x7fff");
  EXPECT_EQ(version_code("TLS1.3"), 0x0304);
  EXPECT_EQ(version_code("0x0305"), 0x0305);
  EXPECT_FALSE(version_code("tls1.4"));
}

TEST(Grease, IsAPatternOfSixteenValues) {
  int count = 0;
  for (unsigned code = 0; code <= 0xffff; ++code) count += is_grease(static_cast<std::uint16_t>(code)) ? 1 : 0;
  EXPECT_EQ(count, 16);
  EXPECT_TRUE(is_grease(0xfafa));
  EXPECT_FALSE(is_grease(0x0a1a));
}

}  // namespace
}  // namespace whytls::registry
