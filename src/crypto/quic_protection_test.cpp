// SPDX-License-Identifier: Apache-2.0
#include "crypto/quic_protection.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "crypto/hash.h"
#include "crypto/quic_sealer.h"
#include "crypto/schedule.h"

namespace whytls::crypto {
namespace {

using base::Bytes;
using base::ByteView;

Bytes bytes_of(std::string_view hex) { return *base::unhex(hex); }

const registry::Suite& aes() { return *registry::suite(0x1301); }
const Bytes salt_v1 = bytes_of("38762cf7f55934b34d179ae6a4c80cadccbb7f0a");
const Bytes salt_v2 = bytes_of("0dede3def700a6db819381be6e269dcbf9bd2ed9");
const Bytes connection_id = bytes_of("8394c8f03e515708");

/// RFC 9001 A.2 and RFC 9369 A.2: the same frames in both, filled up with zeros.
Bytes client_payload() {
  Bytes out = bytes_of(
      "060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a2b69484c00000413011302010000c000000010000e00000b657861"
      "6d706c652e636f6dff01000100000a00080006001d0017001800100007000504616c706e000500050100000000003300260024001d00209370b2c9caa47fbabaf4"
      "559fedba753de171fa71f50f1ce15d43e994ec74d748002b0003020304000d0010000e0403050306030203080408050806002d00020101001c0002400100390032"
      "0408ffffffffffffffff05048000ffff07048000ffff0801100104800075300901100f088394c8f03e51570806048000ffff");
  out.resize(1162);
  return out;
}
/// A.3 of both.
const Bytes server_payload = bytes_of(
    "02000000000600405a020000560303eefce7f7b37ba1d1632e96677825ddf73988cfc79825df566dc5430b9a045a1200130100002e00330024001d00209d3c940d8969"
    "0b84d08a60993c144eca684d1081287c834d5311bcf32bb9da1a002b00020304");

struct Vector {
  const char* name;
  QuicLabels labels;
  Bytes salt;
  const char *client_key, *client_iv, *client_header;
  const char *client_plain_header, *client_front, *client_end;
  const char* server_packet;
};
void PrintTo(const Vector& vector, std::ostream* out) { *out << vector.name; }

class QuicVectors : public testing::TestWithParam<Vector> {};

TEST_P(QuicVectors, KeysAndPacketsAreThoseOfTheRfc) {
  const Vector& one = GetParam();
  const QuicInitialSecrets secrets = quic_initial_secrets(one.salt, connection_id);
  const QuicKeys keys = quic_keys(aes(), secrets.client, one.labels);
  EXPECT_EQ(base::hex(keys.key), one.client_key);
  EXPECT_EQ(base::hex(keys.iv), one.client_iv);
  EXPECT_EQ(base::hex(keys.header), one.client_header);

  const Bytes sealed = seal_quic(keys, bytes_of(one.client_plain_header), 4, 2, client_payload());
  ASSERT_EQ(sealed.size(), 1200U);
  EXPECT_EQ(base::hex(ByteView(sealed).first(64)), one.client_front);
  EXPECT_EQ(base::hex(ByteView(sealed).last(16)), one.client_end);
  const auto client = QuicOpener::make(aes(), secrets.client, one.labels);
  const auto opened = client->open(sealed, 18);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->number, 2U);
  EXPECT_EQ(base::hex(opened->payload), base::hex(client_payload()));

  const auto server = QuicOpener::make(aes(), secrets.server, one.labels);
  const auto answer = server->open(bytes_of(one.server_packet), 18);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->number, 1U);
  EXPECT_EQ(base::hex(answer->payload), base::hex(server_payload));
  EXPECT_FALSE(client->open(bytes_of(one.server_packet), 18)) << "the other side's keys";
}

INSTANTIATE_TEST_SUITE_P(
    Rfc, QuicVectors,
    testing::Values(Vector{"v1", QuicLabels::v1, salt_v1, "1f369613dd76d5467730efcbe3b1a22d", "fa044b2f42a3fd3b46fb255c",
                           "9f50449e04a0e810283a1e9933adedd2", "c300000001088394c8f03e5157080000449e00000002",
                           "c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11d242b123dc9bd8bab936b47d92ec356c0bab7df5976d27c"
                           "d449f63300099f399",
                           "e221af44860018ab0856972e194cd934",
                           "cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69797554780bb38cc5a99f5ede4cf"
                           "73c3ec2493a1839b3"
                           "dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3"
                           "d20398c276456cbc4"
                           "2158407dd074ee"},
                    Vector{"v2", QuicLabels::v2, salt_v2, "8b1a0bc121284290a29e0971b5cd045d", "91f73e2351d8fa91660e909f",
                           "45b95e15235d6f45a6b19cbcb0294ba9", "d36b3343cf088394c8f03e5157080000449e00000002",
                           "d76b3343cf088394c8f03e5157080000449ea0c95e82ffe67b6abcdb4298b485dd04de806071bf03dceebfa162e75d6c96058bdbfb127cd"
                           "fcbf903388e99ad04",
                           "a18b2faa745b6fe189cf772a9f84cbfc",
                           "dc6b3343cf0008f067a5502a4262b5004075d92faaf16f05d8a4398c47089698baeea26b91eb761d9b89237bbf87263017915358230035f"
                           "7fd3945d88965cf17"
                           "f9af6e16886c61bfc703106fbaf3cb4cfa52382dd16a393e42757507698075b2c984c707f0a0812d8cd5a6881eaf21ceda98f4bd23f6fe1"
                           "a3e2c43edd9ce7ca8"
                           "4bed8521e2e140"}),
    [](const auto& each) { return std::string(each.param.name); });

