// SPDX-License-Identifier: Apache-2.0
#include "base/input.h"

#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <array>

#include "base/file.h"

namespace whytls::base {
namespace {

Bytes gzip(ByteView plain) {
  Bytes out(compressBound(plain.size()) + 64);
  z_stream z{};
  deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  z.next_in = const_cast<Bytef*>(plain.data());  // NOLINT: zlib's interface knows no const
  z.avail_in = static_cast<uInt>(plain.size());
  z.next_out = out.data();
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

Bytes zstd(ByteView plain) {
  Bytes out(ZSTD_compressBound(plain.size()));
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  out.resize(ZSTD_compress2(context, out.data(), out.size(), plain.data(), plain.size()));
  ZSTD_freeCCtx(context);
  return out;
}

struct Read {
  Bytes bytes;
  std::string error;
};

Read all(Input input, std::size_t block = 100000) {
  Read out;
  Bytes room(block);
  for (;;) {
    const auto got = input.read(room);
    if (!got) out.error = got.error().text();
    if (!got || *got == 0) return out;
    out.bytes.insert(out.bytes.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(*got));
  }
}

Bytes sample() {
  Bytes out;
  for (std::uint32_t i = 0, seed = 1; i < 400000; ++i)
    out.push_back(static_cast<std::uint8_t>((seed = seed * 1664525U + 1013904223U) >> 29U));
  return out;
}

TEST(Input, WhatIsPackedComesUnpackedAndTheRestAsItIs) {
  const Bytes plain = sample();
  for (const Bytes& packed : {plain, gzip(plain), zstd(plain)})
    for (const std::size_t block : {std::size_t{7}, std::size_t{100000}}) {
      const Read got = all(Input::of(packed, "x"), block);
      EXPECT_EQ(got.bytes, plain);
      EXPECT_EQ(got.error, "");
    }
}

TEST(Input, SeveralPackedFilesOneAfterAnotherAreOne) {
  Bytes twice = gzip(sample());
  const Bytes second = twice;
  twice.insert(twice.end(), second.begin(), second.end());
  EXPECT_EQ(all(Input::of(twice, "x")).bytes.size(), 2 * sample().size());
}

TEST(Input, WhatStandsBeforeDamageIsHandedOut) {
  for (Bytes packed : {gzip(sample()), zstd(sample())}) {
    Bytes cut = packed;
    cut.resize(cut.size() - 10);
    const Read short_of_it = all(Input::of(cut, "x.gz"));
    EXPECT_GT(short_of_it.bytes.size(), 100000U);
    EXPECT_EQ(short_of_it.error, "x.gz: the packed file is cut off");
    std::fill_n(packed.begin() + static_cast<std::ptrdiff_t>(packed.size()) - 2000, 64, std::uint8_t{0xff});
    const Read damaged = all(Input::of(packed, "x.gz"));
    EXPECT_EQ(damaged.error, "x.gz: the packed file is damaged");
    EXPECT_TRUE(std::equal(damaged.bytes.begin(), damaged.bytes.begin() + 1000, sample().begin()));
  }
}

TEST(Input, ShortAndEmptyOnesAreNoCase) {
  EXPECT_EQ(all(Input::of({}, "x")).bytes, Bytes{});
  EXPECT_EQ(all(Input::of({0x1f}, "x")).bytes, Bytes{0x1f});
  EXPECT_EQ(all(Input::of({0x1f, 0x8b}, "x")).error, "x: the packed file is cut off");
}

TEST(Input, AFileAndWhatIsNone) {
  std::string path = testing::TempDir() + "whytls-input-XXXXXX";
  const int file = mkstemp(path.data());
  ASSERT_EQ(write_all(file, "some bytes"), 0);
  close(file);
  auto input = Input::open(path);
  ASSERT_TRUE(input);
  EXPECT_EQ(input->name(), path);
  EXPECT_EQ(text(all(std::move(*input)).bytes), "some bytes");
  unlink(path.c_str());
  EXPECT_EQ(Input::open(path).error().text(), path + ": cannot be opened: No such file or directory");
  EXPECT_EQ(Input::open("/").error().text(), "/: is a folder");
}

}  // namespace
}  // namespace whytls::base
