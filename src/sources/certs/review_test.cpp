// SPDX-License-Identifier: Apache-2.0
#include "sources/certs/review.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "x509/testing.h"

namespace whytls::certs {
namespace {

using evidence::Kind;
using evidence::known_no;
using evidence::known_yes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using x509::Minted;
using x509::TrustStore;
using x509::testing::Chain;
using x509::testing::must;

/// A bench on which files are laid out; the root is in the store.
class ReviewTest : public ::testing::Test {
 protected:
  Chain chain_ = Chain{}.issue();
  std::vector<File> files_;
  std::optional<File> key_;
  TrustStore store_;
  Question question_;

  void lay(const std::string& path, const std::string& text) { files_.push_back(file_of(path, base::view(text), std::nullopt)); }

  Review look() {
    store_ = chain_.store();
    question_.at = base::now();
    question_.store = &store_;
    const Sorted sorted = sort(files_, key_, !question_.host.empty());
    if (key_) files_.push_back(*key_);
    return sorted.sets.empty() ? review_others(sorted, files_, question_) : review(sorted.sets.front(), files_, question_);
  }

  static std::vector<std::string> rules(const Review& review) {
    std::vector<std::string> out;
    for (const Remark& remark : review.remarks) out.push_back(remark.rule);
    return out;
  }
  static std::vector<std::string> names(const std::vector<x509::Certificate>& list) {
    std::vector<std::string> out;
    for (const x509::Certificate& one : list) out.push_back(x509::display_name(one));
    return out;
  }
};

TEST_F(ReviewTest, AGoodChainHoldsWithoutARemark) {
  lay("full.pem", chain_.leaf.pem() + chain_.intermediate.pem());
  question_.host = "www.example.com";
  const Review found = look();
  EXPECT_TRUE(known_yes(found.evidence.is(Kind::completed)));
  EXPECT_TRUE(known_yes(found.evidence.is(Kind::chain_in_order)));
  EXPECT_THAT(rules(found), IsEmpty());
  EXPECT_THAT(names(found.bundle), ElementsAre("www.example.com", "Test Intermediate CA"));
  EXPECT_TRUE(found.bundle_holds);
  ASSERT_THAT(found.links, SizeIs(3));
  const std::string leaf = chain_.leaf.pem();
  EXPECT_EQ(found.links[1].place, "full.pem:" + std::to_string(1 + std::count(leaf.begin(), leaf.end(), '\n')));
  EXPECT_EQ(found.links[2].role, Link::Role::root);
  for (const evidence::Fact& fact : found.evidence.facts()) EXPECT_NE(fact.provenance.source, "capture");
}

TEST_F(ReviewTest, FaultsAreFacts) {
  chain_.leaf_as.not_after = base::now() - std::chrono::hours(1);
  chain_.issue();
  lay("full.pem", chain_.leaf.pem() + chain_.intermediate.pem());
  question_.host = "other.example";
  const Review found = look();
  EXPECT_TRUE(known_no(found.evidence.is(Kind::completed)));
  EXPECT_EQ(found.evidence.text(Kind::failed_stage), "certificate");
  EXPECT_TRUE(found.evidence.time(Kind::link_expired, "0"));
  EXPECT_EQ(found.evidence.text(Kind::name_mismatch), "other.example");
  EXPECT_EQ(found.evidence.number(Kind::validity_left, "0"), 0);
  EXPECT_FALSE(found.bundle_holds);
}

TEST_F(ReviewTest, AGapIsFilledFromAnotherFile) {
  const Minted other = must(mint(x509::intermediate_recipe("Another CA"), &chain_.root));
  lay("site.pem", chain_.leaf.pem() + other.pem());
  lay("spare.pem", chain_.intermediate.pem());
  const Review found = look();
  EXPECT_EQ(found.evidence.text(Kind::issuer_found, "2"), "another of the files");
  EXPECT_THAT(names(found.bundle), ElementsAre("www.example.com", "Test Intermediate CA"));
  EXPECT_TRUE(found.bundle_holds);
  EXPECT_THAT(rules(found), ElementsAre("chain.unrelated", "chain.found"));
}

TEST_F(ReviewTest, AGapIsFilledFromWhatTheCallerKnows) {
  lay("leaf.pem", chain_.leaf.pem());
  question_.places.known = [&](const x509::Certificate& child) {
    EXPECT_EQ(x509::display_name(child), "www.example.com");
    return std::vector<x509::Extra>{{chain_.intermediate.certificate, "a drawer"}, {chain_.root.certificate, "no issuer of it"}};
  };
  const Review found = look();
  EXPECT_TRUE(found.bundle_holds);
  EXPECT_THAT(found.remarks.back().text, HasSubstr("a drawer"));
}

TEST_F(ReviewTest, AGapThatNobodyFillsStays) {
  lay("leaf.pem", chain_.leaf.pem());
  const Review found = look();
  EXPECT_NE(found.evidence.text(Kind::issuer_missing, "0"), "");
  EXPECT_THAT(names(found.bundle), ElementsAre("www.example.com"));
  EXPECT_FALSE(found.bundle_holds);
}

TEST_F(ReviewTest, AnExpiredIntermediateIsReplacedWhereItsSuccessorIsKnown) {
  chain_.intermediate_as.not_after = base::now() - std::chrono::hours(1);
  chain_.issue();
  x509::Recipe fresh = x509::intermediate_recipe();
  const Minted successor = must(mint(fresh, &chain_.root));  // the same name, and by its slot the same key
  lay("full.pem", chain_.leaf.pem() + chain_.intermediate.pem());
  question_.places.known = [&](const x509::Certificate&) { return std::vector<x509::Extra>{{successor.certificate, "a drawer"}}; };
  const Review found = look();
  EXPECT_FALSE(found.judgement.trusted) << "what is sent has expired";
  EXPECT_TRUE(found.bundle_holds);
  EXPECT_THAT(found.bundle, SizeIs(2));
  EXPECT_EQ(found.bundle.back(), successor.certificate);
}

TEST_F(ReviewTest, OrderRepetitionsAndRootsAreRemarks) {
  lay("mess.pem", chain_.leaf.pem() + chain_.root.pem() + chain_.intermediate.pem() + chain_.intermediate.pem());
  const Review found = look();
  EXPECT_TRUE(known_yes(found.evidence.is(Kind::completed)));
  EXPECT_TRUE(known_no(found.evidence.is(Kind::chain_in_order)));
  EXPECT_THAT(rules(found), ElementsAre("chain.order", "chain.duplicate", "chain.root"));
  EXPECT_THAT(names(found.bundle), ElementsAre("www.example.com", "Test Intermediate CA"));
}

TEST_F(ReviewTest, ALeafThatDoesNotStandFirstFailsTheServer) {
  lay("wrong.pem", chain_.intermediate.pem() + chain_.leaf.pem());
  const Review found = look();
  EXPECT_TRUE(known_no(found.evidence.is(Kind::completed)));
  EXPECT_EQ(found.evidence.text(Kind::failed_stage), "key-exchange");
  EXPECT_TRUE(found.evidence.has(Kind::config_key_mismatch));
  EXPECT_TRUE(found.bundle_holds);
}

TEST_F(ReviewTest, TheKeyIsHeldBesideTheLeaf) {
  lay("full.pem", chain_.leaf.pem() + chain_.intermediate.pem());
  key_ = file_of("server.key", base::view(chain_.leaf.key_pem()), std::nullopt);
  EXPECT_TRUE(known_yes(look().evidence.is(Kind::key_belongs)));
  files_.pop_back();
  key_ = file_of("other.key", base::view(chain_.root.key_pem()), std::nullopt);
  const Review found = look();
  EXPECT_TRUE(known_no(found.evidence.is(Kind::key_belongs)));
  EXPECT_THAT(found.evidence.all(Kind::config_key_mismatch), SizeIs(1));
  EXPECT_TRUE(known_no(found.evidence.is(Kind::completed)));
}

TEST_F(ReviewTest, ADamagedLeafIsMalformedAndADamagedRestUnreadable) {
  std::string damaged = chain_.leaf.pem();
  damaged.erase(100, 3);
  lay("damaged.pem", damaged);
  EXPECT_TRUE(look().evidence.has(Kind::link_malformed));
  files_.clear();
  lay("half.pem", chain_.leaf.pem() + damaged);
  const Review found = look();
  EXPECT_FALSE(found.evidence.has(Kind::link_malformed));
  EXPECT_TRUE(found.evidence.has(Kind::config_file_unreadable));
}

TEST_F(ReviewTest, AnAuthorityAloneIsJudgedByItsDates) {
  lay("root.pem", chain_.root.pem());
  EXPECT_TRUE(known_yes(look().evidence.is(Kind::completed)));
  files_.clear();
  x509::Recipe old = x509::root_recipe();
  old.not_after = base::now() - std::chrono::hours(1);
  lay("old.pem", must(mint(old)).pem());
  EXPECT_TRUE(known_no(look().evidence.is(Kind::completed)));
}

TEST_F(ReviewTest, WhatEndsSoonIsARemarkByItsPartOfTheLifetime) {
  chain_.leaf_as.not_before = base::now() - std::chrono::hours(24 * 80);
  chain_.leaf_as.not_after = base::now() + std::chrono::hours(24 * 10);
  chain_.issue();
  lay("full.pem", chain_.leaf.pem() + chain_.intermediate.pem());
  const Review found = look();
  EXPECT_THAT(rules(found), ElementsAre("validity.soon"));
  EXPECT_EQ(found.remarks.front().weight, Remark::Weight::warning);
  EXPECT_EQ(percent_left(chain_.leaf.certificate, base::now()), 11);
}

TEST(PercentLeft, HasItsBounds) {
  x509::Certificate c;
  c.not_before = *base::parse_time("2000-01-01");
  c.not_after = *base::parse_time("9999-12-31");
  EXPECT_EQ(percent_left(c, *base::parse_time("1999-01-01")), 100);
  EXPECT_EQ(percent_left(c, *base::parse_time("6000-01-01")), 49);
  c.not_after = *base::parse_time("2001-01-01");
  EXPECT_EQ(percent_left(c, *base::parse_time("2002-01-01")), 0);
  c.not_after = c.not_before;
  EXPECT_EQ(percent_left(c, c.not_before), std::nullopt);
}

}  // namespace
}  // namespace whytls::certs
