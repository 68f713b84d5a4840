// SPDX-License-Identifier: Apache-2.0
#include "x509/oddities.h"

#include <gmock/gmock.h>

#include "base/text.h"
#include "x509/testing.h"

namespace whytls::x509 {
namespace {

using namespace testing;
using std::chrono::hours;
using ::testing::HasSubstr;

std::string odd(const std::vector<base::Bytes>& served, const TrustStore& store) {
  const JudgeOptions options = options_with(store);
  std::string out;
  for (const Oddity& oddity : oddities(judge(served, options), options)) {
    EXPECT_FALSE(oddity.text.empty());
    out += (out.empty() ? "" : " ") + std::string(name(oddity.kind)) + (oddity.served ? "@" + std::to_string(*oddity.served) : "");
  }
  return out;
}

TEST(Oddities, a_plain_chain_has_none) {
  Chain c;
  c.issue();
  EXPECT_EQ(odd(c.served(), c.store()), "");
}

TEST(Oddities, of_what_is_sent) {
  Chain c;
  c.issue();
  const auto& leaf = c.leaf.certificate.der;
  const auto& middle = c.intermediate.certificate.der;
  const auto& root = c.root.certificate.der;
  EXPECT_EQ(odd({leaf, middle, root}, c.store()), "root-sent@2");
  EXPECT_EQ(odd({leaf, middle, middle}, c.store()), "duplicate@2");
  EXPECT_EQ(odd({leaf, root, middle}, c.store()), "root-sent@1 wrong-order");
  Recipe second = intermediate_recipe("Second CA");
  const Minted lower = must(mint(second, &c.intermediate));
  const Minted leaf_below = must(mint(leaf_recipe("www.example.com"), &lower));
  EXPECT_EQ(odd({leaf_below.certificate.der, middle, lower.certificate.der}, c.store()), "wrong-order");
  const Minted stranger = must(mint(root_recipe("Stranger")));
  const Minted strange = must(mint(intermediate_recipe("Strange CA"), &stranger));
  EXPECT_EQ(odd({leaf, middle, strange.certificate.der}, c.store()), "unrelated@2");
}

TEST(Oddities, two_certificates_for_one_key) {
  Chain c;
  c.issue();
  Recipe again = c.intermediate_as;
  again.serial = "4142434445464748";
  const Minted twin = must(mint(again, &c.root));
  EXPECT_EQ(odd({c.leaf.certificate.der, c.intermediate.certificate.der, twin.certificate.der}, c.store()), "same-key@2");
}

TEST(Oddities, an_expired_cross_sign) {
  Chain c;
  c.issue();
  const Minted old_root = must(mint(root_recipe("Old Root")));
  Recipe cross = c.root_as;
  cross.not_after = base::now() - hours(1);
  const Minted crossed = must(mint(cross, &old_root));
  const std::vector<base::Bytes> served{c.leaf.certificate.der, c.intermediate.certificate.der, crossed.certificate.der};
  EXPECT_EQ(odd(served, c.store()), "expired-cross-sign@2");
  // Not yet expired it is only a cross-sign.
  cross.not_after = base::now() + hours(24);
  const Minted alive = must(mint(cross, &old_root));
  EXPECT_EQ(odd({served[0], served[1], alive.certificate.der}, c.store()), "");
}

TEST(Oddities, a_cross_sign_by_an_expired_root) {
  Chain c;
  c.issue();
  Recipe old_as = root_recipe("Old Root");
  old_as.not_after = base::now() - hours(1);
  const Minted old_root = must(mint(old_as));
  const Minted crossed = must(mint(c.root_as, &old_root));
  const TrustStore both = TrustStore::of_certificates({c.root.certificate, old_root.certificate}, "both");
  EXPECT_EQ(odd({c.leaf.certificate.der, c.intermediate.certificate.der, crossed.certificate.der}, both), "expired-cross-sign@2");
}

TEST(Oddities, roots_of_one_name) {
  Chain c;
  c.issue();
  Recipe reissued = c.root_as;
  reissued.serial = "4142434445464748";
  const Minted edition = must(mint(reissued));
  EXPECT_EQ(odd({c.leaf.certificate.der, c.intermediate.certificate.der, edition.certificate.der}, c.store()),
            "root-sent@2 reissued-root@2");
  Recipe other = c.root_as;
  other.key_slot = "another key";
  const Minted replaced = must(mint(other));
  EXPECT_THAT(odd({c.leaf.certificate.der, c.intermediate.certificate.der, c.root.certificate.der},
                  TrustStore::of_certificates({replaced.certificate}, "new root only")),
              HasSubstr("replaced-root@2"));
}

TEST(Oddities, an_intermediate_that_ends_before_the_leaf) {
  Chain c;
  c.intermediate_as.not_after = base::now() + hours(24);
  c.issue();
  EXPECT_EQ(odd(c.served(), c.store()), "issuer-ends-first@1");
}

TEST(Oddities, keys_that_everybody_has) {
  const auto bytes = base::unhex("be4c89ae84278a5efc10bd6bfa615e3f84b9a91110b17bb52ba6a351eaa14d4d");
  ASSERT_TRUE(bytes);
  Digest digest{};
  std::copy(bytes->begin(), bytes->end(), digest.begin());
  EXPECT_THAT(known_test_key(digest), HasSubstr("Python"));
  digest[0] ^= 1U;
  EXPECT_EQ(known_test_key(digest), "");
}

}  // namespace
}  // namespace whytls::x509
