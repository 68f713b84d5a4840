// SPDX-License-Identifier: Apache-2.0
#include "base/unpack.h"

#include <brotli/encode.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

namespace whytls::base {
namespace {

Bytes packed(Packing how, const Bytes& plain) {
  Bytes out(plain.size() + 1024);
  std::size_t size = out.size();
  if (how == Packing::zlib) {
    uLongf room = out.size();
    compress2(out.data(), &room, plain.data(), plain.size(), 9);
    size = room;
  } else if (how == Packing::brotli) {
    BrotliEncoderCompress(11, 22, BROTLI_MODE_GENERIC, plain.size(), plain.data(), &size, out.data());
  } else {
    size = ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), 19);
  }
  out.resize(size);
  return out;
}

constexpr Packing all[]{Packing::zlib, Packing::brotli, Packing::zstd};

TEST(Unpack, GivesBackWhatWasPacked) {
  Bytes plain(5000);
  for (std::size_t i = 0; i < plain.size(); ++i) plain[i] = static_cast<std::uint8_t>(i * i / 7);
  for (const Packing how : all) {
    EXPECT_EQ(unpack(how, packed(how, plain), plain.size()), plain);
    EXPECT_EQ(unpack(how, packed(how, {}), 0), Bytes{}) << "nothing is something too";
  }
}

TEST(Unpack, RefusesAnotherSizeThanItWasTold) {
  const Bytes plain(5000, 7);
  for (const Packing how : all) {
    EXPECT_FALSE(unpack(how, packed(how, plain), plain.size() - 1));
    EXPECT_FALSE(unpack(how, packed(how, plain), plain.size() + 1));
    EXPECT_FALSE(unpack(how, packed(how, plain), 0));
  }
}

TEST(Unpack, RefusesWhatGrowsWithoutEnd) {
  const Bytes bomb(std::size_t{1} << 24U, 0);
  for (const Packing how : all) EXPECT_FALSE(unpack(how, packed(how, bomb), 100)) << "16 MiB in some kilobytes";
}

TEST(Unpack, RefusesDamageCutsAndRests) {
  const Bytes plain(5000, 7);
  for (const Packing how : all) {
    const Bytes good = packed(how, plain);
    Bytes longer = good;
    longer.push_back(1);
    EXPECT_FALSE(unpack(how, longer, plain.size()));
    EXPECT_FALSE(unpack(how, ByteView(good).first(good.size() - 1), plain.size()));
    EXPECT_FALSE(unpack(how, {}, plain.size()));
    EXPECT_FALSE(unpack(how, Bytes(100, 0xff), plain.size()));
  }
}

}  // namespace
}  // namespace whytls::base
