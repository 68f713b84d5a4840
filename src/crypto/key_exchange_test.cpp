// SPDX-License-Identifier: Apache-2.0
#include "crypto/key_exchange.h"

#include <gtest/gtest.h>

#include <initializer_list>

#include "base/text.h"
#include "registry/registry.h"

namespace whytls::crypto {
namespace {

using base::Bytes;

TEST(EphemeralKey, agrees_with_its_peer_in_each_group_that_libcrypto_has) {
  std::size_t agreed = 0;
  for (const registry::Group& group : registry::groups()) {
    const auto ours = EphemeralKey::generate(group.code);
    if (!ours || !ours->derivable()) continue;
    SCOPED_TRACE(group.name);
    const auto theirs = EphemeralKey::generate(group.code).value();
    const auto secret = ours->shared_secret(theirs.share());
    ASSERT_TRUE(secret);
    EXPECT_EQ(secret, theirs.shared_secret(ours->share()));
    EXPECT_FALSE(secret->empty());
    ++agreed;
  }
  EXPECT_GE(agreed, 12U);
}

TEST(EphemeralKey, has_shares_of_the_size_that_the_registry_says) {
  for (const registry::Group& group : registry::groups()) {
    const auto key = EphemeralKey::generate(group.code);
    if (!key || group.client_share == 0) continue;
    EXPECT_EQ(key->share().size(), group.client_share) << group.name;
  }
}

TEST(EphemeralKey, refuses_shares_that_are_none) {
  for (const std::uint16_t group : std::initializer_list<std::uint16_t>{0x17, 0x18, 0x19, 0x1d, 0x1e, 0x100}) {
    SCOPED_TRACE(registry::group_name(group));
    const auto key = EphemeralKey::generate(group).value();
    EXPECT_FALSE(key.shared_secret({}));
    EXPECT_FALSE(key.shared_secret(Bytes(3, 4)));
    EXPECT_FALSE(key.shared_secret(Bytes(key.share().size(), 0)));  // the all-zero point: RFC 7748 6.1
  }
  Bytes off_curve = EphemeralKey::generate(0x17)->share();
  off_curve.back() ^= 1U;
  EXPECT_FALSE(EphemeralKey::generate(0x17)->shared_secret(off_curve));
}

TEST(EphemeralKey, of_a_group_that_nobody_knows_is_none) {
  EXPECT_FALSE(EphemeralKey::generate(0x0a0a));
  EXPECT_FALSE(EphemeralKey::generate(0x4242));
  EXPECT_FALSE(group_derivable(0x4242));
  EXPECT_TRUE(group_derivable(0x001d));
  EXPECT_FALSE(group_derivable(0x11ec));
}

TEST(EphemeralKey, of_a_hybrid_has_a_share_but_no_secret) {
  const auto key = EphemeralKey::generate(0x11ec).value();
  EXPECT_EQ(key.share().size(), 1184U + 32U);
  EXPECT_FALSE(key.derivable());
  EXPECT_FALSE(key.shared_secret(Bytes(1088 + 32, 1)));
}

// draft-ietf-tls-ecdhe-mlkem 4.1: ML-KEM first with X25519, last with the NIST curves; Kyber's draft: X25519 first.
TEST(EphemeralKey, of_a_hybrid_has_its_parts_in_the_drafts_order) {
  const Bytes p256 = EphemeralKey::generate(0x11eb)->share();
  EXPECT_EQ(p256.size(), 65U + 1184U);
  EXPECT_EQ(p256.front(), 4);
  const Bytes p384 = EphemeralKey::generate(0x11ed)->share();
  EXPECT_EQ(p384.size(), 97U + 1568U);
  EXPECT_EQ(p384.front(), 4);
  EXPECT_EQ(EphemeralKey::generate(0x6399)->share().size(), 32U + 1184U);
}

/// FIPS 203 7.2: every coefficient decodes to less than 3329.
bool well_formed(const Bytes& share) {
  for (std::size_t i = 0; i + 2 < share.size() - 32; i += 3) {
    const unsigned a = share[i] | (share[i + 1] & 0xfU) << 8U;
    const unsigned b = static_cast<unsigned>(share[i + 1]) >> 4U | static_cast<unsigned>(share[i + 2]) << 4U;
    if (a >= 3329 || b >= 3329) return false;
  }
  return true;
}

TEST(KemShare, passes_the_modulus_check_of_fips_203) {
  EXPECT_EQ(kem_share(3).size(), 1184U);
  EXPECT_EQ(kem_share(4).size(), 1568U);
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(well_formed(kem_share(3)));
  EXPECT_NE(kem_share(3), kem_share(3));
  EXPECT_FALSE(well_formed(Bytes(1184, 0xff)));
}

TEST(DhClient, agrees_with_a_server_that_has_a_known_exponent) {
  // p = 23, g = 5, the server's exponent 6: Ys = 8. The secret is Yc^6.
  const auto client = dh_client(Bytes{23}, Bytes{5}, Bytes{8}).value();
  unsigned expected = 1;
  for (int i = 0; i < 6; ++i) expected = expected * client.public_value.front() % 23;
  EXPECT_EQ(client.premaster, Bytes{static_cast<std::uint8_t>(expected)});
}

TEST(DhClient, takes_weak_parameters_and_refuses_none) {
  EXPECT_TRUE(dh_client(Bytes(64, 0xff), Bytes{2}, Bytes{3}));  // composite, 512 bits
  EXPECT_FALSE(dh_client({}, Bytes{2}, Bytes{3}));
  EXPECT_FALSE(dh_client(Bytes{0}, Bytes{2}, Bytes{3}));
  EXPECT_FALSE(dh_client(Bytes{1}, Bytes{2}, Bytes{3}));
  EXPECT_FALSE(dh_client(Bytes{24}, Bytes{2}, Bytes{3}));
  EXPECT_FALSE(dh_client(Bytes(4096, 0xff), Bytes{2}, Bytes{3}));
}

TEST(DhClient, drops_leading_zeros_of_the_secret) {
  const auto client = dh_client(Bytes(64, 0xff), Bytes{2}, Bytes{1}).value();
  EXPECT_EQ(client.premaster, Bytes{1});
}

TEST(RsaTransport, decrypts_to_the_premaster_with_the_offered_version) {
  const PkeyPtr key(EVP_PKEY_Q_keygen(context(), nullptr, "RSA", std::size_t{2048}));
  const auto made = rsa_transport(key.get(), 0x0303).value();
  EXPECT_EQ(made.premaster.size(), 48U);
  EXPECT_EQ(made.premaster[0], 3);
  EXPECT_EQ(made.premaster[1], 3);
  const PkeyContextPtr decrypt(EVP_PKEY_CTX_new_from_pkey(context(), key.get(), nullptr));
  ASSERT_EQ(EVP_PKEY_decrypt_init(decrypt.get()), 1);
  Bytes plain(256);
  std::size_t size = plain.size();
  ASSERT_EQ(EVP_PKEY_decrypt(decrypt.get(), plain.data(), &size, made.encrypted.data(), made.encrypted.size()), 1);
  plain.resize(size);
  EXPECT_EQ(plain, made.premaster);
}

TEST(RsaTransport, refuses_keys_of_another_type) {
  const PkeyPtr key(EVP_PKEY_Q_keygen(context(), nullptr, "EC", "P-256"));
  EXPECT_FALSE(rsa_transport(key.get(), 0x0303));
  EXPECT_FALSE(rsa_transport(nullptr, 0x0303));
}

}  // namespace
}  // namespace whytls::crypto
