// SPDX-License-Identifier: Apache-2.0
#include "crypto/dtls13_protection.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "crypto/dtls13_sealer.h"
#include "crypto/schedule.h"

namespace whytls::crypto {
namespace {

using base::Bytes;
using base::ByteView;

const Bytes secret(32, 0x42);
const registry::Suite& aes() { return *registry::suite(0x1301); }

constexpr std::size_t header_size = 5;

std::optional<Dtls13Opener::Opened> open(Dtls13Opener& opener, ByteView record) {
  return opener.open(record.first(header_size), record.subspan(header_size), 0);
}

TEST(Dtls13Opener, OpensRecordsInWhateverOrderTheyCome) {
  const auto opener = Dtls13Opener::make(aes(), secret);
  ASSERT_TRUE(opener);
  for (const std::uint16_t number : {std::uint16_t{0}, std::uint16_t{300}, std::uint16_t{7}}) {
    const auto opened = open(*opener, seal_dtls13(dtls13_keys(aes(), secret), 2, number, Bytes{'o', 'k', 22, 0, 0}));
    ASSERT_TRUE(opened) << number;
    EXPECT_EQ(opened->type, 22);
    EXPECT_EQ(base::text(opened->plain), "ok") << "without its type and padding";
  }
}

TEST(Dtls13Opener, OpensNothingElse) {
  const auto opener = Dtls13Opener::make(aes(), secret);
  const Bytes good = seal_dtls13(dtls13_keys(aes(), secret), 2, 1, Bytes{'o', 'k', 22});
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes bad = good;
    bad[i] ^= i == 0 ? std::uint8_t{1} : std::uint8_t{0x40};
    EXPECT_FALSE(open(*opener, bad)) << "byte " << i;
  }
  EXPECT_FALSE(opener->open(ByteView(good).first(2), ByteView(good).subspan(2), 0)) << "a header that is cut";
  EXPECT_FALSE(opener->open(ByteView(good).first(header_size), ByteView(good).subspan(header_size, 10), 0));
  EXPECT_FALSE(open(*Dtls13Opener::make(aes(), Bytes(32, 0x43)), good)) << "another secret";
  EXPECT_FALSE(open(*opener, seal_dtls13(dtls13_keys(aes(), secret), 2, 2, Bytes{0, 0}))) << "padding without a type";
  EXPECT_TRUE(open(*opener, good));
}

TEST(Dtls13Opener, IsNoneForOtherSuitesAndSecrets) {
  EXPECT_FALSE(Dtls13Opener::make(*registry::suite(0xc02b), secret));
  EXPECT_FALSE(Dtls13Opener::make(aes(), Bytes(48, 1)));
  EXPECT_TRUE(Dtls13Opener::make(*registry::suite(0x1303), secret));
  EXPECT_TRUE(Dtls13Opener::make(*registry::suite(0x1302), Bytes(48, 1)));
}

// RFC 9147 5.9: "dtls13" without the space that "tls13 " has.
TEST(Dtls13Opener, HasLabelsOfItsOwn) {
  const Dtls13Keys keys = dtls13_keys(aes(), secret);
  EXPECT_EQ(keys.key, hkdf_expand_label(registry::Hash::sha256, secret, "key", {}, 16, "dtls13"));
  EXPECT_EQ(keys.number, hkdf_expand_label(registry::Hash::sha256, secret, "sn", {}, 16, "dtls13"));
  EXPECT_NE(keys.key, hkdf_expand_label(registry::Hash::sha256, secret, "key", {}, 16));
}

}  // namespace
}  // namespace whytls::crypto
