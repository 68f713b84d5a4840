// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/link/fragments.h"

#include <gtest/gtest.h>

#include "sources/capture/capture_builder.h"

namespace whytls::sources::capture::link {
namespace {

constexpr std::int64_t second = 1'000'000'000;

Fragments::Key key(std::uint32_t id) { return {built::address("192.0.2.1"), built::address("192.0.2.2"), id, 6}; }
std::string text(const std::optional<Fragments::Whole>& whole) { return whole ? std::string(base::text(whole->bytes)) : "-"; }

TEST(Fragments, WhereTheyOverlapTheFirstBytesStay) {
  Fragments fragments;
  const auto add = [&](std::size_t offset, std::string_view bytes, bool last = false) {
    return text(fragments.add(key(1), {offset, last, base::view(bytes), 6}, 0));
  };
  EXPECT_EQ(add(8, "ijklmnop"), "-");
  EXPECT_EQ(add(4, "efghXXXXXXXX"), "-");
  EXPECT_EQ(add(14, "YYqrst", true), "-");
  EXPECT_EQ(add(0, "abcdZZZZZZZZZZZZZZZZ"), "abcdefghijklmnopqrst");
  EXPECT_EQ(fragments.given_up(), 0U);
}

TEST(Fragments, WhatLiesBeyondTheEndIsNoDatagram) {
  Fragments fragments;
  EXPECT_FALSE(fragments.add(key(1), {16, false, base::view("too far.."), 6}, 0));
  EXPECT_FALSE(fragments.add(key(1), {0, false, base::view("abcdefgh"), 6}, 0));
  EXPECT_FALSE(fragments.add(key(1), {8, true, base::view("end"), 6}, 0));
  EXPECT_EQ(fragments.given_up(), 1U);
  EXPECT_FALSE(fragments.add(key(2), {65528, true, base::view(std::string(100, 'x')), 6}, 0)) << "longer than IP can be";
  EXPECT_FALSE(fragments.add(key(2), {0, true, {}, 6}, 0));
}

TEST(Fragments, TheyWaitAMinute) {
  Fragments fragments;
  EXPECT_FALSE(fragments.add(key(1), {0, false, base::view("abcdefgh"), 6}, 0));
  EXPECT_FALSE(fragments.add(key(2), {0, false, base::view("abcdefgh"), 6}, 10 * second));
  EXPECT_EQ(text(fragments.add(key(2), {8, true, base::view("!"), 6}, 61 * second)), "abcdefgh!");
  EXPECT_EQ(text(fragments.add(key(1), {8, true, base::view("!"), 6}, 61 * second)), "-");
  EXPECT_EQ(fragments.given_up(), 2U);
}

TEST(Fragments, HowManyWaitIsBounded) {
  Fragments fragments;
  for (std::uint32_t i = 0; i < 5000; ++i) fragments.add(key(i), {8, false, base::view("abcdefgh"), 6}, 0);
  EXPECT_EQ(fragments.given_up(), 5000U);
  EXPECT_EQ(text(fragments.add(key(0), {0, true, base::view("abcdefgh"), 6}, 0)), "abcdefgh") << "long forgotten, so a new one";
  const std::string large(60000, 'x');
  for (std::uint32_t i = 0; i < 1000; ++i) fragments.add(key(10000 + i), {8, false, base::view(large), 6}, 0);
  EXPECT_EQ(text(fragments.add(key(10900), {0, true, base::view("abcdefgh"), 6}, 0)), "-");
}

}  // namespace
}  // namespace whytls::sources::capture::link
