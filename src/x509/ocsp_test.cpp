// SPDX-License-Identifier: Apache-2.0
#include "x509/ocsp.h"

#include "x509/testing.h"

namespace whytls::x509 {
namespace {

using namespace testing;
using std::chrono::hours;

struct Responses : ::testing::Test {
  Chain c;
  Minted delegate;
  Responses() {
    c.issue();
    Recipe r;
    r.common_name = "Responder";
    r.extended_key_usage = "OCSPSigning";
    delegate = must(mint(r, &c.intermediate));
  }
  OcspResponse read(const OcspRecipe& recipe, const Minted* issuer) const {
    const auto bytes = mint_ocsp(c.leaf, c.intermediate, recipe);
    EXPECT_TRUE(bytes);
    return read_ocsp(*bytes, c.leaf.certificate, issuer == nullptr ? nullptr : &issuer->certificate, base::now());
  }
};

TEST_F(Responses, of_the_issuer_are_read_whole) {
  const OcspResponse r = read({}, &c.intermediate);
  EXPECT_TRUE(r.usable()) << r.unusable;
  EXPECT_TRUE(r.parsed);
  EXPECT_EQ(r.response_status, "successful");
  EXPECT_EQ(r.status, Revocation::good);
  EXPECT_EQ(r.signature, Verified::yes);
  EXPECT_EQ(r.signer, "Test Intermediate CA");
  EXPECT_TRUE(r.this_update && r.next_update && r.produced_at);
  EXPECT_FALSE(r.revoked_at);
}

TEST_F(Responses, of_a_delegate_count_if_the_issuer_appointed_it) {
  OcspRecipe recipe;
  recipe.responder = &delegate;
  const OcspResponse r = read(recipe, &c.intermediate);
  EXPECT_TRUE(r.usable()) << r.unusable;
  EXPECT_EQ(r.signer, "Responder");
}

TEST_F(Responses, of_others_do_not_count) {
  Recipe without_usage;
  without_usage.common_name = "Leaf that signs";
  const Minted leaf = must(mint(without_usage, &c.intermediate));
  Recipe foreign;
  foreign.extended_key_usage = "OCSPSigning";
  const Minted stranger = must(mint(foreign, &c.root));
  for (const Minted* signer : {&leaf, &stranger}) {
    OcspRecipe recipe;
    recipe.responder = signer;
    const OcspResponse r = read(recipe, &c.intermediate);
    EXPECT_FALSE(r.usable());
    EXPECT_NE(r.signature, Verified::yes);
  }
}

TEST_F(Responses, without_a_known_issuer_are_read_but_not_usable) {
  const OcspResponse r = read({}, nullptr);
  EXPECT_EQ(r.status, Revocation::good);
  EXPECT_EQ(r.signature, Verified::unknown);
  EXPECT_FALSE(r.usable());
}

TEST_F(Responses, tolerate_small_differences_of_clocks) {
  OcspRecipe recipe;
  recipe.this_update = base::now() + std::chrono::minutes(2);
  EXPECT_TRUE(read(recipe, &c.intermediate).usable());
  recipe.this_update = base::now() + std::chrono::minutes(10);
  EXPECT_FALSE(read(recipe, &c.intermediate).usable());
  recipe.this_update = base::now() - hours(10);
  recipe.no_next_update = true;
  EXPECT_TRUE(read(recipe, &c.intermediate).usable());
}

TEST_F(Responses, that_are_none_are_said_to_be_none) {
  const base::Bytes rubbish{0x30, 0x03, 0x0a, 0x01, 0x00};
  EXPECT_FALSE(read_ocsp({}, c.leaf.certificate, &c.intermediate.certificate, base::now()).parsed);
  EXPECT_FALSE(read_ocsp(base::view("HTTP/1.1 404 Not Found"), c.leaf.certificate, nullptr, base::now()).usable());
  EXPECT_FALSE(read_ocsp(rubbish, c.leaf.certificate, nullptr, base::now()).usable());
}

}  // namespace
}  // namespace whytls::x509
