// SPDX-License-Identifier: Apache-2.0
#include "observe/fingerprint.h"

#include <gtest/gtest.h>

namespace whytls::observe {
namespace {

wire::ClientHello plain(std::uint16_t version, std::vector<std::uint16_t> suites) {
  wire::ClientHello hello;
  hello.legacy_version = version;
  hello.random = base::Bytes(32, 7);
  hello.cipher_suites = std::move(suites);
  return hello;
}

wire::Extension point_formats() { return {11, {1, 0}}; }

/// The hello behind the example in JA4's own description.
wire::ClientHello example() {
  wire::ClientHello hello = plain(0x0303, {0x2a2a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014,
                                           0x009c, 0x009d, 0x002f, 0x0035});
  hello.extensions = {{0x1a1a, {}},
                      {0x001b, {}},
                      wire::server_name_extension("example.com"),
                      wire::key_share_extension({}),
                      wire::alpn_extension({"h2", "http/1.1"}),
                      {0x4469, {}},
                      {0x0017, {}},
                      {0x002d, {}},
                      wire::signature_algorithms_extension({0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601}),
                      wire::status_request_extension(),
                      {0x0023, {}},
                      {0x0012, {}},
                      wire::supported_versions_extension({0x3a3a, 0x0304, 0x0303}),
                      {0xff01, {0}},
                      point_formats(),
                      wire::supported_groups_extension({0x4a4a, 29, 23, 24}),
                      wire::padding_extension(3),
                      {0x5a5a, {0}}};
  return hello;
}

TEST(Ja3, HashesTheExamplesOfItsDescription) {
  wire::ClientHello hello = plain(769, {47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4});
  hello.extensions = {wire::server_name_extension("x"), wire::supported_groups_extension({23, 24, 25}), point_formats()};
  EXPECT_EQ(ja3_text(hello), "769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0");
  EXPECT_EQ(ja3(hello), "ada70206e40642a3e4461f35503241d5");
}

TEST(Ja3, WithoutExtensions) {
  wire::ClientHello hello = plain(769, {4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99});
  hello.has_extensions = false;
  EXPECT_EQ(ja3_text(hello), "769,4-5-10-9-100-98-3-6-19-18-99,,,");
  EXPECT_EQ(ja3(hello), "de350869b8c85de67a350c8d186f11e6");
}

TEST(Ja3, LeavesGreaseOut) {
  wire::ClientHello other = example();
  other.cipher_suites[0] = 0xfafa;
  other.extensions.front().type = 0xdada;
  EXPECT_EQ(ja3(other), ja3(example()));
  other.cipher_suites[1] = 0x1304;
  EXPECT_NE(ja3(other), ja3(example()));
}

TEST(Ja4, TheExampleOfItsDescription) {
  EXPECT_EQ(ja4(example()), "t13d1516h2_8daaf6152771_e5627efa2ab1");
  EXPECT_EQ(ja4(example(), true).substr(0, 10), "q13d1516h2");
}

TEST(Ja4, WithoutServerName) {
  wire::ClientHello hello = example();
  std::erase_if(hello.extensions, [](const wire::Extension& one) { return one.type == 0; });
  EXPECT_EQ(ja4(hello), "t13i1515h2_8daaf6152771_e5627efa2ab1");
}

TEST(Ja4, AnAddressInTheServerNameIsStillAServerName) {
  wire::ClientHello hello = example();
  hello.extensions[2] = wire::server_name_extension("192.0.2.1");
  EXPECT_EQ(ja4(hello), "t13d1516h2_8daaf6152771_e5627efa2ab1");
}

TEST(Ja4, AlpnOfOneCharacterOfOtherBytesOrNone) {
  wire::ClientHello hello = example();
  const auto ends = [&](const std::vector<std::string>& names) {
    hello.extensions[4] = wire::alpn_extension(names);
    return ja4(hello).substr(8, 2);
  };
  EXPECT_EQ(ends({"http/1.1", "h2"}), "h1");
  EXPECT_EQ(ends({"x"}), "xx");
  EXPECT_EQ(ends({"\xab"}), "ab");
  EXPECT_EQ(ends({"\x30\xab"}), "3b");
  EXPECT_EQ(ends({"h2\x81"}), "61");  // 68 32 81: the first and the last digit
  EXPECT_EQ(ends({""}), "00");
  hello.extensions.erase(hello.extensions.begin() + 4);
  EXPECT_EQ(ja4(hello),
            "t13d1515"
            "00_8daaf6152771_e5627efa2ab1");
}

TEST(Ja4, WithoutAnything) {
  wire::ClientHello hello = plain(0x0301, {});
  hello.has_extensions = false;
  EXPECT_EQ(ja4(hello), "t10i000000_000000000000_000000000000");
  hello.legacy_version = 0x0300;
  EXPECT_EQ(ja4(hello).substr(0, 3), "ts3");
  hello.legacy_version = 0x1234;
  EXPECT_EQ(ja4(hello).substr(0, 3), "t00");
}

TEST(Ja4, CountsStopAtNinetyNine) {
  wire::ClientHello hello = plain(0x0303, {});
  for (std::uint16_t code = 0; code < 150; ++code) hello.cipher_suites.push_back(code);
  EXPECT_EQ(ja4(hello).substr(0, 8), "t12i9900");
}

}  // namespace
}  // namespace whytls::observe
