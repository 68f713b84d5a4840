// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "wire/handshake.h"

namespace whytls::wire {
namespace {

using base::Bytes;

constexpr std::uint16_t ecdhe_rsa = 0xc02f;
constexpr std::uint16_t ecdh_anon = 0xc018;
constexpr std::uint16_t dhe_rsa = 0x009e;
constexpr std::uint16_t ecdhe_psk = 0xc037;
constexpr std::uint16_t psk = 0x00a8;

const Bytes ecdhe_params{3, 0, 29, 2, 8, 9};
const Bytes signature{4, 1, 0, 2, 6, 7};

Bytes joined(Bytes first, const Bytes& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

TEST(ServerKeyExchange, OfEcdheHasACurveAPointAndASignature) {
  const ServerKeyExchange read = parse_server_key_exchange(joined(ecdhe_params, signature), ecdhe_rsa, 0x0303);
  ASSERT_FALSE(read.malformed);
  EXPECT_EQ(read.group, 29);
  EXPECT_EQ(read.public_key, (Bytes{8, 9}));
  EXPECT_EQ(read.params, ecdhe_params);
  EXPECT_EQ(read.signature_scheme, 0x0401);
  EXPECT_EQ(read.signature, (Bytes{6, 7}));
}

TEST(ServerKeyExchange, BeforeTls12NoAlgorithmPrecedesTheSignature) {
  const ServerKeyExchange read = parse_server_key_exchange(joined(ecdhe_params, {0, 2, 6, 7}), ecdhe_rsa, 0x0302);
  EXPECT_FALSE(read.malformed);
  EXPECT_EQ(read.signature_scheme, 0);
  EXPECT_EQ(read.signature, (Bytes{6, 7}));
  EXPECT_TRUE(parse_server_key_exchange(joined(ecdhe_params, signature), ecdhe_rsa, 0x0302).malformed);
}

TEST(ServerKeyExchange, OfAnAnonymousSuiteIsNotSigned) {
  EXPECT_FALSE(parse_server_key_exchange(ecdhe_params, ecdh_anon, 0x0303).malformed);
  EXPECT_EQ(parse_server_key_exchange(joined(ecdhe_params, signature), ecdh_anon, 0x0303).malformed->field, "ServerKeyExchange");
}

TEST(ServerKeyExchange, ExplicitCurvesAreSeenAndNotReadFurther) {
  const ServerKeyExchange read = parse_server_key_exchange(Bytes{1, 0, 1, 2}, ecdhe_rsa, 0x0303);
  EXPECT_TRUE(read.explicit_curve);
  EXPECT_FALSE(read.malformed);
  EXPECT_EQ(parse_server_key_exchange(Bytes{4, 0, 1, 2}, ecdhe_rsa, 0x0303).malformed->field, "curve_type");
}

TEST(ServerKeyExchange, OfDheHasPrimeGeneratorAndKey) {
  const Bytes params{0, 2, 0xff, 0xfb, 0, 1, 2, 0, 2, 5, 6};
  const ServerKeyExchange read = parse_server_key_exchange(joined(params, signature), dhe_rsa, 0x0303);
  ASSERT_FALSE(read.malformed);
  EXPECT_EQ(read.dh_p, (Bytes{0xff, 0xfb}));
  EXPECT_EQ(read.dh_g, (Bytes{2}));
  EXPECT_EQ(read.public_key, (Bytes{5, 6}));
  EXPECT_EQ(read.params, params);
}

TEST(ServerKeyExchange, OfPskBeginsWithAHint) {
  const ServerKeyExchange hint = parse_server_key_exchange(Bytes{0, 2, 'h', 'i'}, psk, 0x0303);
  EXPECT_FALSE(hint.malformed);
  EXPECT_EQ(hint.psk_hint, (Bytes{'h', 'i'}));
  const ServerKeyExchange both = parse_server_key_exchange(joined({0, 0}, ecdhe_params), ecdhe_psk, 0x0303);
  EXPECT_FALSE(both.malformed);
  EXPECT_EQ(both.group, 29);
}

TEST(ServerKeyExchange, CutAnywhereItSaysWhereAndKeepsTheRest) {
  const Bytes body = joined(ecdhe_params, signature);
  for (std::size_t length = 0; length < body.size(); ++length)
    EXPECT_TRUE(parse_server_key_exchange(base::ByteView(body).first(length), ecdhe_rsa, 0x0303).malformed) << length;
  const ServerKeyExchange read = parse_server_key_exchange(base::ByteView(body).first(8), ecdhe_rsa, 0x0303);
  EXPECT_EQ(read.group, 29);
  EXPECT_EQ(read.malformed->field, "signature");
}

TEST(ServerKeyExchange, OfASuiteThatHasNoneIsRefused) {
  EXPECT_TRUE(parse_server_key_exchange(ecdhe_params, 0x1301, 0x0304).malformed);
  EXPECT_TRUE(parse_server_key_exchange(ecdhe_params, 0xfff0, 0x0303).malformed);
}

}  // namespace
}  // namespace whytls::wire
