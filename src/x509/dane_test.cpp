// SPDX-License-Identifier: Apache-2.0
#include "x509/dane.h"

#include <gmock/gmock.h>
#include <openssl/sha.h>

#include "base/text.h"
#include "x509/testing.h"

namespace whytls::x509 {
namespace {

using testing::Chain;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

base::Bytes sha512(const base::Bytes& bytes) {
  base::Bytes out(SHA512_DIGEST_LENGTH);
  SHA512(bytes.data(), bytes.size(), out.data());
  return out;
}

base::Bytes key_hash(const Certificate& c) { return {c.spki_sha256.begin(), c.spki_sha256.end()}; }
base::Bytes hash(const Certificate& c) { return {c.sha256.begin(), c.sha256.end()}; }

class Dane : public ::testing::Test {
 protected:
  DaneAnswer check(const std::vector<Tlsa>& records, bool mail = false) {
    const TrustStore store = trusted_ ? chain_.store() : TrustStore::of_certificates({}, "nothing");
    const JudgeOptions options = testing::options_with(store);
    return check_dane(records, served_.empty() ? chain_.served() : served_, judge(served_.empty() ? chain_.served() : served_, options),
                      options, mail);
  }
  Chain chain_ = Chain{}.issue();
  std::vector<base::Bytes> served_;
  bool trusted_ = true;
};

TEST_F(Dane, AnEndEntityRecordFitsTheLeafAlone) {
  trusted_ = false;
  EXPECT_TRUE(check({{3, 1, 1, key_hash(chain_.leaf.certificate)}}).matches);
  EXPECT_TRUE(check({{3, 0, 1, hash(chain_.leaf.certificate)}}).matches);
  EXPECT_TRUE(check({{3, 0, 0, chain_.leaf.certificate.der}}).matches);
  EXPECT_TRUE(check({{3, 0, 2, sha512(chain_.leaf.certificate.der)}}).matches);
  EXPECT_FALSE(check({{3, 1, 1, key_hash(chain_.intermediate.certificate)}}).matches);
  const DaneAnswer differs = check({{3, 1, 1, base::Bytes(32, 7)}});
  EXPECT_TRUE(differs.usable);
  EXPECT_THAT(differs.text, HasSubstr("3 1 1 0707070707070707… does not fit the leaf, whose key would be 3 1 1 "));
}

TEST_F(Dane, AnEndEntityRecordAsksForNoDates) {
  chain_.leaf_as.not_after = base::now() - std::chrono::hours(1);
  chain_.issue();
  EXPECT_TRUE(check({{3, 1, 1, key_hash(chain_.leaf.certificate)}}).matches);
  EXPECT_FALSE(check({{1, 1, 1, key_hash(chain_.leaf.certificate)}}).matches);
}

TEST_F(Dane, AnAnchorRecordNeedsNoPublicTrustAndAChainThatHolds) {
  trusted_ = false;
  const Tlsa anchor{2, 1, 1, key_hash(chain_.intermediate.certificate)};
  EXPECT_TRUE(check({anchor}).matches);
  EXPECT_FALSE(check({{2, 1, 1, key_hash(chain_.leaf.certificate)}}).matches);
  served_ = {chain_.leaf.certificate.der};
  EXPECT_FALSE(check({anchor}).matches);
  EXPECT_TRUE(check({{2, 0, 0, chain_.intermediate.certificate.der}}).matches);
  served_.clear();
  chain_.leaf_as.dns = {"www.example.org"};
  chain_.issue();
  EXPECT_FALSE(check({{2, 1, 1, key_hash(chain_.intermediate.certificate)}}).matches);
}

TEST_F(Dane, RecordsOfThePublicUsagesNeedPublicTrustToo) {
  const Tlsa leaf{1, 1, 1, key_hash(chain_.leaf.certificate)}, root{0, 1, 1, key_hash(chain_.root.certificate)};
  EXPECT_TRUE(check({leaf}).matches);
  EXPECT_TRUE(check({root}).matches);
  EXPECT_FALSE(check({{0, 1, 1, key_hash(chain_.leaf.certificate)}}).matches);
  trusted_ = false;
  EXPECT_FALSE(check({leaf}).matches);
  EXPECT_FALSE(check({root}).matches);
}

TEST_F(Dane, MailServersHaveNoUseForThePublicUsages) {
  EXPECT_FALSE(check({{1, 1, 1, key_hash(chain_.leaf.certificate)}}, true).usable);
  EXPECT_TRUE(check({{3, 1, 1, key_hash(chain_.leaf.certificate)}}, true).matches);
}

TEST_F(Dane, WhatCannotBeUsedDemandsNothing) {
  const base::Bytes data(32, 1);
  for (const Tlsa& record : {Tlsa{4, 1, 1, data}, Tlsa{3, 2, 1, data}, Tlsa{3, 1, 3, data}, Tlsa{3, 1, 1, base::Bytes(31, 1)},
                             Tlsa{3, 1, 2, data}, Tlsa{3, 1, 0, {}}}) {
    EXPECT_FALSE(check({record}).usable) << words(record);
    EXPECT_FALSE(check({record}).matches) << words(record);
  }
  EXPECT_TRUE(check({{3, 9, 9, data}, {3, 1, 1, key_hash(chain_.leaf.certificate)}}).matches) << "one that fits is enough";
}

Certificate issued_by(const std::string& organization, const std::vector<std::string>& names) {
  Recipe middle_as = intermediate_recipe("R11");
  middle_as.organization = organization;
  const Minted root = testing::must(mint(root_recipe())), middle = testing::must(mint(middle_as, &root));
  Recipe leaf_as = leaf_recipe();
  leaf_as.dns = names;
  return testing::must(mint(leaf_as, &middle)).certificate;
}

TEST(Caa, AllowsTheAuthorityByItsName) {
  const Certificate leaf = issued_by("Let's Encrypt", {"www.example.com"});
  EXPECT_THAT(caa_names(leaf), ElementsAre("letsencrypt.org"));
  EXPECT_EQ(caa_allows({{false, "issue", "LetsEncrypt.org; validationmethods=dns-01"}}, leaf), true);
  EXPECT_EQ(caa_allows({{false, "issue", "digicert.com"}, {false, "ISSUE", " letsencrypt.org "}}, leaf), true);
  EXPECT_EQ(caa_allows({{false, "issue", "digicert.com"}}, leaf), false);
  EXPECT_EQ(caa_allows({{false, "issue", ";"}}, leaf), false);
}

TEST(Caa, SaysNothingWhereItRestrictsNothingOrTheAuthorityIsNotKnown) {
  const Certificate leaf = issued_by("Let's Encrypt", {"www.example.com"});
  EXPECT_EQ(caa_allows({{false, "iodef", "mailto:a@example.com"}}, leaf), std::nullopt);
  EXPECT_EQ(caa_allows({{false, "issuewild", "digicert.com"}}, leaf), std::nullopt);
  EXPECT_EQ(caa_allows({{false, "issue", "digicert.com"}}, issued_by("Some Company", {"a.example.com"})), std::nullopt);
}

TEST(Caa, HasItsOwnTagForWildcards) {
  const Certificate wild = issued_by("Let's Encrypt", {"*.example.com"});
  EXPECT_EQ(caa_allows({{false, "issue", "letsencrypt.org"}, {false, "issuewild", "digicert.com"}}, wild), false);
  EXPECT_EQ(caa_allows({{false, "issue", "letsencrypt.org"}}, wild), true);
}

TEST(Caa, WordsAreHarmless) { EXPECT_EQ(words(Caa{true, "issue", "a\x1b[31m\n"}).find('\x1b'), std::string::npos); }

}  // namespace
}  // namespace whytls::x509
