// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "wire/extension_types.h"
#include "wire/handshake.h"

namespace whytls::wire {
namespace {

using base::Bytes;
using U16s = std::vector<std::uint16_t>;

ClientHello example() {
  ClientHello hello;
  hello.random = Bytes(32, 0x11);
  hello.session_id = Bytes(32, 0x22);
  hello.cipher_suites = {0x0a0a, 0x1301, 0xc02f, 0x5600};
  hello.extensions = {server_name_extension("example.com"),
                      supported_versions_extension({0x1a1a, 0x0304, 0x0303}),
                      supported_groups_extension({0x11ec, 29, 23}),
                      signature_algorithms_extension({0x0403, 0x0804}),
                      key_share_extension({{0x2a2a, {0}}, {29, Bytes(32, 7)}}),
                      alpn_extension({"h2", "http/1.1"}),
                      status_request_extension(),
                      {0x9999, {1, 2, 3}},
                      padding_extension(10)};
  return hello;
}

TEST(ClientHello, BuiltReadAndBuiltAgainIsTheSame) {
  const Bytes body = build(example());
  const ClientHello read = parse_client_hello(body);
  ASSERT_FALSE(read.malformed) << read.malformed->text();
  EXPECT_EQ(build(read), body);
}

TEST(ClientHello, ItsExtensionsAreReadAsWhatTheyMean) {
  const ClientHello read = parse_client_hello(build(example()));
  EXPECT_EQ(read.server_name(), "example.com");
  EXPECT_EQ(read.supported_versions(), (U16s{0x1a1a, 0x0304, 0x0303}));
  EXPECT_EQ(read.versions(), (U16s{0x0304, 0x0303}));
  EXPECT_EQ(read.supported_groups(), (U16s{0x11ec, 29, 23}));
  EXPECT_EQ(read.signature_algorithms(), (U16s{0x0403, 0x0804}));
  EXPECT_EQ(read.signature_algorithms_cert(), U16s{});
  EXPECT_EQ(read.alpn(), (std::vector<std::string>{"h2", "http/1.1"}));
  ASSERT_EQ(read.key_shares().size(), 2U);
  EXPECT_EQ(read.key_shares()[1].group, 29);
  EXPECT_EQ(read.key_shares()[1].key, Bytes(32, 7));
}

TEST(ClientHello, OrderAndUnknownValuesSurvive) {
  const ClientHello read = parse_client_hello(build(example()));
  EXPECT_EQ(read.cipher_suites, example().cipher_suites);
  ASSERT_EQ(read.extensions.size(), 9U);
  EXPECT_EQ(read.extensions[7].type, 0x9999);
  EXPECT_EQ(read.extensions[7].data, (Bytes{1, 2, 3}));
}

TEST(ClientHello, WithoutAnExtensionsBlockDiffersFromOneWithAnEmptyBlock) {
  ClientHello hello;
  hello.random = Bytes(32, 0);
  hello.cipher_suites = {0x002f};
  hello.has_extensions = false;
  const Bytes without = build(hello);
  hello.has_extensions = true;
  const Bytes with = build(hello);
  EXPECT_EQ(with.size(), without.size() + 2);
  EXPECT_FALSE(parse_client_hello(without).has_extensions);
  EXPECT_FALSE(parse_client_hello(without).malformed);
  EXPECT_TRUE(parse_client_hello(with).has_extensions);
}

TEST(ClientHello, CutAtAnyByteItIsMalformedOrHasNoExtensions) {
  const Bytes body = build(example());
  const std::size_t extensions_at = 2 + 32 + 33 + 2 + 8 + 2;
  for (std::size_t length = 0; length < body.size(); ++length) {
    const ClientHello read = parse_client_hello(base::ByteView(body).first(length));
    EXPECT_EQ(read.malformed.has_value(), length != extensions_at) << length;
  }
}

TEST(ClientHello, KeepsWhatItUnderstoodOfABrokenOne) {
  Bytes body = build(example());
  body.resize(body.size() - 5);
  const ClientHello read = parse_client_hello(body);
  ASSERT_TRUE(read.malformed);
  EXPECT_EQ(read.malformed->field, "extensions");
  EXPECT_EQ(read.cipher_suites, example().cipher_suites);
}

TEST(ClientHello, AnExtensionThatOverrunsItsBlockIsNamedAndThoseBeforeItAreKept) {
  ClientHello hello = example();
  hello.extensions = {server_name_extension("a.example"), {5, {1, 2, 3, 4}}};
  Bytes body = build(hello);
  body[body.size() - 5] = 9;  // the low byte of the second extension's length
  const ClientHello read = parse_client_hello(body);
  ASSERT_TRUE(read.malformed);
  EXPECT_EQ(read.malformed->field, "extension_data");
  EXPECT_EQ(read.malformed->wanted, 9U);
  EXPECT_EQ(read.server_name(), "a.example");
}

TEST(ClientHello, RefusesTrailingBytesAndAnOddListOfSuites) {
  Bytes trailing = build(example());
  trailing.push_back(0);
  EXPECT_EQ(parse_client_hello(trailing).malformed->field, "ClientHello");
  Bytes odd(34, 0);
  odd.insert(odd.end(), {0, 0, 3, 0, 1, 0, 1, 0});
  const ClientHello read = parse_client_hello(odd);
  EXPECT_EQ(read.malformed->field, "cipher_suites");
  EXPECT_EQ(read.cipher_suites, U16s{1});
}

TEST(ClientHello, ASessionIdOver32BytesIsRefused) {
  Bytes body(34, 0);
  body.push_back(33);
  body.insert(body.end(), 33, 0);
  EXPECT_EQ(parse_client_hello(body).malformed->field, "legacy_session_id");
}

TEST(ClientHello, VersionsWithoutTheExtensionEndAtTls12) {
  ClientHello hello;
  EXPECT_EQ(hello.versions(), (U16s{0x0303, 0x0302, 0x0301, 0x0300}));
  hello.legacy_version = 0x0301;
  EXPECT_EQ(hello.versions(), (U16s{0x0301, 0x0300}));
  hello.legacy_version = 0x0304;  // RFC 8446 4.2.1: no TLS 1.3 without supported_versions
  EXPECT_EQ(hello.versions(), (U16s{0x0303, 0x0302, 0x0301, 0x0300}));
  hello.legacy_version = 0x0002;
  EXPECT_EQ(hello.versions(), (U16s{0x0002}));
  hello.legacy_version = 0xfefd;
  EXPECT_EQ(hello.versions(), (U16s{0xfefd, 0xfeff}));
  hello.legacy_version = 0x0200;
  EXPECT_EQ(hello.versions(), U16s{});
}

TEST(ClientHello, MalformedExtensionBodiesReadAsEmpty) {
  ClientHello hello;
  hello.extensions = {{extension_type::supported_groups, {0, 3, 0, 29, 0}}, {extension_type::server_name, {0, 9, 0}},
                      {extension_type::alpn, {0, 3, 9, 'h', '2'}},          {extension_type::key_share, {0, 5, 0, 29, 0, 9, 1}},
                      {extension_type::supported_versions, {3, 3, 4, 3}},   {extension_type::signature_algorithms, {0, 2, 4, 1, 7}}};
  EXPECT_EQ(hello.supported_groups(), U16s{});
  EXPECT_EQ(hello.signature_algorithms(), U16s{}) << "a byte too many";
  EXPECT_FALSE(hello.server_name());
  EXPECT_TRUE(hello.alpn().empty());
  EXPECT_TRUE(hello.key_shares().empty());
  EXPECT_TRUE(hello.supported_versions().empty());
  EXPECT_TRUE(hello.versions().empty()) << "the extension is there, so legacy_version does not count";
}

TEST(Extensions, ADuplicateIsFoundAndADistinctListHasNone) {
  EXPECT_EQ(duplicate_extension({{0, {}}, {10, {}}, {0, {1}}}), 0);
  EXPECT_FALSE(duplicate_extension({{0, {}}, {10, {}}}));
  EXPECT_EQ(find_extension({{7, {}}}, 8), nullptr);
}

TEST(Extensions, AreBuiltAsTheRfcsShowThem) {
  EXPECT_EQ(server_name_extension("ab").data, (Bytes{0, 5, 0, 0, 2, 'a', 'b'}));
  EXPECT_EQ(supported_versions_extension({0x0304}).data, (Bytes{2, 3, 4}));
  EXPECT_EQ(alpn_extension({"h2"}).data, (Bytes{0, 3, 2, 'h', '2'}));
  EXPECT_EQ(key_share_extension({{29, {9}}}).data, (Bytes{0, 5, 0, 29, 0, 1, 9}));
  EXPECT_EQ(status_request_extension().data, (Bytes{1, 0, 0, 0, 0}));
  EXPECT_EQ(padding_extension(3).data, Bytes(3, 0));
}

}  // namespace
}  // namespace whytls::wire
