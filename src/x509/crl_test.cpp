// SPDX-License-Identifier: Apache-2.0
#include "x509/crl.h"

#include <gmock/gmock.h>

#include "x509/testing.h"

namespace whytls::x509 {
namespace {

using namespace testing;
using std::chrono::hours;

struct Lists : ::testing::Test {
  Chain c;
  Lists() { c.issue(); }
  Crl list(const CrlRecipe& recipe) const {
    const auto der = mint_crl(c.intermediate, recipe);
    EXPECT_TRUE(der) << (der ? "" : der.error().text());
    return examine_crl(*der);
  }
  CrlAnswer answer(const CrlRecipe& recipe, const Minted& about) const {
    return read_crl(list(recipe), about.certificate, c.intermediate.certificate, base::now());
  }
  CrlAnswer answer(const CrlRecipe& recipe) const { return answer(recipe, c.leaf); }
  Judgement judged(const CrlRecipe& recipe, Profile profile = Profile::clients, bool insists = false) const {
    const TrustStore store = c.store();
    JudgeOptions options = options_with(store);
    options.crls = {list(recipe)};
    options.profile = profile;
    options.require_revocation = insists;
    return judge(c.served(), options);
  }
};

TEST_F(Lists, are_read_whole) {
  const Crl crl = list({.revoked = {&c.leaf, &c.root}});
  EXPECT_EQ(crl.malformed, "");
  EXPECT_EQ(crl.issuer, "CN=Test Intermediate CA");
  EXPECT_EQ(crl.number, "10");
  EXPECT_EQ(crl.delta_of, "");
  EXPECT_EQ(crl.entries, 2U);
  EXPECT_TRUE(crl.this_update && crl.next_update);
  EXPECT_FALSE(crl.indirect);
  EXPECT_TRUE(crl.departures.empty());
}

TEST_F(Lists, say_good_of_who_is_not_listed_and_revoked_of_who_is) {
  const CrlAnswer good = answer({.revoked = {&c.root}});
  EXPECT_TRUE(good.usable()) << good.unusable;
  EXPECT_EQ(good.status, Revocation::good);
  const CrlAnswer revoked = answer({.revoked = {&c.leaf}});
  EXPECT_TRUE(revoked.usable()) << revoked.unusable;
  EXPECT_EQ(revoked.status, Revocation::revoked);
  EXPECT_EQ(revoked.reason, "keyCompromise");
  EXPECT_TRUE(revoked.revoked_at);
  EXPECT_EQ(answer({.revoked = {&c.leaf}, .reason = -1}).reason, "");
}

TEST_F(Lists, that_are_stale_or_of_the_future_cannot_be_relied_on) {
  const auto now = base::now();
  const CrlAnswer stale = answer({.this_update = now - hours(48), .next_update = now - hours(24)});
  EXPECT_THAT(stale.unusable, ::testing::HasSubstr("out of date"));
  const CrlAnswer future = answer({.this_update = now + hours(1), .next_update = now + hours(24)});
  EXPECT_THAT(future.unusable, ::testing::HasSubstr("future"));
  EXPECT_TRUE(answer({.no_next_update = true}).usable());
}

TEST_F(Lists, of_another_issuer_or_key_say_nothing) {
  const CrlAnswer other = answer({.revoked = {&c.leaf}}, c.intermediate);
  EXPECT_THAT(other.unusable, ::testing::HasSubstr("another issuer"));
  EXPECT_EQ(other.status, Revocation::unknown);
  const CrlAnswer forged = answer({.revoked = {&c.leaf}, .bad_signature = true});
  EXPECT_THAT(forged.unusable, ::testing::HasSubstr("does not verify"));
  EXPECT_EQ(forged.status, Revocation::unknown);
}

TEST_F(Lists, need_the_right_to_sign_lists) {
  Chain d;
  d.intermediate_as.key_usage = "critical,keyCertSign";
  d.issue();
  const auto der = mint_crl(d.intermediate, {.revoked = {&d.leaf}});
  ASSERT_TRUE(der);
  const CrlAnswer a = read_crl(examine_crl(*der), d.leaf.certificate, d.intermediate.certificate, base::now());
  EXPECT_THAT(a.unusable, ::testing::HasSubstr("cRLSign"));
}

TEST_F(Lists, of_some_certificates_only_are_not_taken_for_all) {
  EXPECT_TRUE(answer({.issuing_point = "critical,onlyuser:TRUE"}).usable());
  EXPECT_THAT(answer({.issuing_point = "critical,onlyCA:TRUE"}).unusable, ::testing::HasSubstr("authorities only"));
  EXPECT_THAT(answer({.issuing_point = "critical,onlysomereasons:keyCompromise"}).unusable, ::testing::HasSubstr("some reasons"));
}

TEST_F(Lists, of_changes_need_their_base) {
  const CrlAnswer silent = answer({.delta_of = "0F"});
  EXPECT_THAT(silent.unusable, ::testing::HasSubstr("delta of list 0f"));
  EXPECT_EQ(silent.status, Revocation::unknown);
  EXPECT_EQ(answer({.revoked = {&c.leaf}, .delta_of = "0F"}).status, Revocation::revoked);
}

TEST_F(Lists, with_an_unknown_critical_extension_are_of_no_use) {
  const Crl crl = list({.extensions = {{"1.3.6.1.4.1.32473.1", "critical,DER:0500"}}});
  EXPECT_THAT(crl.malformed, ::testing::HasSubstr("not understood"));
  EXPECT_FALSE(read_crl(crl, c.leaf.certificate, c.intermediate.certificate, base::now()).usable());
  EXPECT_EQ(list({.extensions = {{"1.3.6.1.4.1.32473.1", "DER:0500"}}}).malformed, "");
}

TEST_F(Lists, come_as_pem_or_der_and_garbage_is_refused) {
  const auto der = mint_crl(c.intermediate);
  ASSERT_TRUE(der);
  EXPECT_EQ(crl_der(*der), *der);
  EXPECT_NE(examine_crl({}).malformed, "");
  base::Bytes longer = *der;
  longer.push_back(0);
  EXPECT_THAT(examine_crl(longer).malformed, ::testing::HasSubstr("left over"));
  EXPECT_THAT(examine_crl(c.leaf.certificate.der).malformed, ::testing::HasSubstr("no revocation list"));
}

TEST_F(Lists, revoke_a_link_of_the_path) {
  EXPECT_TRUE(judged({}).trusted);
  EXPECT_EQ(codes(judged({.revoked = {&c.leaf}})), "revoked@0");
}

TEST_F(Lists, that_are_unusable_count_only_for_who_insists) {
  const CrlRecipe stale{.this_update = base::now() - hours(48), .next_update = base::now() - hours(24)};
  EXPECT_TRUE(judged(stale).trusted);
  EXPECT_EQ(codes(judged(stale, Profile::clients, true)), "revocation_unavailable@0");
  EXPECT_TRUE(judged({}, Profile::clients, true).trusted);
}

TEST_F(Lists, without_a_number_break_the_profile) {
  EXPECT_TRUE(judged({.number = false}).trusted);
  EXPECT_EQ(codes(judged({.number = false}, Profile::rfc5280)), "revocation_unavailable@0");
}

}  // namespace
}  // namespace whytls::x509
