// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "x509/judge.h"
#include "x509/testing.h"

namespace whytls::x509 {
namespace {

using namespace testing;
using std::chrono::hours;

base::Bytes staple(const Chain& c, const OcspRecipe& recipe) {
  auto response = mint_ocsp(c.leaf, c.intermediate, recipe);
  return response ? *response : base::Bytes{};
}

Judgement judge_stapled(const Chain& c, std::optional<OcspRecipe> recipe, bool require = false) {
  const TrustStore store = c.store();
  JudgeOptions options = options_with(store);
  options.require_revocation = require;
  if (recipe) options.staples = {staple(c, *recipe)};
  return judge(c.served(), options);
}

OcspRecipe with(const std::string& status) {
  OcspRecipe r;
  r.status = status;
  return r;
}

TEST(Revocation, believes_a_signed_staple) {
  Chain c;
  c.issue();
  const Judgement good = judge_stapled(c, with("good"));
  EXPECT_TRUE(good.trusted) << codes(good);
  ASSERT_TRUE(good.staple);
  EXPECT_EQ(good.staple->status, Revocation::good);
  const Judgement revoked = judge_stapled(c, with("revoked"));
  EXPECT_EQ(codes(revoked), "revoked@0");
  EXPECT_TRUE(revoked.problems.front().certain);
  EXPECT_THAT(revoked.problems.front().value, ::testing::HasSubstr("keyCompromise"));
}

TEST(Revocation, does_not_believe_a_staple_that_anyone_could_have_made) {
  Chain c;
  c.issue();
  OcspRecipe forged = with("revoked");
  forged.bad_signature = true;
  EXPECT_TRUE(judge_stapled(c, forged).trusted);
  const Minted stranger = must(mint(root_recipe("Stranger")));
  OcspRecipe foreign = with("revoked");
  foreign.responder = &stranger;
  EXPECT_TRUE(judge_stapled(c, foreign).trusted);
}

TEST(Revocation, is_not_certain_of_a_revocation_that_is_out_of_date) {
  Chain c;
  c.issue();
  OcspRecipe stale = with("revoked");
  stale.this_update = base::now() - hours(200);
  stale.next_update = base::now() - hours(100);
  const Judgement j = judge_stapled(c, stale);
  EXPECT_EQ(codes(j), "revoked@0");
  EXPECT_FALSE(j.problems.front().certain);
}

TEST(Revocation, misses_the_staple_that_the_certificate_demands) {
  Chain c;
  c.leaf_as.must_staple = true;
  c.issue();
  EXPECT_EQ(codes(judge_stapled(c, std::nullopt)), "missing_staple@0");
  EXPECT_TRUE(judge_stapled(c, with("good")).trusted);
  Chain d;
  d.issue();
  EXPECT_TRUE(judge_stapled(d, std::nullopt).trusted);
}

TEST(Revocation, tells_an_unusable_staple_from_a_missing_one) {
  Chain c;
  c.leaf_as.must_staple = true;
  c.issue();
  OcspRecipe stale;
  stale.this_update = base::now() - hours(200);
  stale.next_update = base::now() - hours(100);
  OcspRecipe early;
  early.this_update = base::now() + hours(2);
  OcspRecipe other;
  other.other_certificate = true;
  OcspRecipe forged;
  forged.bad_signature = true;
  for (const OcspRecipe& recipe : {stale, early, other, forged, with("tryLater"), with("unknown"), with("unauthorized")}) {
    const Judgement j = judge_stapled(c, recipe);
    EXPECT_EQ(codes(j), "revocation_unavailable@0") << recipe.status;
    EXPECT_FALSE(j.staple->unusable.empty());
  }
  Chain d;
  d.issue();
  EXPECT_TRUE(judge_stapled(d, stale).trusted);
  EXPECT_FALSE(judge_stapled(d, stale).staple->usable());
}

TEST(Revocation, is_demanded_by_some_clients) {
  Chain c;
  c.issue();
  EXPECT_EQ(codes(judge_stapled(c, std::nullopt, true)), "revocation_unavailable@0");
  EXPECT_EQ(codes(judge_stapled(c, with("tryLater"), true)), "revocation_unavailable@0");
  EXPECT_TRUE(judge_stapled(c, with("good"), true).trusted);
}

TEST(Revocation, reads_the_staples_of_intermediates) {
  Chain c;
  c.issue();
  const TrustStore store = c.store();
  JudgeOptions options = options_with(store);
  const auto about_intermediate = mint_ocsp(c.intermediate, c.root, with("revoked"));
  ASSERT_TRUE(about_intermediate);
  options.staples = {{}, *about_intermediate};
  EXPECT_EQ(codes(judge(c.served(), options)), "revoked@1");
}

}  // namespace
}  // namespace whytls::x509
