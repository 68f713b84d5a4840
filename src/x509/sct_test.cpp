// SPDX-License-Identifier: Apache-2.0
#include "x509/sct.h"

#include <openssl/sha.h>

#include "base/text.h"
#include "x509/openssl.h"
#include "x509/testing.h"

namespace whytls::x509 {
namespace {

using namespace testing;
using std::chrono::hours;

Digest log_number(std::uint8_t number) {
  Digest out{};
  out.fill(number);
  return out;
}

base::Bytes list_of(const std::vector<Digest>& logs, std::uint64_t time = 1700000000000U, base::ByteView signature = {}) {
  base::Writer out;
  out.prefixed16([&] {
    for (const Digest& log : logs) {
      out.prefixed16([&] {
        out.u8(0);
        out.bytes(log);
        out.u32(static_cast<std::uint32_t>(time >> 32U));
        out.u32(static_cast<std::uint32_t>(time & 0xffffffffU));
        out.u16(0);
        out.u16(0x0403);
        out.prefixed16([&] { out.bytes(signature); });
      });
    }
  });
  return out.take();
}

std::string as_extension(const base::Bytes& list) {
  base::Writer out;
  out.u8(0x04);
  if (list.size() > 127) out.u8(0x82), out.prefixed16([&] { out.bytes(list); });
  if (list.size() <= 127) out.prefixed8([&] { out.bytes(list); });
  return "DER:" + base::hex(out.data());
}

TEST(Sct, lists_are_read_whole) {
  const SctList list = read_scts(list_of({log_number(1), log_number(2)}), SctPlace::handshake);
  EXPECT_EQ(list.malformed, "");
  ASSERT_EQ(list.timestamps.size(), 2U);
  EXPECT_EQ(list.timestamps[1].log, log_number(2));
  EXPECT_EQ(base::date(list.timestamps[0].time), "2023-11-14");
  EXPECT_EQ(list.timestamps[0].place, SctPlace::handshake);
}

TEST(Sct, a_cut_list_gives_what_came_before_the_cut) {
  base::Bytes cut = list_of({log_number(1), log_number(2)});
  cut[3] = 0xff;  // the first entry claims more than there is
  EXPECT_TRUE(read_scts(cut, SctPlace::handshake).timestamps.empty());
  EXPECT_NE(read_scts(cut, SctPlace::handshake).malformed, "");
  cut = list_of({log_number(1), log_number(2)});
  cut.push_back(0);
  EXPECT_NE(read_scts(cut, SctPlace::handshake).malformed, "");
  EXPECT_NE(read_scts({}, SctPlace::handshake).malformed, "");
}

TEST(Sct, embedded_ones_are_found) {
  Chain c;
  c.leaf_as.embedded_scts = true;
  c.issue();
  EXPECT_EQ(embedded_scts(c.leaf.certificate).timestamps.size(), 2U);
  EXPECT_EQ(embedded_scts(c.intermediate.certificate).timestamps.size(), 0U);
}

/// A log's key, and its signature over what RFC 6962 3.2 says.
struct TestLog {
  PrivateKey key = *mint_key("ec-secp256r1", "log");
  Log log;
  Digest id{};
  TestLog() {
    log.key = encode(i2d_PUBKEY, static_cast<const EVP_PKEY*>(key.handle.get()));
    SHA256(log.key.data(), log.key.size(), id.data());
  }
  base::Bytes sign(const base::Bytes& what) const {
    using OwnDigest = Own<EVP_MD_CTX, EVP_MD_CTX_free>;
    const OwnDigest digest(EVP_MD_CTX_new());
    EVP_DigestSignInit(digest.get(), nullptr, EVP_sha256(), nullptr, key.handle.get());
    std::size_t size = 200;
    base::Bytes out(size);
    EXPECT_EQ(EVP_DigestSign(digest.get(), out.data(), &size, what.data(), what.size()), 1);
    out.resize(size);
    return out;
  }
};

base::Bytes to_sign(bool precert, std::uint64_t time, const Digest& issuer_key, const base::Bytes& certificate) {
  base::Writer out;
  out.u16(0);
  out.u32(static_cast<std::uint32_t>(time >> 32U));
  out.u32(static_cast<std::uint32_t>(time & 0xffffffffU));
  out.u16(precert ? 1 : 0);
  if (precert) out.bytes(issuer_key);
  out.prefixed24([&] { out.bytes(certificate); });
  out.u16(0);
  return out.take();
}

TEST(Sct, a_signature_over_the_certificate_is_verified) {
  Chain c;
  c.issue();
  const TestLog log;
  const base::Bytes signature = log.sign(to_sign(false, 1700000000000U, {}, c.leaf.certificate.der));
  const SctList list = read_scts(list_of({log.id}, 1700000000000U, signature), SctPlace::handshake);
  ASSERT_EQ(list.timestamps.size(), 1U);
  EXPECT_EQ(verify_sct(list.timestamps[0], c.leaf.certificate, nullptr, log.log), Verified::yes);
  EXPECT_EQ(verify_sct(list.timestamps[0], c.intermediate.certificate, nullptr, log.log), Verified::no);
  Sct other = list.timestamps[0];
  other.log = log_number(1);
  EXPECT_EQ(verify_sct(other, c.leaf.certificate, nullptr, log.log), Verified::unknown);
}

TEST(Sct, a_signature_over_the_precertificate_is_verified_with_the_issuer) {
  Chain c;
  c.leaf_as.serial = "41424344454647484950515253545556";
  c.leaf_as.key_slot = "logged leaf";
  c.issue();
  const TestLog log;
  unsigned char* tbs = nullptr;
  const int size = i2d_re_X509_tbs(c.leaf.sound.get(), &tbs);
  const base::Bytes without(tbs, tbs + size);
  OPENSSL_free(tbs);
  const base::Bytes signature = log.sign(to_sign(true, 1700000000000U, c.intermediate.certificate.spki_sha256, without));
  Recipe with = c.leaf_as;
  with.extensions.emplace_back("1.3.6.1.4.1.11129.2.4.2", as_extension(list_of({log.id}, 1700000000000U, signature)));
  const Minted logged = must(mint(with, &c.intermediate));
  const SctList list = embedded_scts(logged.certificate);
  ASSERT_EQ(list.timestamps.size(), 1U) << list.malformed;
  EXPECT_EQ(verify_sct(list.timestamps[0], logged.certificate, &c.intermediate.certificate, log.log), Verified::yes);
  EXPECT_EQ(verify_sct(list.timestamps[0], logged.certificate, &c.root.certificate, log.log), Verified::no);
  EXPECT_EQ(verify_sct(list.timestamps[0], logged.certificate, nullptr, log.log), Verified::unknown);
}

std::vector<Sct> timestamps(std::size_t count, SctPlace place) {
  std::vector<Sct> out;
  for (std::size_t i = 0; i < count; ++i) {
    Sct sct;
    sct.place = place;
    sct.log = log_number(static_cast<std::uint8_t>(i + 1));
    out.push_back(sct);
  }
  return out;
}

Certificate leaf_of_days(int days) {
  Certificate leaf;
  leaf.not_before = base::now();
  leaf.not_after = leaf.not_before + hours(24 * days) - std::chrono::seconds(1);
  return leaf;
}

TEST(Sct, two_logs_are_enough_up_to_180_days_and_three_beyond) {
  EXPECT_TRUE(count_scts(leaf_of_days(180), timestamps(2, SctPlace::certificate)).met);
  const Transparency few = count_scts(leaf_of_days(181), timestamps(2, SctPlace::certificate));
  EXPECT_FALSE(few.met);
  EXPECT_EQ(few.wanted, 3U);
  EXPECT_EQ(few.embedded, 2U);
  EXPECT_TRUE(count_scts(leaf_of_days(181), timestamps(3, SctPlace::certificate)).met);
}

TEST(Sct, the_handshake_and_the_staple_count_by_themselves) {
  const Transparency t = count_scts(leaf_of_days(398), timestamps(2, SctPlace::handshake));
  EXPECT_TRUE(t.met);
  EXPECT_EQ(t.wanted, 2U);
  EXPECT_FALSE(count_scts(leaf_of_days(398), timestamps(1, SctPlace::staple)).met);
}

TEST(Sct, a_log_counts_once) {
  std::vector<Sct> twice = timestamps(1, SctPlace::certificate);
  twice.push_back(twice.front());
  EXPECT_EQ(count_scts(leaf_of_days(90), twice).distinct, 1U);
  EXPECT_FALSE(count_scts(leaf_of_days(90), twice).met);
}

}  // namespace
}  // namespace whytls::x509
