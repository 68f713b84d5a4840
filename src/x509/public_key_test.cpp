// SPDX-License-Identifier: Apache-2.0
// Keys that are long enough and broken all the same.
#include <gmock/gmock.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include "x509/openssl.h"
#include "x509/testing.h"

namespace whytls::x509 {
namespace {

using namespace testing;
using ::testing::HasSubstr;

/// A public RSA key of these numbers.
PrivateKey rsa(const BIGNUM* modulus, unsigned long exponent) {
  using OwnBuilder = Own<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
  using OwnParameters = Own<OSSL_PARAM, OSSL_PARAM_free>;
  using OwnContext = Own<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
  const OwnNumber e(BN_new());
  BN_set_word(e.get(), exponent);
  const OwnBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus);
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  const OwnParameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const OwnContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* made = nullptr;
  EVP_PKEY_fromdata_init(context.get());
  EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get());
  const OwnKey key(made);
  return private_key(key.get());
}

OwnNumber modulus_of(const PrivateKey& key) {
  BIGNUM* n = nullptr;
  EVP_PKEY_get_bn_param(key.handle.get(), OSSL_PKEY_PARAM_RSA_N, &n);
  return OwnNumber(n);
}

Judgement judge_with_key(const PrivateKey& key) {
  Chain c;
  c.leaf_as.use_key = key;
  return judge_chain(c.issue());
}

TEST(BrokenKeys, of_the_roca_form_are_weak) {
  // A power of 65537 has the residues that the faulty library's moduli have.
  const OwnNumber base(BN_new());
  const OwnNumber power(BN_new());
  const OwnNumber modulus(BN_new());
  using OwnNumbers = Own<BN_CTX, BN_CTX_free>;
  const OwnNumbers context(BN_CTX_new());
  BN_set_word(base.get(), 65537);
  BN_set_word(power.get(), 130);
  BN_exp(modulus.get(), base.get(), power.get(), context.get());
  const Judgement j = judge_with_key(rsa(modulus.get(), 65537));
  EXPECT_EQ(codes(j), "weak_key@0");
  EXPECT_THAT(j.first()->value, HasSubstr("ROCA"));
}

TEST(BrokenKeys, with_small_factors_or_senseless_exponents_are_weak) {
  const auto sound = mint_key("rsa-2048", "sound");
  ASSERT_TRUE(sound);
  const OwnNumber modulus = modulus_of(*sound);
  EXPECT_TRUE(judge_with_key(rsa(modulus.get(), 65537)).trusted);
  EXPECT_TRUE(judge_with_key(rsa(modulus.get(), 3)).trusted);
  EXPECT_EQ(codes(judge_with_key(rsa(modulus.get(), 1))), "weak_key@0");
  BN_mul_word(modulus.get(), 7);
  EXPECT_EQ(codes(judge_with_key(rsa(modulus.get(), 65537))), "weak_key@0");
  BN_add_word(modulus.get(), BN_is_odd(modulus.get()) == 1 ? 1 : 0);
  EXPECT_EQ(codes(judge_with_key(rsa(modulus.get(), 65537))), "weak_key@0");
}

TEST(EllipticKeys, need_a_named_curve) {
  for (const bool named : {true, false}) {
    const OwnKey key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "prime256v1"));
    EVP_PKEY_set_utf8_string_param(key.get(), OSSL_PKEY_PARAM_EC_ENCODING, named ? "named_curve" : "explicit");
    const Judgement j = judge_with_key(private_key(key.get()));
    EXPECT_EQ(codes(j), named ? "" : "malformed@0");
  }
}

TEST(Mint, keeps_one_key_for_a_slot) {
  const auto first = mint_key("ec-secp256r1", "a");
  const auto again = mint_key("ec-secp256r1", "a");
  const auto other = mint_key("ec-secp256r1", "b");
  ASSERT_TRUE(first && again && other);
  EXPECT_EQ(first->spki_sha256, again->spki_sha256);
  EXPECT_NE(first->spki_sha256, other->spki_sha256);
}

TEST(Mint, refuses_words_that_mean_nothing) {
  const auto fault = [](const Recipe& r) {
    const auto minted = mint(r);
    return minted ? base::Fault::limit : minted.error().fault;
  };
  Recipe hash;
  hash.hash = "sha3000";
  EXPECT_EQ(fault(hash), base::Fault::misuse);
  Recipe usage;
  usage.key_usage = "nonsense";
  EXPECT_EQ(fault(usage), base::Fault::misuse);
  Recipe serial;
  serial.serial = "xyz";
  EXPECT_EQ(fault(serial), base::Fault::misuse);
  const Minted none;
  EXPECT_FALSE(mint(Recipe{}, &none));
  EXPECT_FALSE(mint_ocsp(none, none));
  EXPECT_TRUE(mint(Recipe{}));
}

}  // namespace
}  // namespace whytls::x509
