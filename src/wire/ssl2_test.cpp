// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "wire/handshake.h"
#include "wire/record.h"

namespace whytls::wire {
namespace {

using base::Bytes;

Ssl2ClientHello example() {
  Ssl2ClientHello hello;
  hello.version = 0x0301;
  hello.cipher_specs = {0x010080, 0x0700c0, 0x00002f};
  hello.challenge = Bytes(16, 0x5c);
  return hello;
}

TEST(Ssl2ClientHello, IsReadBackFromItsOwnRecord) {
  const Bytes record = build_ssl2_record(example());
  const Framed framed = next_record(record, true);
  ASSERT_EQ(framed.framing, Framing::ssl2);
  EXPECT_EQ(framed.size, record.size());
  EXPECT_EQ(framed.record.version, 0x0301);
  const Ssl2ClientHello read = parse_ssl2_client_hello(framed.record.fragment);
  EXPECT_FALSE(read.malformed);
  EXPECT_EQ(read.version, 0x0301);
  EXPECT_EQ(read.cipher_specs, example().cipher_specs);
  EXPECT_EQ(read.challenge, example().challenge);
  EXPECT_EQ(build_ssl2_record(read), record);
}

TEST(Ssl2ClientHello, EveryPrefixOfItsRecordIsIncomplete) {
  const Bytes record = build_ssl2_record(example());
  for (std::size_t length = 0; length < record.size(); ++length)
    EXPECT_EQ(next_record(base::ByteView(record).first(length), true).framing, Framing::incomplete) << length;
}

TEST(Ssl2ClientHello, KeepsWhatStoodBeforeTheEndOfTheInput) {
  const Bytes record = build_ssl2_record(example());
  const Ssl2ClientHello read = parse_ssl2_client_hello(base::ByteView(record).subspan(2, 9 + 7));
  ASSERT_TRUE(read.malformed);
  EXPECT_EQ(read.malformed->field, "cipher_specs");
  EXPECT_EQ(read.cipher_specs, (std::vector<std::uint32_t>{0x010080, 0x0700c0}));
}

TEST(Ssl2ClientHello, RefusesAnotherTypeTrailingBytesAndOddSpecs) {
  const Bytes record = build_ssl2_record(example());
  Bytes message(record.begin() + 2, record.end());
  message.push_back(0);
  EXPECT_EQ(parse_ssl2_client_hello(message).malformed->field, "V2ClientHello");
  message[0] = 2;
  EXPECT_EQ(parse_ssl2_client_hello(message).malformed->field, "msg_type");
  EXPECT_EQ(parse_ssl2_client_hello(Bytes{1, 0, 2, 0, 4, 0, 0, 0, 0, 1, 0, 0x80, 0}).malformed->field, "cipher_specs");
}

TEST(Ssl2ServerHello, IsReadWithItsCertificate) {
  const Bytes message{4, 0, 1, 0, 2, 0, 2, 0, 3, 0, 1, 0x30, 0x00, 1, 0, 0x80, 0x77};
  const Ssl2ServerHello hello = parse_ssl2_server_hello(message);
  EXPECT_FALSE(hello.malformed);
  EXPECT_FALSE(hello.session_id_hit);
  EXPECT_EQ(hello.certificate_type, 1);
  EXPECT_EQ(hello.version, 2);
  EXPECT_EQ(hello.certificate, (Bytes{0x30, 0x00}));
  EXPECT_EQ(hello.cipher_specs, (std::vector<std::uint32_t>{0x010080}));
  EXPECT_EQ(hello.connection_id, (Bytes{0x77}));
  Bytes record{0x80, static_cast<std::uint8_t>(message.size())};
  record.insert(record.end(), message.begin(), message.end());
  EXPECT_EQ(next_record(record, true).framing, Framing::ssl2);
}

TEST(Ssl2ServerHello, CutShortSaysWhere) {
  const Ssl2ServerHello hello = parse_ssl2_server_hello(Bytes{4, 1, 1, 0, 2, 0, 9, 0, 3, 0, 1, 0x30});
  ASSERT_TRUE(hello.malformed);
  EXPECT_EQ(hello.malformed->field, "certificate");
  EXPECT_TRUE(hello.session_id_hit);
}

TEST(Ssl2Error, IsThreeBytes) {
  EXPECT_EQ(parse_ssl2_error(Bytes{0, 0, 1}), 1);
  EXPECT_FALSE(parse_ssl2_error(Bytes{0, 0}));
  EXPECT_FALSE(parse_ssl2_error(Bytes{1, 0, 1}));
  EXPECT_FALSE(parse_ssl2_error(Bytes{0, 0, 1, 0}));
}

}  // namespace
}  // namespace whytls::wire