// RFC 9001 A.5, RFC 9369 A.5: a short header without a connection id.
TEST(QuicOpener, OpensTheChaCha20PacketsOfTheRfcs) {
  const Bytes secret = bytes_of("9ac312a7f877468ebe69422748ad00a15443f18203a07d6060f688f30f21632b");
  const registry::Suite& chacha = *registry::suite(0x1303);
  EXPECT_EQ(base::hex(quic_keys(chacha, secret, QuicLabels::v1).header),
            "25a282b9e82f06f21f488917a4fc8f1b73573685608597d0efcb076b0ab7a7a4");
  for (const auto& [labels, packet] : {std::pair{QuicLabels::v1, "4cfe4189655e5cd55c41f69080575d7999c25a5bfb"},
                                       std::pair{QuicLabels::v2, "5558b1c60ae7b6b932bc27d786f4bc2bb20f2162ba"}}) {
    const auto opener = QuicOpener::make(chacha, secret, labels);
    // The RFC's packet number is 654,360,564, sent in three bytes: nobody who saw none before could know it.
    EXPECT_FALSE(opener->open(bytes_of(packet), 1));
    opener->expect(654360564);
    const auto opened = opener->open(bytes_of(packet), 1);
    ASSERT_TRUE(opened);
    EXPECT_EQ(base::hex(opened->payload), "01");
    EXPECT_EQ(opened->number, 654360564U);
  }
}

Bytes short_packet(ByteView secret, std::uint64_t number, bool phase, ByteView payload, QuicLabels labels,
                   const QuicKeys* header = nullptr) {
  QuicKeys keys = quic_keys(aes(), secret, labels);
  if (header != nullptr) keys.header = header->header;  // RFC 9001 6: it does not change with an update
  const Bytes front{static_cast<std::uint8_t>(0x41U | (phase ? 4U : 0U)), 0xaa, static_cast<std::uint8_t>(number >> 8U),
                    static_cast<std::uint8_t>(number)};
  return seal_quic(keys, front, 2, number, payload);
}

TEST(QuicOpener, FollowsKeyUpdates) {
  for (const QuicLabels labels : {QuicLabels::v1, QuicLabels::v2}) {
    Bytes secret(32, 7);
    const QuicKeys first = quic_keys(aes(), secret, labels);
    const auto opener = QuicOpener::make(aes(), secret, labels);
    bool phase = false;
    for (std::uint64_t number = 0; number < 8; ++number) {
      if (number % 2 == 0 && number > 0) {
        secret = hkdf_expand_label(registry::Hash::sha256, secret, labels == QuicLabels::v1 ? "quic ku" : "quicv2 ku", {}, 32);
        phase = !phase;
      }
      const auto opened = opener->open(short_packet(secret, number, phase, Bytes(30, 1), labels, &first), 2);
      ASSERT_TRUE(opened) << number;
      EXPECT_EQ(opened->number, number);
    }
    EXPECT_FALSE(opener->open(short_packet(Bytes(32, 9), 9, !phase, Bytes(30, 1), labels), 2)) << "another's";
    EXPECT_TRUE(opener->open(short_packet(secret, 10, phase, Bytes(30, 1), labels, &first), 2)) << "and it changed nothing";
  }
}

TEST(QuicOpener, OpensEverySuiteThatQuicHas) {
  for (std::uint16_t code = 0x1301; code <= 0x1304; ++code) {
    const registry::Suite& suite = *registry::suite(code);
    const auto opener = QuicOpener::make(suite, Bytes(hash_size(suite.prf), 7), QuicLabels::v1);
    ASSERT_TRUE(opener) << suite.name;
    EXPECT_FALSE(opener->open(Bytes(100, 0x40), 9));
    EXPECT_FALSE(QuicOpener::make(suite, Bytes(31, 7), QuicLabels::v1));
  }
  EXPECT_FALSE(QuicOpener::make(*registry::suite(0x1305), Bytes(32, 7), QuicLabels::v1));
  EXPECT_FALSE(QuicOpener::make(*registry::suite(0xc02f), Bytes(32, 7), QuicLabels::v1));
}

TEST(QuicOpener, RefusesWhatIsTooShortOrChanged) {
  const auto opener = QuicOpener::make(aes(), Bytes(32, 7), QuicLabels::v1);
  Bytes packet = short_packet(Bytes(32, 7), 1, false, Bytes(20, 1), QuicLabels::v1);
  for (std::size_t size = 0; size < packet.size(); ++size) EXPECT_FALSE(opener->open(ByteView(packet).first(size), 2));
  packet.back() ^= 1U;
  EXPECT_FALSE(opener->open(packet, 2));
  packet.back() ^= 1U;
  EXPECT_TRUE(opener->open(packet, 2));
}

}  // namespace
}  // namespace whytls::crypto
