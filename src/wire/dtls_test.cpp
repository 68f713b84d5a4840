// SPDX-License-Identifier: Apache-2.0
#include "wire/dtls.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "wire/dtls_builder.h"
#include "wire/shuffled.h"

namespace whytls::wire {
namespace {

using base::Bytes;
using base::ByteView;
using built::dtls_fragment, built::dtls_record;
using built::operator+;  // NOLINT(misc-unused-using-decls): clang-tidy 14 overlooks operators
using enum HandshakeType;

DtlsFragment piece(HandshakeType type, std::uint16_t sequence, ByteView body, std::size_t offset, std::size_t size) {
  return {type, static_cast<std::uint32_t>(body.size()), sequence, static_cast<std::uint32_t>(offset), body.subspan(offset, size)};
}

TEST(Dtls, ReadsTheHeaderOfARecord) {
  const Bytes input = dtls_record(22, 0xfefd, 1, 0x010203040506, Bytes{1, 2, 3}) + Bytes{9};
  const auto found = next_dtls_record(input);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->type, ContentType::handshake);
  EXPECT_EQ(found->version, 0xfefd);
  EXPECT_EQ(found->epoch, 1);
  EXPECT_EQ(found->sequence, 0x010203040506U);
  EXPECT_EQ(found->fragment.size(), 3U);
  EXPECT_EQ(found->size, 16U);
  EXPECT_FALSE(next_dtls_record(ByteView(input).first(15))) << "a record does not go on in the next datagram";
  EXPECT_TRUE(next_dtls_record(dtls_record(22, 0x0100, 0, 0, Bytes{1})));
  EXPECT_FALSE(next_dtls_record(dtls_record(22, 0x0303, 0, 0, Bytes{1}))) << "TLS is not spoken over datagrams";
  EXPECT_FALSE(next_dtls_record(dtls_record(19, 0xfefd, 0, 0, Bytes{1})));
  EXPECT_FALSE(next_dtls_record({}));
}

TEST(Dtls, ReadsAConnectionIdBeforeTheLength) {
  Bytes input = dtls_record(25, 0xfefd, 1, 7, Bytes(20, 1));
  const Bytes id{0xaa, 0xbb, 0xcc};
  input.insert(input.begin() + 11, id.begin(), id.end());
  const auto found = next_dtls_record(input, id.size());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->fragment.size(), 20U);
  EXPECT_EQ(found->size, input.size());
}

TEST(Dtls, ReadsTheUnifiedHeader) {
  const Bytes with_length = Bytes{0x2e, 0x12, 0x34, 0x00, 0x10} + Bytes(16, 7);
  const auto found = next_dtls_record(with_length);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->unified);
  EXPECT_EQ(found->epoch, 2);
  EXPECT_EQ(found->fragment.size(), 16U);
  EXPECT_EQ(found->size, 21U);
  const auto to_the_end = next_dtls_record(Bytes{0x23, 0x12} + Bytes(30, 7));
  ASSERT_TRUE(to_the_end);
  EXPECT_EQ(to_the_end->epoch, 3);
  EXPECT_EQ(to_the_end->fragment.size(), 30U);
  const auto named = next_dtls_record(Bytes{0x32, 1, 2, 3, 4, 0x12} + Bytes(16, 7), 4);
  ASSERT_TRUE(named);
  EXPECT_EQ(named->fragment.size(), 16U);
  EXPECT_FALSE(next_dtls_record(Bytes{0x23, 0x12} + Bytes(15, 7))) << "shorter than what the mask is made of";
}

TEST(Dtls, KnowsABeginningFromOtherProtocols) {
  const Bytes hello(60, 5);
  const Bytes good = dtls_record(22, 0xfeff, 0, 0, dtls_fragment(client_hello, 0, hello, 0, 60));
  EXPECT_TRUE(begins_dtls(good));
  EXPECT_TRUE(begins_dtls(dtls_record(22, 0xfefd, 0, 2, dtls_fragment(client_hello, 1, hello, 20, 40)))) << "a part of one";
  EXPECT_TRUE(begins_dtls(dtls_record(22, 0xfefd, 0, 0, dtls_fragment(server_hello, 0, hello, 0, 60)) +
                          dtls_record(22, 0xfefd, 0, 1, dtls_fragment(server_hello_done, 1, {}, 0, 0))));
  EXPECT_FALSE(begins_dtls(good + Bytes{1})) << "something follows that is no record";
  EXPECT_FALSE(begins_dtls(dtls_record(22, 0xfefd, 1, 0, Bytes(60, 1)))) << "protected: nothing tells it from noise";
  EXPECT_FALSE(begins_dtls(dtls_record(23, 0xfefd, 0, 0, hello)));
  EXPECT_FALSE(begins_dtls(dtls_record(22, 0xfefd, 0, 0, dtls_fragment(HandshakeType{99}, 0, hello, 0, 60))));
  Bytes torn = dtls_fragment(client_hello, 0, hello, 0, 60);
  torn[11] = 61;
  EXPECT_FALSE(begins_dtls(dtls_record(22, 0xfefd, 0, 0, torn)));
  EXPECT_FALSE(begins_dtls({}));
}

