// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "wire/handshake.h"

namespace whytls::wire {
namespace {

using base::Bytes;

TEST(HandshakeAssembler, JoinsAMessageThatComesByteByByte) {
  const Bytes message = handshake_message(HandshakeType::finished, Bytes{1, 2, 3});
  HandshakeAssembler assembler;
  for (std::size_t i = 0; i < message.size(); ++i) {
    EXPECT_FALSE(assembler.next());
    EXPECT_EQ(assembler.pending(), i);
    assembler.feed(base::ByteView(message).subspan(i, 1));
  }
  const auto read = assembler.next();
  ASSERT_TRUE(read);
  EXPECT_EQ(read->type, HandshakeType::finished);
  EXPECT_EQ(read->raw, message);
  EXPECT_EQ(read->body().size(), 3U);
  EXPECT_EQ(assembler.pending(), 0U);
}

TEST(HandshakeAssembler, SeparatesMessagesThatCameTogether) {
  Bytes both = handshake_message(HandshakeType::server_hello_done, {});
  const Bytes second = handshake_message(HandshakeType::certificate, Bytes{9});
  both.insert(both.end(), second.begin(), second.end());
  both.push_back(20);  // the start of a third
  HandshakeAssembler assembler;
  assembler.feed(both);
  EXPECT_EQ(assembler.next()->type, HandshakeType::server_hello_done);
  EXPECT_EQ(assembler.next()->raw, second);
  EXPECT_FALSE(assembler.next());
  EXPECT_EQ(assembler.pending(), 1U);
}

TEST(HandshakeAssembler, RefusesAMessageOverItsLimitAndReadsNoFurther) {
  HandshakeAssembler assembler(10);
  assembler.feed(handshake_message(HandshakeType::finished, Bytes(10, 0)));
  EXPECT_TRUE(assembler.next()) << "the limit itself is allowed";
  assembler.feed(Bytes{11, 0, 0, 11});
  EXPECT_FALSE(assembler.next());
  EXPECT_TRUE(assembler.oversized());
  assembler.feed(handshake_message(HandshakeType::finished, {}));
  EXPECT_FALSE(assembler.next());
  EXPECT_EQ(assembler.pending(), 0U);
}

TEST(HandshakeType, HasANameOrANumber) {
  EXPECT_EQ(handshake_type_name(HandshakeType::client_hello), "client_hello");
  EXPECT_EQ(handshake_type_name(HandshakeType::message_hash), "message_hash");
  EXPECT_EQ(handshake_type_name(HandshakeType{99}), "handshake_99");
}

}  // namespace
}  // namespace whytls::wire
