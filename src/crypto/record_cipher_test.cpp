// SPDX-License-Identifier: Apache-2.0
#include "crypto/record_cipher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <set>

#include "crypto/context.h"

namespace whytls::crypto {
namespace {

using base::Bytes;
namespace version = registry::version;

/// Sealer and opener of one direction, with random keys.
struct Pair {
  std::unique_ptr<RecordCipher> sealer, opener;
};
std::optional<Pair> pair_of(const registry::Suite& suite, std::uint16_t one, bool encrypt_then_mac) {
  const std::optional<KeySizes> sizes = key_sizes(suite, one);
  if (!sizes) return std::nullopt;
  const DirectionKeys keys{random_bytes(sizes->mac), random_bytes(sizes->key), random_bytes(sizes->iv)};
  return Pair{make_record_cipher(suite, one, keys, Direction::seal, encrypt_then_mac),
              make_record_cipher(suite, one, keys, Direction::open, encrypt_then_mac)};
}

template <class Check>
std::size_t for_all(Check&& check) {
  std::set<std::string> kinds;
  for (const registry::Suite& suite : registry::suites()) {
    for (const std::uint16_t one : {version::tls10, version::tls11, version::tls12, version::tls13}) {
      if (one < suite.min_version || one > suite.max_version) continue;
      for (const bool etm : {false, true}) {
        std::optional<Pair> pair = pair_of(suite, one, etm);
        if (!pair) continue;
        const std::string kind = std::string(suite.cipher) + "/" + std::to_string(static_cast<int>(suite.mode)) + "/" +
                                 std::to_string(static_cast<int>(suite.mac)) + "/" + std::to_string(one) + (etm ? "/etm" : "");
        if (!kinds.insert(kind).second) continue;
        SCOPED_TRACE(kind);
        EXPECT_TRUE(pair->sealer && pair->opener);
        check(*pair, one, suite);
      }
    }
  }
  return kinds.size();
}

TEST(RecordCipher, opens_what_it_sealed_in_each_suite_and_version) {
  const std::size_t kinds = for_all([](Pair& pair, std::uint16_t one, const registry::Suite&) {
    const std::uint16_t outer = std::min(one, version::tls12);
    for (const std::size_t size : std::initializer_list<std::size_t>{0, 1, 15, 16, 17, 255, 16384}) {
      const Bytes plain = random_bytes(size);
      const auto sealed = pair.sealer->seal(22, outer, plain);
      ASSERT_TRUE(sealed);
      const auto opened = pair.opener->open(pair.sealer->outer_type(22), outer, *sealed);
      ASSERT_TRUE(opened) << size;
      EXPECT_EQ(opened->type, 22);
      EXPECT_EQ(opened->plain, plain);
    }
  });
  EXPECT_GE(kinds, 40U);
}

TEST(RecordCipher, refuses_a_changed_bit_and_a_repeated_record) {
  for_all([](Pair& pair, std::uint16_t one, const registry::Suite&) {
    const std::uint16_t outer = std::min(one, version::tls12);
    const Bytes plain = random_bytes(40);
    Bytes first = pair.sealer->seal(23, outer, plain).value();
    ASSERT_TRUE(pair.opener->open(23, outer, first));
    EXPECT_FALSE(pair.opener->open(23, outer, first));  // the sequence number has moved on
  });
  for_all([](Pair& pair, std::uint16_t one, const registry::Suite&) {
    const std::uint16_t outer = std::min(one, version::tls12);
    Bytes record = pair.sealer->seal(23, outer, random_bytes(40)).value();
    record[record.size() / 2] ^= 1U;
    EXPECT_FALSE(pair.opener->open(23, outer, record));
  });
}

TEST(RecordCipher, refuses_records_that_are_too_short) {
  for_all([](Pair& pair, std::uint16_t one, const registry::Suite&) {
    for (const std::size_t size : std::initializer_list<std::size_t>{0, 1, 7, 8, 16})
      EXPECT_FALSE(pair.opener->open(23, std::min(one, version::tls12), Bytes(size, 0)));
  });
}

TEST(RecordCipher, hides_the_content_type_in_tls13_only) {
  for_all([](Pair& pair, std::uint16_t one, const registry::Suite&) {
    EXPECT_EQ(pair.sealer->outer_type(22), one == version::tls13 ? 23 : 22);
  });
}

TEST(RecordCipher, is_absent_for_suites_that_libcrypto_lacks) {
  for (const std::string_view name : {"TLS_RSA_EXPORT_WITH_RC4_40_MD5", "TLS_RSA_WITH_CAMELLIA_128_GCM_SHA256", "TLS_NULL_WITH_NULL_NULL",
                                      "TLS_GOSTR341112_256_WITH_KUZNYECHIK_CTR_OMAC"}) {
    const auto code = registry::suite_code(name);
    ASSERT_TRUE(code) << name;
    EXPECT_FALSE(key_sizes(*registry::suite(*code), version::tls12)) << name;
  }
  const registry::Suite& aes = *registry::suite(0x002f);
  EXPECT_FALSE(key_sizes(aes, version::ssl3));
  EXPECT_EQ(make_record_cipher(aes, version::tls12, {}, Direction::seal, false), nullptr);
}

TEST(KeyBlock, gives_each_direction_its_own_keys) {
  const registry::Suite& suite = *registry::suite(0x002f);
  const auto block = key_block(suite, version::tls10, Bytes(48, 1), Bytes(32, 2), Bytes(32, 3)).value();
  EXPECT_EQ(block.client.mac.size(), 20U);
  EXPECT_EQ(block.client.key.size(), 16U);
  EXPECT_EQ(block.client.iv.size(), 16U);
  EXPECT_NE(block.client.key, block.server.key);
  EXPECT_TRUE(key_block(suite, version::tls11, Bytes(48, 1), Bytes(32, 2), Bytes(32, 3))->client.iv.empty());
}

}  // namespace
}  // namespace whytls::crypto
