// SPDX-License-Identifier: Apache-2.0
#include "wire/glance.h"

#include <gtest/gtest.h>

#include "wire/handshake.h"

namespace whytls::wire {
namespace {

ClientHello offer() {
  ClientHello hello;
  hello.random = base::Bytes(32, 1);
  hello.cipher_suites = {0x1301, 0xc02f};
  hello.extensions = {server_name_extension("shop.example"), supported_versions_extension({0x0304, 0x0303}),
                      supported_groups_extension({29, 23}), alpn_extension({"h2"})};
  return hello;
}

ServerHello answer() {
  ServerHello hello;
  hello.legacy_version = 0x0303;
  hello.random = base::Bytes(32, 2);
  hello.cipher_suite = 0x1302;
  hello.extensions = {{43, {3, 4}}};
  return hello;
}

TEST(Glance, SeesOfAServerHelloWhatTheParserSees) {
  ServerHello hello = answer();
  auto seen = glance_server_hello(build(hello));
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->version, 0x0304);
  EXPECT_EQ(seen->suite, 0x1302);
  EXPECT_FALSE(seen->hello_retry_request);
  hello.extensions.clear();
  hello.random.assign(hello_retry_random.begin(), hello_retry_random.end());
  seen = glance_server_hello(build(hello));
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->version, 0x0303);
  EXPECT_TRUE(seen->hello_retry_request);
}

TEST(Glance, CutBeforeTheSuiteThereIsNothingToSee) {
  const base::Bytes body = build(answer());
  EXPECT_FALSE(glance_server_hello(base::ByteView(body).first(36)));
  EXPECT_TRUE(glance_server_hello(base::ByteView(body).first(37)));
}

TEST(Glance, NamesAndRandomsDoNotChangeTheShapeAndSuitesDo) {
  ClientHello same = offer(), other = offer();
  same.random = base::Bytes(32, 9);
  same.extensions[0] = server_name_extension("www.example");
  other.cipher_suites.push_back(0xc030);
  const base::Bytes first = build(offer()), second = build(same), third = build(other);
  EXPECT_EQ(base::text(glance_client_hello(first).server_name), "shop.example");
  EXPECT_EQ(glance_client_hello(first).shape, glance_client_hello(second).shape);
  EXPECT_NE(glance_client_hello(first).shape, glance_client_hello(third).shape);
}

TEST(Glance, GreaseDoesNotChangeTheShape) {
  ClientHello one = offer(), two = offer();
  one.cipher_suites.insert(one.cipher_suites.begin(), 0x0a0a);
  two.cipher_suites.insert(two.cipher_suites.begin(), 0xfafa);
  one.extensions.push_back({0x1a1a, {}});
  two.extensions.push_back({0x2a2a, {}});
  const base::Bytes first = build(one), second = build(two);
  EXPECT_EQ(glance_client_hello(first).shape, glance_client_hello(second).shape);
}

TEST(Glance, EarlyDataIsSeenWhereItIsOffered) {
  ClientHello hello = offer();
  const base::Bytes without = build(hello);
  hello.extensions.push_back({42, {}});
  const base::Bytes with = build(hello);
  EXPECT_FALSE(glance_client_hello(without).early_data);
  EXPECT_TRUE(glance_client_hello(with).early_data);
}

}  // namespace
}  // namespace whytls::wire
