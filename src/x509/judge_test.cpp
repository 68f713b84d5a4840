// SPDX-License-Identifier: Apache-2.0
// One flaw a test, beside the sound chain that it was made from.
#include "x509/judge.h"

#include <gmock/gmock.h>

#include "x509/testing.h"

namespace whytls::x509 {
namespace {

using namespace testing;
using std::chrono::hours;
using ::testing::HasSubstr;

TEST(Judge, trusts_a_sound_chain) {
  Chain c;
  const Judgement j = judge_chain(c.issue());
  EXPECT_TRUE(j.trusted) << codes(j);
  EXPECT_EQ(codes(j), "");
  EXPECT_EQ(path_text(j.path), "www.example.com (served 0) <- Test Intermediate CA (served 1) <- Test Root CA (store)");
  EXPECT_TRUE(j.facts.in_order);
  EXPECT_TRUE(j.facts.next_is_issuer);
  EXPECT_FALSE(j.facts.root_served);
  ASSERT_TRUE(j.window);
  EXPECT_TRUE(j.window->holds(base::now()));
}

TEST(Judge, trusts_every_kind_of_key_at_the_floor) {
  for (const char* key : {"rsa-2048", "rsa-pss-2048", "ec-secp256r1", "ec-secp384r1", "ec-secp521r1", "ed25519", "ed448"}) {
    Chain c;
    c.root_as.key = c.intermediate_as.key = c.leaf_as.key = key;
    const Judgement j = judge_chain(c.issue());
    EXPECT_TRUE(j.trusted) << key << ": " << codes(j);
    EXPECT_EQ(c.leaf.certificate.key.name, key);
  }
}

TEST(Judge, names_an_expired_leaf_and_the_window_under_which_it_was_valid) {
  Chain c;
  c.leaf_as.not_before = base::now() - hours(100);
  c.leaf_as.not_after = base::now() - hours(10);
  const Judgement j = judge_chain(c.issue());
  EXPECT_EQ(codes(j), "expired@0");
  EXPECT_TRUE(j.only_clock);
  EXPECT_TRUE(j.window->holds(base::now() - hours(20)));
  EXPECT_FALSE(j.window->holds(base::now()));
}

TEST(Judge, names_an_expired_intermediate_and_root_by_position) {
  Chain c;
  c.intermediate_as.not_after = base::now() - hours(10);
  EXPECT_EQ(codes(judge_chain(c.issue())), "expired@1");
  Chain d;
  d.root_as.not_after = base::now() - hours(10);
  EXPECT_EQ(codes(judge_chain(d.issue())), "expired@2");
}

TEST(Judge, counts_both_ends_of_the_validity_as_valid) {
  Chain c;
  c.issue();
  const TrustStore store = c.store();
  JudgeOptions options = options_with(store);
  options.at = c.leaf.certificate.not_after + std::chrono::milliseconds(999);
  EXPECT_TRUE(judge(c.served(), options).trusted);
  options.at = c.leaf.certificate.not_after + std::chrono::seconds(1);
  EXPECT_EQ(codes(judge(c.served(), options)), "expired@0");
  options.at = c.leaf.certificate.not_before;
  EXPECT_TRUE(judge(c.served(), options).trusted);
  options.at = c.leaf.certificate.not_before - std::chrono::milliseconds(1);
  EXPECT_EQ(codes(judge(c.served(), options)), "not_yet_valid@0");
}

TEST(Judge, finds_no_clock_at_fault_where_no_time_would_do) {
  Chain c;
  c.intermediate_as.not_after = base::now() - hours(100);
  c.leaf_as.not_before = base::now() - hours(50);
  const Judgement j = judge_chain(c.issue());
  EXPECT_EQ(codes(j), "expired@1");
  EXPECT_FALSE(j.only_clock);
}

TEST(Judge, covers_the_host_or_says_which_names_there_are) {
  Chain c;
  c.leaf_as = leaf_recipe("other.example.com");
  const Judgement j = judge_chain(c.issue());
  EXPECT_EQ(codes(j), "name_mismatch@0");
  EXPECT_THAT(j.problems.front().value, HasSubstr("other.example.com"));
  const TrustStore store = c.store();
  JudgeOptions options = options_with(store);
  options.host.clear();
  EXPECT_TRUE(judge(c.served(), options).trusted);
}

TEST(Judge, names_a_bad_signature_by_its_link) {
  Chain c;
  c.leaf_as.bad_signature = true;
  EXPECT_EQ(codes(judge_chain(c.issue())), "bad_signature@0");
  Chain d;
  d.intermediate_as.bad_signature = true;
  EXPECT_EQ(codes(judge_chain(d.issue())), "bad_signature@1");
}

TEST(Judge, names_an_issuer_that_is_no_ca) {
  Chain c;
  c.intermediate_as.ca = false;
  c.intermediate_as.key_usage = "critical,keyCertSign";
  c.intermediate_as.extended_key_usage = "";
  EXPECT_EQ(codes(judge_chain(c.issue())), "invalid_ca@1");
  Chain d;
  d.intermediate_as.key_usage = "critical,digitalSignature";
  EXPECT_EQ(codes(judge_chain(d.issue())), "invalid_ca@1");
  Chain e;
  e.intermediate_as.basic_constraints = false;
  EXPECT_EQ(codes(judge_chain(e.issue())), "invalid_ca@1");
}

TEST(Judge, counts_the_path_length_without_the_leaf) {
  Chain c;
  c.intermediate_as.path_length = 0;
  c.root_as.path_length = 1;
  EXPECT_TRUE(judge_chain(c.issue()).trusted);
  c.root_as.path_length = 0;
  EXPECT_EQ(codes(judge_chain(c.issue())), "invalid_ca@2");
}

TEST(Judge, accepts_an_old_root_without_extensions_but_no_such_intermediate) {
  Chain c;
  c.root_as.version = 1;
  const Judgement sound = judge_chain(c.issue());
  EXPECT_TRUE(sound.trusted) << codes(sound);
  Chain d;
  d.intermediate_as.version = 1;
  EXPECT_EQ(codes(judge_chain(d.issue())), "invalid_ca@1");
}

TEST(Judge, keeps_to_name_constraints) {
  Chain c;
  c.intermediate_as.name_constraints = "critical,permitted;DNS:example.com";
  EXPECT_TRUE(judge_chain(c.issue()).trusted);
  c.intermediate_as.name_constraints = "critical,permitted;DNS:example.org";
  EXPECT_EQ(codes(judge_chain(c.issue())), "name_constraint@0");
  c.intermediate_as.name_constraints = "critical,excluded;DNS:example.com";
  EXPECT_EQ(codes(judge_chain(c.issue())), "name_constraint@0");
}

TEST(Judge, tells_what_a_certificate_is_not_for) {
  Chain c;
  c.leaf_as.extended_key_usage = "clientAuth";
  EXPECT_EQ(codes(judge_chain(c.issue())), "wrong_purpose@0");
  c.leaf_as.extended_key_usage = "anyExtendedKeyUsage";
  EXPECT_TRUE(judge_chain(c.issue()).trusted);
  c.leaf_as.extended_key_usage = "";
  EXPECT_TRUE(judge_chain(c.issue()).trusted);
  c.leaf_as.key_usage = "critical,cRLSign";
  EXPECT_EQ(codes(judge_chain(c.issue())), "wrong_purpose@0");
  Chain d;
  d.intermediate_as.extended_key_usage = "clientAuth";
  EXPECT_EQ(codes(judge_chain(d.issue())), "wrong_purpose@1");
}

TEST(Judge, looks_at_the_use_of_the_key_where_it_is_known) {
  Chain c;
  c.leaf_as.key = "rsa-2048";
  c.leaf_as.key_usage = "critical,keyEncipherment";
  c.issue();
  const TrustStore store = c.store();
  JudgeOptions options = options_with(store);
  EXPECT_TRUE(judge(c.served(), options).trusted);
  options.key_use = KeyUse::enciphering;
  EXPECT_TRUE(judge(c.served(), options).trusted);
  options.key_use = KeyUse::signing;
  EXPECT_EQ(codes(judge(c.served(), options)), "wrong_purpose@0");
}

TEST(Judge, judges_a_client_certificate_by_its_own_purpose) {
  Chain c;
  c.leaf_as = client_recipe();
  c.issue();
  const TrustStore store = c.store();
  JudgeOptions options = options_with(store);
  options.host.clear();
  options.purpose = Purpose::client;
  EXPECT_TRUE(judge(c.served(), options).trusted);
  options.purpose = Purpose::server;
  EXPECT_EQ(codes(judge(c.served(), options)), "wrong_purpose@0");
}

TEST(Judge, refuses_critical_extensions_that_nobody_knows) {
  Chain c;
  c.leaf_as.unknown_critical = true;
  const Judgement j = judge_chain(c.issue());
  EXPECT_EQ(codes(j), "unknown_critical_extension@0");
  EXPECT_EQ(j.problems.front().value, "1.3.6.1.4.1.32473.1");
  Chain d;
  d.leaf_as.extensions = {{"1.3.6.1.4.1.32473.1", "DER:0500"}};
  EXPECT_TRUE(judge_chain(d.issue()).trusted);
}

TEST(Judge, holds_keys_to_the_floor) {
  for (const char* key : {"rsa-1024", "rsa-pss-1024", "dsa-1024", "ec-secp224r1"}) {
    Chain c;
    c.leaf_as.key = key;
    const Judgement j = judge_chain(c.issue());
    EXPECT_EQ(codes(j), "weak_key@0") << key;
    EXPECT_EQ(j.problems.front().value, key);
  }
  Chain c;
  c.intermediate_as.key = "rsa-1024";
  EXPECT_EQ(codes(judge_chain(c.issue())), "weak_key@1");
}

TEST(Judge, holds_signatures_to_the_floor_but_not_the_roots_own) {
  for (const char* hash : {"md5", "sha1"}) {
    Chain c;
    c.leaf_as.hash = hash;
    c.intermediate_as.key = "rsa-2048";
    EXPECT_EQ(codes(judge_chain(c.issue())), "weak_signature@0") << hash;
    Chain d;
    d.root_as.key = "rsa-2048";
    d.root_as.hash = hash;
    EXPECT_TRUE(judge_chain(d.issue()).trusted) << hash;
  }
}

TEST(Judge, refuses_what_it_cannot_parse) {
  Chain c;
  c.leaf_as.malformed = true;
  EXPECT_EQ(codes(judge_chain(c.issue())), "malformed@0");
  EXPECT_EQ(codes(judge({}, {})), "malformed@0");
  EXPECT_EQ(codes(judge({{}}, {})), "malformed@0");
  EXPECT_EQ(codes(judge({{0x30, 0x03, 0x02, 0x01, 0x05}}, {})), "malformed@0");
}

TEST(Judge, names_a_malformed_intermediate_where_it_breaks_the_chain_only) {
  Chain c;
  c.intermediate_as.malformed = true;
  const Judgement j = judge_chain(c.issue());
  ASSERT_FALSE(j.problems.empty());
  EXPECT_EQ(j.first()->code, Code::malformed);
  EXPECT_EQ(j.first()->position, 1U);
  Chain d;
  d.issue();
  std::vector<base::Bytes> served = d.served();
  served.push_back(c.intermediate.certificate.der);
  const TrustStore store = d.store();
  const Judgement sound = judge(served, options_with(store));
  EXPECT_TRUE(sound.trusted) << codes(sound);
  EXPECT_THAT(sound.facts.unparsable, ::testing::ElementsAre(2));
}

TEST(Judge, notices_the_right_leaf_in_the_wrong_place) {
  Chain c;
  c.issue();
  const Minted other = must(mint(leaf_recipe("other.example.com"), &c.intermediate));
  const TrustStore store = c.store();
  const Judgement j = judge({other.certificate.der, c.intermediate.certificate.der, c.leaf.certificate.der}, options_with(store));
  EXPECT_EQ(codes(j), "name_mismatch@0");
  EXPECT_EQ(j.facts.better_leaf, 2U);
  EXPECT_FALSE(judge_chain(c).facts.better_leaf);
}

TEST(Judge, looks_at_no_more_than_it_can_bear) {
  Chain c;
  c.issue();
  std::vector<base::Bytes> many(1000, c.leaf.certificate.der);
  many.push_back(c.intermediate.certificate.der);
  const TrustStore store = c.store();
  const Judgement j = judge(many, options_with(store));
  EXPECT_TRUE(j.facts.bounded);
  EXPECT_LE(j.served.size(), 64U);
  Recipe large = leaf_recipe("www.example.com");
  for (int i = 0; i < 8000; ++i) large.dns.push_back("name" + std::to_string(i) + ".example.com");
  const Certificate big = must(mint(large)).certificate;
  EXPECT_EQ(big.handle, nullptr);
  EXPECT_THAT(big.malformed, HasSubstr("larger"));
}

TEST(Judge, lists_faults_in_the_order_of_precedence) {
  Chain c;
  c.leaf_as = leaf_recipe("other.example.com");
  c.leaf_as.not_after = base::now() - hours(1);
  c.leaf_as.key = "rsa-1024";
  EXPECT_EQ(codes(judge_chain(c.issue())), "expired@0 name_mismatch@0 weak_key@0");
}

}  // namespace
}  // namespace whytls::x509
