// SPDX-License-Identifier: Apache-2.0
#include "crypto/schedule.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "crypto/hash.h"
#include "crypto/record_cipher.h"
#include "crypto/rfc8448_trace.h"
#include "crypto/signature.h"

namespace whytls::crypto {
namespace {

using base::Bytes;
using registry::Hash;
namespace version = registry::version;

Bytes bytes(std::string_view hex) { return base::unhex(hex).value(); }
std::string hex(base::ByteView value) { return base::hex(value); }

// ---- PRF: the vectors of the TLS working group's list ("TLS 1.2 Test vectors", 2010; TLS 1.0: RFC 2246 5 as openssl computes it) ----

TEST(Prf, of_tls12_with_sha256_gives_the_published_bytes) {
  EXPECT_EQ(hex(prf(version::tls12, Hash::sha256, bytes("9bbe436ba940f017b17652849a71db35"), "test label",
                    bytes("a0ba9f936cda311827a6f796ffd5198c"), 100)),
            "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564b"
            "ab4fbc91666e9d"
            "ef9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66");
}

TEST(Prf, of_tls12_with_sha384_gives_the_published_bytes) {
  EXPECT_EQ(hex(prf(version::tls12, Hash::sha384, bytes("b80b733d6ceefcdc71566ea48e5567df"), "test label",
                    bytes("cd665cf6a8447dd6ff8b27555edb7465"), 48)),
            "7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cde9ca0faa60be9fe34f82b1233c9146a0");
}

TEST(Prf, below_tls12_mixes_md5_and_sha1) {
  const std::string expected =
      "d3d4d1e349b5d515044666d51de32bab258cb521b6b053463e354832fd976754443bcf9a296519bc289abcbc1187e4ebd31e602353776c408aafb74cbc85eff69255"
      "f9788faa184cbb"
      "957a9819d84a5d7eb006eb459d3ae8de9810454b8b2d8f1afbc655a8c9a013";
  for (const std::uint16_t one : {version::tls10, version::tls11}) {
    EXPECT_EQ(hex(prf(one, Hash::sha256, Bytes(48, 0xab), "PRF Testvector", Bytes(64, 0xcd), 104)), expected);
  }
}

TEST(Prf, differs_for_another_label_and_for_an_odd_secret) {
  const Bytes secret(47, 0xab);
  EXPECT_NE(prf(version::tls10, Hash::none, secret, "a", {}, 16), prf(version::tls10, Hash::none, secret, "b", {}, 16));
  EXPECT_EQ(prf(version::tls10, Hash::none, secret, "a", {}, 5).size(), 5U);
}

TEST(MasterSecret, extended_and_plain_differ_and_are_48_bytes) {
  const Bytes plain = master_secret(version::tls12, Hash::sha256, Bytes(48, 1), Bytes(32, 2), Bytes(32, 3));
  const Bytes extended = extended_master_secret(version::tls12, Hash::sha256, Bytes(48, 1), Bytes(32, 4));
  EXPECT_EQ(plain.size(), 48U);
  EXPECT_EQ(extended.size(), 48U);
  EXPECT_NE(plain, extended);
}

TEST(HandshakeHash, is_md5_and_sha1_side_by_side_below_tls12) {
  EXPECT_EQ(hex(handshake_hash(version::tls11, Hash::sha256, {})),
            "d41d8cd98f00b204e9800998ecf8427eda39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(hex(handshake_hash(version::tls12, Hash::sha256, {})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

// ---- HKDF and the schedule: RFC 8448 3 ------------------------------------------------------------------------------

class Rfc8448 : public ::testing::Test {
 protected:
  Bytes messages(std::initializer_list<std::string_view> parts) const {
    Bytes out;
    for (const std::string_view part : parts) {
      const Bytes more = bytes(part);
      out.insert(out.end(), more.begin(), more.end());
    }
    return out;
  }
  Bytes hash(std::initializer_list<std::string_view> parts) const { return digest(Hash::sha256, messages(parts)); }
  Schedule13 begun() const {
    return Schedule13::begin(Hash::sha256, bytes(rfc8448::shared_secret), hash({rfc8448::client_hello, rfc8448::server_hello}));
  }
};

TEST_F(Rfc8448, gives_the_handshake_secrets) {
  const Schedule13 schedule = begun();
  EXPECT_EQ(hex(schedule.client_handshake), "b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21");
  EXPECT_EQ(hex(schedule.server_handshake), "b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38");
  EXPECT_EQ(hex(schedule.master), "18df06843d13a08bf2a449844c5f8a478001bc4d4c627984d5a41da8d0402919");
}

TEST_F(Rfc8448, gives_the_application_secrets) {
  Schedule13 schedule = begun();
  schedule.applications(hash({rfc8448::client_hello, rfc8448::server_hello, rfc8448::encrypted_extensions, rfc8448::certificate,
                              rfc8448::certificate_verify, rfc8448::finished}));
  EXPECT_EQ(hex(schedule.client_application), "9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5");
  EXPECT_EQ(hex(schedule.server_application), "a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643");
}

TEST_F(Rfc8448, gives_the_servers_finished) {
  const Schedule13 schedule = begun();
  const Bytes through = hash(
      {rfc8448::client_hello, rfc8448::server_hello, rfc8448::encrypted_extensions, rfc8448::certificate, rfc8448::certificate_verify});
  EXPECT_EQ(hex(schedule.finished(schedule.server_handshake, through)), std::string(rfc8448::finished).substr(8));
  EXPECT_NE(hex(schedule.finished(schedule.client_handshake, through)), std::string(rfc8448::finished).substr(8));
}

TEST_F(Rfc8448, opens_the_servers_flight_and_seals_the_clients_finished) {
  const Schedule13 schedule = begun();
  const registry::Suite* suite = registry::suite(0x1301);
  ASSERT_NE(suite, nullptr);
  const DirectionKeys server = traffic_keys(*suite, schedule.server_handshake).value();
  EXPECT_EQ(hex(server.key), "3fce516009c21727d0f2e4e86ee403bc");
  EXPECT_EQ(hex(server.iv), "5d313eb2671276ee13000b30");
  auto opener = make_record_cipher(*suite, version::tls13, server, Direction::open, false);
  const std::optional<Opened> flight = opener->open(23, 0x0303, bytes(rfc8448::server_flight));
  ASSERT_TRUE(flight);
  EXPECT_EQ(flight->type, 22);
  EXPECT_EQ(flight->plain, messages({rfc8448::encrypted_extensions, rfc8448::certificate, rfc8448::certificate_verify, rfc8448::finished}));

  const Bytes through = hash({rfc8448::client_hello, rfc8448::server_hello, rfc8448::encrypted_extensions, rfc8448::certificate,
                              rfc8448::certificate_verify, rfc8448::finished});
  Bytes finished = bytes("14000020");
  const Bytes mac = schedule.finished(schedule.client_handshake, through);
  finished.insert(finished.end(), mac.begin(), mac.end());
  auto sealer = make_record_cipher(*suite, version::tls13, traffic_keys(*suite, schedule.client_handshake).value(), Direction::seal, false);
  EXPECT_EQ(hex(sealer->seal(22, 0x0303, finished).value()), rfc8448::client_finished_record);
}

TEST_F(Rfc8448, verifies_the_servers_signature_and_no_other) {
  const Bytes certificate = bytes(rfc8448::certificate);
  const Key key = certificate_key(base::ByteView(certificate).subspan(11, certificate.size() - 13));
  ASSERT_TRUE(key);
  EXPECT_EQ(key_type(key.get()), "rsa");
  const Bytes through = hash({rfc8448::client_hello, rfc8448::server_hello, rfc8448::encrypted_extensions, rfc8448::certificate});
  Bytes signature = bytes(rfc8448::certificate_verify);
  signature.erase(signature.begin(), signature.begin() + 8);
  EXPECT_EQ(verify(key.get(), 0x0804, certificate_verify_content(true, through), signature), Verdict::valid);
  EXPECT_EQ(verify(key.get(), 0x0804, certificate_verify_content(false, through), signature), Verdict::invalid);
  EXPECT_EQ(verify(key.get(), 0x0403, certificate_verify_content(true, through), signature), Verdict::invalid);
  signature.back() ^= 1U;
  EXPECT_EQ(verify(key.get(), 0x0804, certificate_verify_content(true, through), signature), Verdict::invalid);
}

TEST(HkdfExpandLabel, gives_as_many_bytes_as_asked) {
  for (const std::size_t size : std::initializer_list<std::size_t>{0, 1, 31, 32, 33, 255})
    EXPECT_EQ(hkdf_expand_label(Hash::sha256, Bytes(32, 1), "key", {}, size).size(), size);
}

TEST(Hmac, of_an_empty_key_and_of_parts_is_as_of_the_whole) {
  EXPECT_EQ(hex(hmac(Hash::sha256, {}, {})), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  EXPECT_EQ(hmac(Hash::sha1, Bytes(3, 1), {Bytes(2, 2), Bytes(3, 2)}), hmac(Hash::sha1, Bytes(3, 1), {Bytes(5, 2)}));
  EXPECT_TRUE(hmac(Hash::other, {}, {}).empty());
}

}  // namespace
}  // namespace whytls::crypto
