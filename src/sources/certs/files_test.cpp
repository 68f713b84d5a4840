// SPDX-License-Identifier: Apache-2.0
#include "sources/certs/files.h"

#include <gmock/gmock.h>

#include "x509/testing.h"

namespace whytls::certs {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using x509::Minted;
using x509::testing::Chain;
using x509::testing::must;

const Chain& chain() {
  static const Chain made = Chain{}.issue();
  return made;
}

File pem(const std::string& path, const std::string& text) { return file_of(path, base::view(text), std::nullopt); }

std::vector<std::string> names(const std::vector<Held>& list) {
  std::vector<std::string> out;
  for (const Held& held : list) out.push_back(x509::display_name(held.certificate));
  return out;
}

TEST(Sort, OneFileIsOneSet) {
  const auto sorted = sort({pem("full.pem", chain().leaf.pem() + chain().intermediate.pem())}, std::nullopt, false);
  ASSERT_THAT(sorted.sets, SizeIs(1));
  EXPECT_THAT(names(sorted.sets[0].chain), ElementsAre("www.example.com", "Test Intermediate CA"));
  EXPECT_TRUE(sorted.sets[0].ordered);
  EXPECT_FALSE(sorted.sets[0].first);
}

TEST(Sort, ALeafBehindItsIssuerIsFoundAndSaid) {
  const std::vector<File> files{pem("wrong.pem", chain().intermediate.pem() + chain().leaf.pem())};
  const auto sorted = sort(files, std::nullopt, false);
  ASSERT_THAT(sorted.sets, SizeIs(1));
  EXPECT_THAT(names(sorted.sets[0].chain), ElementsAre("www.example.com", "Test Intermediate CA"));
  ASSERT_TRUE(sorted.sets[0].first);
  EXPECT_EQ(place(files, *sorted.sets[0].first), "wrong.pem:1");
}

TEST(Sort, FilesOfAuthoritiesCompleteALeafAlone) {
  const File leaf = pem("cert.pem", chain().leaf.pem());
  const File rest = pem("chain.pem", chain().intermediate.pem());
  EXPECT_THAT(names(sort({leaf, rest}, std::nullopt, false).sets.at(0).chain), ElementsAre("www.example.com", "Test Intermediate CA"));
  EXPECT_THAT(names(sort({rest, leaf}, std::nullopt, false).sets.at(0).chain), ElementsAre("www.example.com", "Test Intermediate CA"));
  EXPECT_FALSE(sort({rest, leaf}, std::nullopt, false).sets.at(0).first) << "the order of files is no order within one";
}

TEST(Sort, TheSameLeafInTwoFilesIsOneSetOfTheFullerFile) {
  const File leaf = pem("cert.pem", chain().leaf.pem());
  const File full = pem("fullchain.pem", chain().leaf.pem() + chain().intermediate.pem());
  const File rest = pem("chain.pem", chain().intermediate.pem());
  const auto sorted = sort({leaf, rest, full}, std::nullopt, false);
  ASSERT_THAT(sorted.sets, SizeIs(1));
  EXPECT_THAT(names(sorted.sets[0].chain), ElementsAre("www.example.com", "Test Intermediate CA"));
  EXPECT_EQ(sorted.sets[0].chain[0].file, 2U);
}

TEST(Sort, SeveralLeavesAreSeveralSets) {
  const Minted other = must(mint(x509::leaf_recipe("shop.example"), &chain().intermediate));
  const auto sorted = sort({pem("all.pem", chain().leaf.pem() + other.pem() + chain().intermediate.pem())}, std::nullopt, false);
  ASSERT_THAT(sorted.sets, SizeIs(2));
  EXPECT_THAT(names(sorted.sets[1].chain), ElementsAre("shop.example", "Test Intermediate CA"));
}

TEST(Sort, TheKeyGoesToItsCertificate) {
  const File full = pem("full.pem", chain().leaf.pem() + chain().intermediate.pem());
  const auto own = sort({full, pem("server.key", chain().leaf.key_pem())}, std::nullopt, false);
  ASSERT_TRUE(own.sets.at(0).key);
  EXPECT_TRUE(own.sets[0].key_belongs);
  EXPECT_THAT(own.spare_keys, IsEmpty());
  const auto wrong = sort({full}, pem("other.key", chain().root.key_pem()), false);
  ASSERT_TRUE(wrong.sets.at(0).key);
  EXPECT_FALSE(wrong.sets[0].key_belongs);
}

TEST(Sort, TheKeyOfAnIssuerDoesNotMakeItALeaf) {
  const auto sorted =
      sort({pem("full.pem", chain().leaf.pem() + chain().intermediate.pem())}, pem("ca.key", chain().intermediate.key_pem()), false);
  ASSERT_THAT(sorted.sets, SizeIs(1));
  EXPECT_FALSE(sorted.sets[0].key_belongs);
}

TEST(Sort, AuthoritiesAloneAreATrustStore) {
  const Minted other = must(mint(x509::root_recipe("Other Root")));
  const auto sorted = sort({pem("roots.pem", chain().root.pem() + other.pem())}, std::nullopt, false);
  EXPECT_THAT(sorted.sets, IsEmpty());
  EXPECT_THAT(sorted.anchors, SizeIs(2));
}

TEST(Sort, OneAuthorityAloneIsAServersOnlyWhereThatIsMeant) {
  const File root = pem("root.pem", chain().root.pem());
  EXPECT_THAT(sort({root}, std::nullopt, false).anchors, SizeIs(1));
  EXPECT_THAT(sort({root}, std::nullopt, true).sets, SizeIs(1));
  x509::Recipe quick = x509::root_recipe("localhost");  // what openssl req -x509 makes
  quick.key_usage = "";
  EXPECT_THAT(sort({pem("self.pem", must(mint(quick)).pem())}, std::nullopt, false).sets, SizeIs(1));
}

TEST(Sort, KeysAloneAreSpare) {
  const auto sorted = sort({pem("server.key", chain().leaf.key_pem())}, std::nullopt, false);
  EXPECT_THAT(sorted.sets, IsEmpty());
  EXPECT_THAT(sorted.spare_keys, SizeIs(1));
}

TEST(Load, SaysWhyAFileCannotBeRead) {
  const File missing = load("/nonexistent/file.pem", std::nullopt);
  EXPECT_TRUE(missing.missing);
  EXPECT_NE(missing.error, "");
  const File folder = load("/", std::nullopt);
  EXPECT_FALSE(folder.missing);
  EXPECT_NE(folder.error, "");
}

}  // namespace
}  // namespace whytls::certs