TEST(Dtls, TakesTheCookieOutOfAClientHello) {
  const Bytes front = Bytes{0xfe, 0xfd} + Bytes(32, 7) + Bytes{2, 0xaa, 0xbb};
  const Bytes rest{0, 2, 0xc0, 0x2b, 1, 0};
  const Bytes cookie{3, 1, 2, 3};
  EXPECT_EQ(tls_form(client_hello, front + cookie + rest).raw, handshake_message(client_hello, front + rest));
  const ClientHello hello = parse_client_hello(tls_form(client_hello, front + cookie + rest).body());
  EXPECT_FALSE(hello.malformed);
  EXPECT_EQ(hello.cipher_suites, std::vector<std::uint16_t>{0xc02b});
  const Bytes cut = front + Bytes{9, 1};
  EXPECT_EQ(tls_form(client_hello, cut).raw, handshake_message(client_hello, cut)) << "what is malformed stays";
  EXPECT_EQ(tls_form(server_hello, front).raw, handshake_message(server_hello, front));
}

TEST(Dtls, ReadsAHelloVerifyRequest) {
  const HelloVerifyRequest request = parse_hello_verify_request(Bytes{0xfe, 0xff, 3, 7, 8, 9});
  EXPECT_FALSE(request.malformed);
  EXPECT_EQ(request.version, 0xfeff);
  EXPECT_EQ(request.cookie, Bytes({7, 8, 9}));
  EXPECT_TRUE(parse_hello_verify_request(Bytes{0xfe, 0xff, 3, 7, 8}).malformed);
}

TEST(DtlsAssembler, GivesMessagesInTheirOrderWithTheFragmentThatCompletesThem) {
  const Bytes first(10, 1), second(6, 2);
  DtlsAssembler assembler;
  assembler.add(piece(certificate, 1, second, 0, 6), {1, 0});
  EXPECT_FALSE(assembler.next());
  assembler.add(piece(server_hello, 0, first, 5, 5), {2, 0});
  EXPECT_EQ(assembler.missing(), 10U);
  assembler.add(piece(server_hello, 0, first, 0, 6), {3, 0});
  const auto hello = assembler.next();
  ASSERT_TRUE(hello);
  EXPECT_EQ(hello->message.raw, handshake_message(server_hello, first));
  EXPECT_EQ(hello->mark.packet, 3U);
  const auto chain = assembler.next();
  ASSERT_TRUE(chain);
  EXPECT_EQ(chain->message.type, certificate);
  EXPECT_EQ(chain->mark.packet, 3U) << "it could not be read before";
  assembler.add(piece(certificate, 1, second, 0, 6), {4, 0});
  EXPECT_FALSE(assembler.next()) << "sent again";
}

TEST(DtlsAssembler, PassesOverWhatWasLost) {
  const Bytes body(10, 1);
  DtlsAssembler assembler;
  assembler.add(piece(server_hello, 0, body, 0, 5));
  assembler.add(piece(certificate, 1, body, 0, 10), {7, 0});
  assembler.add(piece(server_hello_done, 3, {}, 0, 0), {8, 0});
  EXPECT_FALSE(assembler.next());
  EXPECT_EQ(assembler.next_whole()->message.type, certificate);
  EXPECT_EQ(assembler.next_whole()->message.type, server_hello_done);
  EXPECT_FALSE(assembler.next_whole());
}

TEST(DtlsAssembler, IsBounded) {
  DtlsAssembler assembler;
  const Bytes body(10, 1);
  assembler.add(piece(certificate, DtlsAssembler::furthest, body, 0, 10));
  EXPECT_TRUE(assembler.dropped());
  EXPECT_EQ(assembler.memory(), 0U);
  DtlsFragment large = piece(certificate, 0, body, 0, 10);
  large.length = DtlsAssembler::longest + 1;
  assembler.add(large);
  EXPECT_EQ(assembler.memory(), 0U);
}

struct Flight {
  std::vector<std::pair<HandshakeType, Bytes>> messages;
  std::vector<DtlsFragment> pieces;
};

/// Cut anyhow, in any order, some of it twice.
Flight some_flight() {
  Flight flight;
  const auto count = *rc::gen::inRange<std::size_t>(1, 7);
  for (std::size_t i = 0; i < count; ++i)
    flight.messages.emplace_back(*rc::gen::element(server_hello, certificate, server_key_exchange), *rc::gen::arbitrary<Bytes>());
  for (std::size_t i = 0; i < count; ++i) {
    const auto& [type, body] = flight.messages[i];
    std::size_t begin = 0;
    do {
      const auto size = *rc::gen::inRange<std::size_t>(body.empty() ? 0 : 1, body.size() - begin + 1);
      const auto back = *rc::gen::inRange<std::size_t>(0, begin + 1);
      flight.pieces.push_back(piece(type, static_cast<std::uint16_t>(i), body, begin - back, size + back));
      if (*rc::gen::arbitrary<bool>()) flight.pieces.push_back(flight.pieces.back());
      begin += size;
    } while (begin < body.size());
  }
  return flight;
}

RC_GTEST_PROP(DtlsAssembler, AnyFragmentationOrderAndRepetitionGivesTheSameMessages, ()) {
  const Flight flight = some_flight();
  DtlsAssembler assembler;
  std::vector<Bytes> out;
  for (const DtlsFragment& each : shuffled(flight.pieces)) {
    assembler.add(each);
    while (auto done = assembler.next()) out.push_back(done->message.raw);
  }
  RC_ASSERT(out.size() == flight.messages.size());
  for (std::size_t i = 0; i < out.size(); ++i) RC_ASSERT(out[i] == handshake_message(flight.messages[i].first, flight.messages[i].second));
}

}  // namespace
}  // namespace whytls::wire
