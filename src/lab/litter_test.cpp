// SPDX-License-Identifier: Apache-2.0
#include "lab/litter.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace whytls::lab {
namespace {

std::string made_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "whytls-litter-XXXXXX").string();
  EXPECT_NE(::mkdtemp(name.data()), nullptr);
  return name;
}

TEST(Litter, RemovesItsFilesAndThenTheFolder) {
  const std::string folder = made_folder();
  Litter* litter = Litter::claim(folder);
  ASSERT_NE(litter, nullptr);
  for (const char* name : {"/a", "/b"}) {
    EXPECT_TRUE(litter->add(folder + name));
    std::ofstream(folder + name) << "x";
  }
  EXPECT_TRUE(litter->add(folder + "/never-made"));
  litter->remove();
  EXPECT_FALSE(std::filesystem::exists(folder));
  litter->remove();
  litter->release();
}

TEST(Litter, LeavesWhatItDoesNotKnow) {
  const std::string folder = made_folder();
  Litter* litter = Litter::claim(folder);
  ASSERT_NE(litter, nullptr);
  std::ofstream(folder + "/foreign") << "x";
  litter->remove();
  EXPECT_TRUE(std::filesystem::exists(folder + "/foreign"));
  litter->release();
  std::filesystem::remove_all(folder);
}

TEST(Litter, RefusesWhatDoesNotFit) {
  EXPECT_EQ(Litter::claim(std::string(400, 'x')), nullptr);
  Litter* litter = Litter::claim("/nowhere");
  ASSERT_NE(litter, nullptr);
  EXPECT_FALSE(litter->add(std::string(256, 'x')));
  bool room = true;
  for (int i = 0; i < 1000 && room; ++i) room = litter->add("/nowhere/" + std::to_string(i));
  EXPECT_FALSE(room);
  litter->release();
}

TEST(LitterDeathTest, IsGoneAfterAHangup) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const std::string folder = made_folder();
  EXPECT_EXIT(
      {
        remove_litter_on_signals();
        Litter::claim(folder);
        raise(SIGHUP);
      },
      testing::KilledBySignal(SIGHUP), "");
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace whytls::lab
