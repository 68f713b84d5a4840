// SPDX-License-Identifier: Apache-2.0
// Where the chain leads: missing issuers, untrusted roots, several paths, and what the neighbours of "Trust" tell apart.
#include <gmock/gmock.h>

#include "x509/judge.h"
#include "x509/testing.h"

namespace whytls::x509 {
namespace {

using namespace testing;
using std::chrono::hours;
using ::testing::ElementsAre;

Judgement judge_with(const std::vector<base::Bytes>& served, const TrustStore& store, std::vector<Extra> extra = {}) {
  JudgeOptions options = options_with(store);
  options.extra = std::move(extra);
  return judge(served, options);
}

TrustStore trusting(const std::vector<Minted>& roots) {
  std::vector<Certificate> certificates;
  certificates.reserve(roots.size());
  for (const Minted& root : roots) certificates.push_back(root.certificate);
  return TrustStore::of_certificates(certificates, "test store");
}

TEST(Trust, says_that_the_intermediate_is_missing_when_it_is_found_elsewhere) {
  Chain c;
  c.issue();
  const Judgement j = judge_with({c.leaf.certificate.der}, c.store(), {{c.intermediate.certificate, "http://ca.example/i.der"}});
  EXPECT_EQ(codes(j), "issuer_missing@0");
  EXPECT_TRUE(j.problems.front().certain);
  EXPECT_EQ(j.facts.found_in, "http://ca.example/i.der");
  EXPECT_EQ(j.facts.missing_issuer, "CN=Test Intermediate CA");
  JudgeOptions fetching = options_with(trusting({c.root}));
  const TrustStore store = c.store();
  fetching.store = &store;
  fetching.extra = {{c.intermediate.certificate, "AIA"}};
  fetching.client_uses_extra = true;
  EXPECT_TRUE(judge({c.leaf.certificate.der}, fetching).trusted);
}

TEST(Trust, takes_a_leaf_alone_for_an_incomplete_chain_unless_its_issuer_calls_itself_a_root) {
  Chain c;
  c.issue();
  const Judgement alone = judge_with({c.leaf.certificate.der}, c.store());
  EXPECT_EQ(codes(alone), "issuer_missing@0");
  EXPECT_FALSE(alone.problems.front().certain);
  EXPECT_TRUE(alone.facts.leaf_alone);
  const Minted direct = must(mint(leaf_recipe("www.example.com"), &c.root));
  const Judgement root = judge_with({direct.certificate.der}, trusting({}));
  EXPECT_EQ(codes(root), "untrusted_root@0");
  EXPECT_TRUE(root.facts.missing_issuer_is_root);
  EXPECT_TRUE(root.facts.store_empty);
  EXPECT_TRUE(judge_with({direct.certificate.der}, c.store()).trusted);
}

TEST(Trust, knows_the_word_root_in_an_issuers_name) {
  const std::vector<std::pair<std::string, bool>> names{{"Example Root CA", true}, {"ExampleRootCA", true},  {"root", true},
                                                        {"Root-X1", true},         {"Grassroots CA", false}, {"Rooted CA", false},
                                                        {"Issuing CA", false}};
  for (const auto& [name, is_root] : names) {
    const Minted issuer = must(mint(root_recipe(name)));
    const Judgement j = judge_with({must(mint(leaf_recipe("www.example.com"), &issuer)).certificate.der}, trusting({}));
    EXPECT_EQ(codes(j), is_root ? "untrusted_root@0" : "issuer_missing@0") << name;
  }
}

TEST(Trust, takes_a_next_certificate_that_is_not_the_issuer_for_an_incomplete_chain) {
  Chain c;
  c.issue();
  const Minted stranger = must(mint(intermediate_recipe("Another CA"), &c.root));
  const Judgement j = judge_with({c.leaf.certificate.der, stranger.certificate.der}, c.store());
  EXPECT_EQ(codes(j), "issuer_missing@0");
  EXPECT_FALSE(j.facts.next_is_issuer);
  EXPECT_FALSE(j.facts.leaf_alone);
  EXPECT_THAT(j.facts.unrelated, ElementsAre(1));
}

TEST(Trust, takes_a_linked_chain_to_an_issuer_that_nobody_has_for_an_untrusted_root) {
  Chain c;
  c.issue();
  const Judgement dangling = judge_with(c.served(), trusting({must(mint(root_recipe("Unrelated Root")))}));
  EXPECT_EQ(codes(dangling), "untrusted_root@1");
  EXPECT_TRUE(dangling.facts.linked);
  std::vector<base::Bytes> whole = c.served();
  whole.push_back(c.root.certificate.der);
  const Judgement complete = judge_with(whole, trusting({}));
  EXPECT_EQ(codes(complete), "untrusted_root@2");
  EXPECT_TRUE(complete.facts.root_served);
  EXPECT_TRUE(judge_with(whole, c.store()).trusted);
}

TEST(Trust, tells_a_store_on_hand_that_has_the_root) {
  Chain c;
  c.issue();
  const TrustStore none = trusting({});
  const TrustStore other = TrustStore::of_certificates({c.root.certificate}, "other store");
  JudgeOptions options = options_with(none);
  options.other_stores = {&other};
  for (const bool with_root : {false, true}) {
    std::vector<base::Bytes> served = c.served();
    if (with_root) served.push_back(c.root.certificate.der);
    const Judgement j = judge(served, options);
    EXPECT_TRUE(j.has(Code::untrusted_root));
    EXPECT_EQ(j.facts.known_in, "other store");
  }
}

TEST(Trust, calls_a_leaf_self_signed_only_if_its_own_key_verifies_it) {
  const Minted leaf = must(mint(leaf_recipe("www.example.com")));
  EXPECT_EQ(codes(judge_with({leaf.certificate.der}, trusting({}))), "self_signed_leaf@0");
  EXPECT_TRUE(judge_with({leaf.certificate.der}, trusting({leaf})).trusted);
  Recipe broken = leaf_recipe("www.example.com");
  broken.bad_signature = true;
  EXPECT_EQ(codes(judge_with({must(mint(broken)).certificate.der}, trusting({}))), "bad_signature@0");
  broken.key_ids = false;
  EXPECT_EQ(codes(judge_with({must(mint(broken)).certificate.der}, trusting({}))), "bad_signature@0");
}

TEST(Trust, never_takes_a_namesake_of_the_leaf_for_self_signed) {
  // Issuer equals subject, but another key signed.
  Recipe ca = root_recipe("www.example.com");
  const Minted root = must(mint(ca));
  const Minted leaf = must(mint(leaf_recipe("www.example.com"), &root));
  EXPECT_TRUE(leaf.certificate.self_issued);
  EXPECT_FALSE(leaf.certificate.self_signed);
  const Judgement known = judge_with({leaf.certificate.der}, trusting({root}));
  EXPECT_TRUE(known.trusted) << codes(known);
  const Judgement unknown = judge_with({leaf.certificate.der}, trusting({}));
  EXPECT_FALSE(unknown.has(Code::self_signed_leaf)) << codes(unknown);
}

TEST(Trust, tells_a_rekeyed_issuer_by_its_key_identifier) {
  for (const bool ids : {true, false}) {
    Chain old;
    old.root_as.key_ids = old.intermediate_as.key_ids = ids;
    old.root_as.key_slot = "first key";
    old.issue();
    Recipe again = old.root_as;
    again.key_slot = "second key";
    const Judgement j = judge_with(old.served(), trusting({must(mint(again))}));
    EXPECT_EQ(codes(j), ids ? "untrusted_root@1" : "bad_signature@1") << ids;
    EXPECT_EQ(j.facts.rekeyed_issuer, ids);
  }
}

TEST(Trust, prefers_the_signature_to_the_key_identifier) {
  Chain c;
  c.leaf_as.authority_key_id = "0102030405060708";
  EXPECT_TRUE(judge_chain(c.issue()).trusted);
}

/// Two roots of which one signed the other across; the intermediate hangs under the newer one.
struct Crossed {
  Minted old_root, new_root, cross, intermediate, leaf;
  explicit Crossed(const Recipe& old_as = root_recipe("Old Root")) {
    old_root = must(mint(old_as));
    new_root = must(mint(root_recipe("New Root")));
    Recipe cross_as = intermediate_recipe("New Root");
    cross_as.use_key = new_root.key;
    cross = must(mint(cross_as, &old_root));
    intermediate = must(mint(intermediate_recipe(), &new_root));
    leaf = must(mint(leaf_recipe("www.example.com"), &intermediate));
  }
  std::vector<base::Bytes> served() const { return {leaf.certificate.der, intermediate.certificate.der, cross.certificate.der}; }
};

TEST(Trust, finds_either_root_of_a_cross_signed_chain) {
  const Crossed c;
  EXPECT_TRUE(judge_with(c.served(), trusting({c.old_root})).trusted);
  EXPECT_TRUE(judge_with(c.served(), trusting({c.new_root})).trusted);
  EXPECT_TRUE(judge_with(c.served(), trusting({c.old_root, c.new_root})).trusted);
  EXPECT_EQ(codes(judge_with(c.served(), trusting({}))), "untrusted_root@2");
}

TEST(Trust, counts_an_expired_root_only_if_no_path_avoids_it) {
  Recipe expired = root_recipe("Old Root");
  expired.not_after = base::now() - hours(24);
  const Crossed c(expired);
  EXPECT_TRUE(judge_with(c.served(), trusting({c.old_root, c.new_root})).trusted);
  EXPECT_EQ(codes(judge_with(c.served(), trusting({c.old_root}))), "expired@3");
}

TEST(Trust, names_what_all_paths_share_and_keeps_the_rest_apart) {
  Recipe expired = root_recipe("Old Root");
  expired.not_after = base::now() - hours(24);
  const Crossed c(expired);
  Recipe weak = leaf_recipe("other.example.com");
  const Minted leaf = must(mint(weak, &c.intermediate));
  std::vector<base::Bytes> served = c.served();
  served[0] = leaf.certificate.der;
  const Judgement j = judge_with(served, trusting({c.old_root, c.new_root}));
  EXPECT_EQ(codes(j), "name_mismatch@0");
  EXPECT_EQ(j.paths, 2U);
}

TEST(Trust, falls_back_to_the_better_path_where_the_paths_share_no_fault) {
  Recipe expired = root_recipe("Old Root");
  expired.not_after = base::now() - hours(24);
  Crossed c(expired);
  Recipe narrow = root_recipe("New Root");
  narrow.use_key = c.new_root.key;
  narrow.path_length = 0;
  const Judgement j = judge_with(c.served(), trusting({c.old_root, must(mint(narrow))}));
  EXPECT_EQ(codes(j), "expired@3");
  EXPECT_FALSE(j.problems.front().every_path);
  EXPECT_FALSE(j.problems.front().certain);
}

TEST(Trust, does_not_care_about_order_duplicates_and_strangers) {
  Chain c;
  c.issue();
  const Minted deep = must(mint(intermediate_recipe("Deep CA"), &c.intermediate));
  const Minted leaf = must(mint(leaf_recipe("www.example.com"), &deep));
  const Minted stranger = must(mint(root_recipe("Stranger")));
  const base::Bytes &l = leaf.certificate.der, &d = deep.certificate.der, &i = c.intermediate.certificate.der;
  const Judgement j = judge_with({l, i, d, d, stranger.certificate.der}, c.store());
  EXPECT_TRUE(j.trusted) << codes(j);
  EXPECT_FALSE(j.facts.in_order);
  EXPECT_THAT(j.facts.duplicates, ElementsAre(3));
  EXPECT_THAT(j.facts.unrelated, ElementsAre(4));
  EXPECT_TRUE(judge_with({l, d, i}, c.store()).facts.in_order);
}

TEST(Trust, accepts_a_reissued_root_and_intermediate) {
  Chain c;
  c.issue();
  Recipe again = c.root_as;
  again.not_after += hours(24);
  std::vector<base::Bytes> served = c.served();
  served.push_back(must(mint(again)).certificate.der);
  const Judgement j = judge_with(served, c.store());
  EXPECT_TRUE(j.trusted) << codes(j);
  Recipe stale = c.intermediate_as;
  stale.not_after = base::now() - hours(1);
  served.push_back(must(mint(stale, &c.root)).certificate.der);
  EXPECT_TRUE(judge_with(served, c.store()).trusted);
}

TEST(Trust, takes_an_intermediate_or_a_leaf_in_the_store_for_an_anchor) {
  Chain c;
  c.issue();
  EXPECT_TRUE(judge_with(c.served(), trusting({c.intermediate})).trusted);
  EXPECT_TRUE(judge_with(c.served(), trusting({c.leaf})).trusted);
}

TEST(Trust, needs_no_help_to_find_a_private_root_above_a_complete_chain) {
  Chain c;
  c.issue();
  const Judgement j = judge_with(c.served(), trusting({}), {{c.root.certificate, "AIA"}});
  EXPECT_EQ(codes(j), "untrusted_root@2");
}

TEST(Trust, ends_on_chains_that_are_made_to_exhaust_it) {
  // Twelve generations of three CAs each, all of a generation sharing name and key: 3^12 paths.
  Chain c;
  c.issue();
  std::vector<Minted> above{c.root};
  std::vector<base::Bytes> served;
  for (int generation = 0; generation < 10; ++generation) {
    std::vector<Minted> here;
    for (int i = 0; i < 3; ++i) {
      Recipe r = intermediate_recipe("Generation " + std::to_string(generation));
      r.not_after += hours(i);
      here.push_back(must(mint(r, &above.front())));
      served.push_back(here.back().certificate.der);
    }
    above = here;
  }
  served.insert(served.begin(), must(mint(leaf_recipe("www.example.com"), &above.front())).certificate.der);
  const auto start = std::chrono::steady_clock::now();
  const Judgement j = judge_with(served, trusting({}));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
  EXPECT_TRUE(j.facts.bounded);
  EXPECT_FALSE(j.first()->certain);
  EXPECT_TRUE(j.has(Code::untrusted_root)) << codes(j);
}

TEST(Trust, ends_on_circles) {
  const Minted a_root = must(mint(root_recipe("A")));
  const Minted b_root = must(mint(root_recipe("B")));
  Recipe a = intermediate_recipe("A");
  a.use_key = a_root.key;
  Recipe b = intermediate_recipe("B");
  b.use_key = b_root.key;
  const Minted leaf = must(mint(leaf_recipe("www.example.com"), &a_root));
  const Judgement j =
      judge_with({leaf.certificate.der, must(mint(a, &b_root)).certificate.der, must(mint(b, &a_root)).certificate.der}, trusting({}));
  EXPECT_TRUE(j.has(Code::untrusted_root)) << codes(j);
}

TEST(Trust, takes_a_leaf_in_the_store_for_the_anchor_itself) {
  Chain c;
  c.leaf_as.hash = "sha1";  // of an anchor's own signature nothing depends
  c.issue();
  const TrustStore store = TrustStore::of_certificates({c.leaf.certificate}, "the leaf");
  const Judgement j = judge(c.served(), options_with(store));
  EXPECT_TRUE(j.trusted) << codes(j);
  ASSERT_EQ(j.path.size(), 1U);
  EXPECT_TRUE(j.path.front().anchor);
}

}  // namespace
}  // namespace whytls::x509
