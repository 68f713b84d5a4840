// SPDX-License-Identifier: Apache-2.0
#include "net/fetch/cache.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace whytls::net {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;

class Cached : public testing::Test {
 protected:
  void TearDown() override {
    for (const char* name : {"ab12", "cd34"}) fs::remove(fs::path(folder) / name);
    fs::remove(folder);
  }
  const std::string folder = (fs::temp_directory_path() / ("whytls-cache-test-" + std::to_string(::getpid()))).string();
  const base::Time now = base::now();
  const base::Bytes bytes{1, 2, 3};
};

TEST_F(Cached, AnAnswerIsFoundUntilItExpires) {
  const Cache cache(folder);
  EXPECT_FALSE(cache.find("ab12", now));
  cache.keep("ab12", bytes, now + hours(1));
  EXPECT_EQ(cache.find("ab12", now), bytes);
  EXPECT_FALSE(cache.find("cd34", now));
  EXPECT_FALSE(cache.find("ab12", now + hours(2)));
}

TEST_F(Cached, OnlyItsOwnerMayLookIntoTheFolder) {
  Cache(folder).keep("ab12", bytes, now + hours(1));
  EXPECT_EQ(fs::status(folder).permissions(), fs::perms::owner_all);
}

TEST_F(Cached, ANameThatIsNoneOfOursTouchesNothing) {
  const Cache cache(folder);
  cache.keep("../ab12", bytes, now + hours(1));
  EXPECT_FALSE(fs::exists(folder));
  EXPECT_FALSE(cache.find("../ab12", now));
}

TEST_F(Cached, AFileThatWasCutIsNoAnswer) {
  const Cache cache(folder);
  cache.keep("ab12", bytes, now + hours(1));
  std::ofstream(fs::path(folder) / "ab12", std::ios::trunc) << "x";
  EXPECT_FALSE(cache.find("ab12", now));
}

TEST(NoCache, KeepsNothing) {
  const Cache cache("");
  cache.keep("ab12", base::Bytes{1}, base::now() + hours(1));
  EXPECT_FALSE(cache.find("ab12", base::now()));
}

}  // namespace
}  // namespace whytls::net
