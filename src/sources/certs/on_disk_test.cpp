// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "sources/certs/bundle.h"
#include "sources/certs/folder.h"
#include "x509/container.h"
#include "x509/testing.h"

namespace whytls::certs {
namespace {

namespace fs = std::filesystem;
using x509::testing::must;

/// A folder of its own, which goes with the test.
class OnDisk : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string path = ::testing::TempDir() + "/whytls-certs-XXXXXX";
    ASSERT_NE(mkdtemp(path.data()), nullptr);
    folder_ = path;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return (folder_ / name).string();
  }
  static std::string read(const std::string& path) {
    std::stringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }
  static mode_t mode(const std::string& path) {
    struct stat info {};
    stat(path.c_str(), &info);
    return info.st_mode & 07777U;
  }

  fs::path folder_;
};

using Bundle = OnDisk;
using Folder = OnDisk;

TEST_F(Bundle, IsWrittenWholeAndReadableByAll) {
  const x509::testing::Chain chain = x509::testing::Chain{}.issue();
  const std::string text = bundle_text({chain.leaf.certificate, chain.intermediate.certificate});
  const std::string path = (folder_ / "fixed.pem").string();
  ASSERT_TRUE(write_bundle(path, text));
  EXPECT_EQ(read(path), chain.leaf.pem() + chain.intermediate.pem());
  EXPECT_EQ(mode(path), 0644U);
  ASSERT_TRUE(write_bundle(path, "another"));
  EXPECT_EQ(read(path), "another");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1) << "nothing is left beside it";
}

TEST_F(Bundle, FailsWithoutATraceWhereItCannotBeWritten) {
  const auto done = write_bundle((folder_ / "missing" / "fixed.pem").string(), "text");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().fault, base::Fault::environment);
}

TEST_F(Bundle, IsNeverWrittenOverAnInput) {
  const std::string input = file("input.pem", "x");
  fs::create_symlink(input, folder_ / "link.pem");
  fs::create_hard_link(input, folder_ / "twin.pem");
  for (const fs::path& path :
       {fs::path(input), folder_ / "link.pem", folder_ / "twin.pem", folder_ / ".." / folder_.filename() / "input.pem"})
    EXPECT_FALSE(may_write(path.string(), {"-", input})) << path;
  EXPECT_TRUE(may_write((folder_ / "new.pem").string(), {input}));
  EXPECT_TRUE(may_write(file("old.pem", "y"), {input}));
  EXPECT_FALSE(may_write(folder_.string(), {input})) << "a folder";
  EXPECT_FALSE(may_write("/dev/null", {input}));
}

TEST_F(Folder, TellsWhatHasEndedAndWhatSoonWill) {
  const auto issue = [&](const std::string& name, int from_days, int until_days) {
    x509::Recipe recipe = x509::leaf_recipe(name);
    recipe.not_before = base::now() + std::chrono::hours(24 * from_days);
    recipe.not_after = base::now() + std::chrono::hours(24 * until_days);
    return must(mint(recipe));
  };
  fs::create_directories(folder_ / "deep" / "er");
  file("good.pem", issue("good", -10, 80).pem());
  file("deep/er/old.pem", issue("good", -10, 80).pem() + issue("old", -90, -1).pem());
  const base::Bytes der = issue("early", 1, 90).certificate.der;
  file("early.der", std::string(der.begin(), der.end()));
  file("soon.pem", issue("soon", -80, 5).pem());
  file("broken.pem", issue("broken", -10, 80).pem().substr(0, 200) + "\n-----END CERTIFICATE-----\n");
  file("README", "no certificate");
  fs::create_symlink("good.pem", folder_ / "0a1b2c3d.0");
  fs::create_directory_symlink("..", folder_ / "deep" / "round");
  std::vector<std::string> seen;
  const FolderTotals found = scan_folder(
      folder_.string(), base::now(),
      [&](const FolderEntry& entry) { seen.push_back(fs::path(entry.path).filename().string() + " " + entry.subject); }, nullptr);
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(seen, (std::vector<std::string>{"broken.pem ", "early.der early", "old.pem old", "soon.pem soon"}));
  EXPECT_EQ(found.files, 6U);
  EXPECT_EQ(found.certificates, 5U);
  EXPECT_EQ(found.expired, 1U);
  EXPECT_EQ(found.not_yet_valid, 1U);
  EXPECT_EQ(found.soon, 1U);
  EXPECT_EQ(found.unreadable, 1U);
  EXPECT_EQ(found.others, 1U);
  EXPECT_TRUE(found.next_path.ends_with("soon.pem"));
}

TEST_F(Folder, ThatIsNotThereIsUnreadable) {
  std::size_t seen = 0;
  const FolderTotals found = scan_folder((folder_ / "none").string(), base::now(), [&](const FolderEntry&) { ++seen; }, nullptr);
  EXPECT_EQ(found.unreadable, 1U);
  EXPECT_EQ(seen, 1U);
}

}  // namespace
}  // namespace whytls::certs
