// SPDX-License-Identifier: Apache-2.0
#include "observe/chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "x509/mint.h"

namespace whytls::observe {
namespace {

using evidence::Evidence;
using evidence::Kind;
using ::testing::HasSubstr;

/// A root, an intermediate and a leaf for www.example.com.
struct Facts : ::testing::Test {
  x509::Minted root = *x509::mint(x509::root_recipe());
  x509::Minted middle = *x509::mint(x509::intermediate_recipe(), &root);
  x509::Minted leaf;
  x509::TrustStore store = x509::TrustStore::of_certificates({root.certificate}, "test store");
  x509::JudgeOptions options;

  x509::Judgement judged(const x509::Recipe& recipe, bool with_root = false) {
    leaf = *x509::mint(recipe, &middle);
    options.host = "www.example.com";
    options.at = base::now();
    options.store = &store;
    std::vector<base::Bytes> chain{leaf.certificate.der, middle.certificate.der};
    if (with_root) chain.push_back(root.certificate.der);
    return x509::judge(chain, options);
  }
  x509::Judgement judged() { return judged(x509::leaf_recipe("www.example.com")); }
};

TEST_F(Facts, of_a_sound_chain_name_no_fault_and_no_oddity) {
  const Evidence e = facts_of(judged(), options);
  EXPECT_EQ(e.is(Kind::chain_trusted), evidence::Answer::yes);
  EXPECT_EQ(e.number(Kind::transparency_count), 0);
  EXPECT_FALSE(e.has(Kind::chain_oddity));
}

TEST_F(Facts, of_a_root_sent_without_need_are_no_matter_of_words) {
  const Evidence e = facts_of(judged(x509::leaf_recipe("www.example.com"), true), options);
  const evidence::Fact* odd = e.find(Kind::chain_oddity, "root-sent");
  ASSERT_NE(odd, nullptr);
  EXPECT_EQ(odd->text, "");
}

TEST_F(Facts, of_embedded_timestamps_count_logs) {
  x509::Recipe recipe = x509::leaf_recipe("www.example.com");
  recipe.embedded_scts = true;
  EXPECT_EQ(facts_of(judged(recipe), options).number(Kind::transparency_count), 2);
}

TEST_F(Facts, of_transparency_say_what_is_wanted_only_of_who_insists) {
  const x509::Transparency t{.embedded = 1, .distinct = 1, .wanted = 2};
  EXPECT_FALSE(transparency_facts(t, false).has(Kind::transparency_required));
  const Evidence e = transparency_facts(t, true);
  EXPECT_EQ(e.number(Kind::transparency_required), 2);
  EXPECT_EQ(e.number(Kind::transparency_count), 1);
}

TEST_F(Facts, of_revocation_say_why_there_is_no_answer) {
  options.require_revocation = true;
  const Evidence e = facts_of(judged(), options);
  EXPECT_EQ(e.is(Kind::revocation_required), evidence::Answer::yes);
  EXPECT_EQ(e.text(Kind::revocation_answer), "unknown");
  EXPECT_THAT(e.text(Kind::revocation_why_unknown), HasSubstr("stapled"));
  options.require_revocation = false;
  EXPECT_FALSE(facts_of(judged(), options).has(Kind::revocation_answer));
}

TEST_F(Facts, of_the_profile_stand_by_their_link) {
  x509::Recipe recipe = x509::leaf_recipe("www.example.com");
  recipe.key_ids = false;
  const Evidence e = profile_facts(judged(recipe));
  EXPECT_THAT(e.text(Kind::profile_departure, "0"), HasSubstr("RFC 5280 4.2.1.1"));
}

TEST_F(Facts, of_clients_sum_up_who_accepts) {
  const std::vector<x509::ClientView> views{{"chrome", "Chrome", x509::Accepts::yes, {}},
                                            {"safari", "Safari", x509::Accepts::unknown, {"if"}},
                                            {"go", "Go", x509::Accepts::no, {"because"}}};
  const Evidence e = client_facts(views);
  EXPECT_EQ(e.is(Kind::client_kind_accepts, "chrome"), evidence::Answer::yes);
  EXPECT_EQ(e.is(Kind::client_kind_accepts, "safari"), evidence::Answer::unknown);
  EXPECT_EQ(e.is(Kind::client_kind_accepts, "go"), evidence::Answer::no);
  const evidence::Fact* whole = e.find(Kind::client_kind_accepts, "");
  ASSERT_NE(whole, nullptr);
  EXPECT_EQ(whole->text, "accepted by chrome; refused by go");
  EXPECT_FALSE(client_facts({}).has(Kind::client_kind_accepts));
}

}  // namespace
}  // namespace whytls::observe
