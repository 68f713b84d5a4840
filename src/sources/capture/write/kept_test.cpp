// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/write/kept.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "sources/capture/capture_builder.h"
#include "sources/capture/file/capture_file.h"

namespace whytls::sources::capture {
namespace {

class Written : public testing::Test {
 protected:
  ~Written() override {
    unlink(in_.c_str());
    unlink(out_.c_str());
  }
  void put(const base::Bytes& bytes) const { std::ofstream(in_, std::ios::binary) << base::text(bytes); }

  std::string in_ = testing::TempDir() + "whytls-kept-in-" + std::to_string(getpid());
  std::string out_ = testing::TempDir() + "whytls-kept-out-" + std::to_string(getpid());
};

TEST_F(Written, TheChosenPacketsComeBackAsTheyWere) {
  built::Script script;
  for (std::uint8_t i = 1; i <= 9; ++i) script.add(base::Bytes(i, i), i % 2 == 0 ? 101 : 1).original_size = 500;
  put(script.pcapng());
  const auto packets = packets_of(in_, {2, 3, 9, 12});
  ASSERT_TRUE(packets);
  ASSERT_EQ(packets->size(), 3U);
  ASSERT_TRUE(write_capture(out_, *packets, "a comment", in_));
  auto file = CaptureFile::open(out_);
  ASSERT_TRUE(file) << file.error().text();
  Packet packet;
  for (const std::size_t i : {1U, 2U, 8U}) {
    ASSERT_TRUE(file->next(packet));
    EXPECT_EQ(base::text(packet.bytes), base::text(script.frames[i].bytes));
    EXPECT_EQ(packet.link_type, script.frames[i].link_type);
    EXPECT_EQ(packet.when.at, script.frames[i].at);
    EXPECT_EQ(packet.original_size, 500U);
  }
  EXPECT_FALSE(file->next(packet));
  EXPECT_EQ(file->damage(), std::nullopt);
  struct stat info {};
  ASSERT_EQ(stat(out_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST_F(Written, TheCaptureItselfIsNotOverwritten) {
  put(built::Script().pcap());
  const auto result = write_capture(in_, {}, "", in_);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().text(), in_ + ": is the capture that is read: choose another name");
  EXPECT_TRUE(packets_of(in_, {}));
}

TEST_F(Written, WhatCannotBeReadOrWrittenIsSaid) {
  EXPECT_FALSE(packets_of("/nonexistent/file", {1}));
  EXPECT_EQ(write_capture("/nonexistent/file", {}, "").error().text(), "/nonexistent/file: cannot be written: No such file or directory");
}

TEST(PacketRing, KeepsTheLastThatFit) {
  PacketRing ring(10000);
  for (std::uint64_t i = 1; i <= 100; ++i) {
    const base::Bytes bytes(1000, static_cast<std::uint8_t>(i));
    ring.keep({{i, 0}, 1, 1000, bytes});
  }
  const auto taken = ring.take({1, 50, 97, 99, 100, 101});
  ASSERT_EQ(taken.size(), 3U);
  EXPECT_EQ(taken[0].when.packet, 97U);
  EXPECT_EQ(taken[2].bytes, base::Bytes(1000, 100));
  EXPECT_TRUE(PacketRing().take({1}).empty());
}

}  // namespace
}  // namespace whytls::sources::capture
