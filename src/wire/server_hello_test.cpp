// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"
#include "wire/extension_types.h"
#include "wire/handshake.h"

namespace whytls::wire {
namespace {

using base::Bytes;

ServerHello example() {
  ServerHello hello;
  hello.legacy_version = 0x0303;
  hello.random = Bytes(32, 0x33);
  hello.session_id = Bytes(32, 0x44);
  hello.cipher_suite = 0x1301;
  hello.has_extensions = true;
  hello.extensions = {{extension_type::supported_versions, {3, 4}}, {extension_type::key_share, {0, 29, 0, 2, 8, 9}}};
  return hello;
}

Bytes retry_random() {
  return *base::unhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c");  // RFC 8446 4.1.3
}

TEST(ServerHello, BuiltReadAndBuiltAgainIsTheSame) {
  const Bytes body = build(example());
  const ServerHello read = parse_server_hello(body);
  ASSERT_FALSE(read.malformed);
  EXPECT_EQ(build(read), body);
  EXPECT_EQ(read.version(), 0x0304);
  EXPECT_EQ(read.cipher_suite, 0x1301);
  ASSERT_TRUE(read.key_share());
  EXPECT_EQ(read.key_share()->group, 29);
  EXPECT_EQ(read.key_share()->key, (Bytes{8, 9}));
  EXPECT_FALSE(read.hello_retry_request());
}

TEST(ServerHello, CutAtAnyByteItIsMalformedOrHasNoExtensions) {
  const Bytes body = build(example());
  const std::size_t extensions_at = 2 + 32 + 33 + 3;
  for (std::size_t length = 0; length < body.size(); ++length) {
    const ServerHello read = parse_server_hello(base::ByteView(body).first(length));
    EXPECT_EQ(read.malformed.has_value(), length != extensions_at) << length;
  }
  Bytes longer = body;
  longer.push_back(1);
  EXPECT_EQ(parse_server_hello(longer).malformed->field, "ServerHello");
}

TEST(ServerHello, ARetryIsKnownByItsRandomAndNamesAGroupOnly) {
  ServerHello hello = example();
  hello.random = retry_random();
  hello.extensions = {{extension_type::key_share, {0, 23}}, {extension_type::cookie, {0, 2, 5, 6}}};
  const ServerHello read = parse_server_hello(build(hello));
  EXPECT_TRUE(read.hello_retry_request());
  ASSERT_TRUE(read.key_share());
  EXPECT_EQ(read.key_share()->group, 23);
  EXPECT_TRUE(read.key_share()->key.empty());
  EXPECT_EQ(read.cookie(), (Bytes{5, 6}));
}

TEST(ServerHello, AShareInTheWrongFormIsNone) {
  ServerHello hello = example();
  hello.extensions = {{extension_type::key_share, {0, 23}}};
  EXPECT_FALSE(hello.key_share()) << "a group alone, and no retry";
  hello.random = retry_random();
  hello.extensions = {{extension_type::key_share, {0, 29, 0, 1, 8}}};
  EXPECT_FALSE(hello.key_share()) << "a share in a retry";
  hello.extensions = {{extension_type::cookie, {0, 9, 5}}};
  EXPECT_FALSE(hello.cookie());
}

TEST(ServerHello, TheDowngradeSentinelStandsInTheLastEightBytes) {
  ServerHello hello = example();
  EXPECT_EQ(hello.downgrade(), DowngradeSentinel::none);
  const Bytes sentinel{'D', 'O', 'W', 'N', 'G', 'R', 'D', 1};
  std::copy(sentinel.begin(), sentinel.end(), hello.random.begin() + 24);
  EXPECT_EQ(hello.downgrade(), DowngradeSentinel::tls12);
  hello.random[31] = 0;
  EXPECT_EQ(hello.downgrade(), DowngradeSentinel::tls11_or_below);
  hello.random[31] = 2;
  EXPECT_EQ(hello.downgrade(), DowngradeSentinel::none);
}

TEST(ServerHello, OldOnesHaveTheirVersionInTheOldPlace) {
  ServerHello hello = example();
  hello.has_extensions = false;
  hello.extensions.clear();
  hello.legacy_version = 0x0301;
  const ServerHello read = parse_server_hello(build(hello));
  EXPECT_FALSE(read.has_extensions);
  EXPECT_EQ(read.version(), 0x0301);
  EXPECT_FALSE(read.key_share());
}

TEST(ServerHello, AlpnIsOneNameOrNone) {
  ServerHello hello = example();
  hello.extensions = {alpn_extension({"h2"})};
  EXPECT_EQ(hello.alpn(), "h2");
  hello.extensions = {alpn_extension({"h2", "http/1.1"})};  // RFC 7301 3.1: exactly one
  EXPECT_FALSE(hello.alpn());
}

TEST(EncryptedExtensions, AreReadAndRefusedWhenCut) {
  const Bytes body{0, 9, 0, 16, 0, 5, 0, 3, 2, 'h', '2'};
  EXPECT_EQ(parse_encrypted_extensions(body).alpn(), "h2");
  EXPECT_FALSE(parse_encrypted_extensions(body).malformed);
  EXPECT_TRUE(parse_encrypted_extensions(base::ByteView(body).first(8)).malformed);
  EXPECT_TRUE(parse_encrypted_extensions({}).malformed);
}

}  // namespace
}  // namespace whytls::wire
