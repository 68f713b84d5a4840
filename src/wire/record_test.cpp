// SPDX-License-Identifier: Apache-2.0
#include "wire/record.h"

#include <gtest/gtest.h>

namespace whytls::wire {
namespace {

using base::Bytes;

Bytes record(std::uint8_t type, std::uint16_t version, std::size_t length) {
  base::Writer out;
  out.u8(type);
  out.u16(version);
  out.prefixed16([&] { out.bytes(Bytes(length, 0xab)); });
  return out.take();
}

TEST(NextRecord, ReadsOneRecordAndLeavesTheRest) {
  Bytes input = record(22, 0x0301, 3);
  input.push_back(0x99);
  const Framed framed = next_record(input, true);
  ASSERT_EQ(framed.framing, Framing::record);
  EXPECT_EQ(framed.record.type, ContentType::handshake);
  EXPECT_EQ(framed.record.version, 0x0301);
  EXPECT_EQ(framed.record.fragment.size(), 3U);
  EXPECT_EQ(framed.record.fragment.data(), input.data() + 5) << "it points into the input";
  EXPECT_EQ(framed.size, 8U);
}

TEST(NextRecord, EveryPrefixOfARecordIsIncompleteAndSaysHowMuchItTakes) {
  const Bytes input = record(23, 0x0303, 100);
  for (std::size_t length = 0; length < input.size(); ++length) {
    const Framed framed = next_record(base::ByteView(input).first(length), true);
    EXPECT_EQ(framed.framing, Framing::incomplete) << length;
    EXPECT_EQ(framed.size, length < 5 ? 5U : 105U) << length;
  }
}

TEST(NextRecord, ContentTypesFrom20To26AreRecordsOthersAreNot) {
  for (unsigned type = 0; type <= 0x7f; ++type) {
    const Bytes input = record(static_cast<std::uint8_t>(type), 0x0303, 2);
    EXPECT_EQ(next_record(input, true).framing, type >= 20 && type <= 26 ? Framing::record : Framing::not_tls) << type;
  }
}

TEST(NextRecord, AnOddMinorVersionIsStillARecordAnotherMajorIsNot) {
  EXPECT_EQ(next_record(record(22, 0x0399, 1), true).framing, Framing::record);
  EXPECT_EQ(next_record(record(22, 0x0499, 1), true).framing, Framing::not_tls);
  EXPECT_EQ(next_record(record(22, 0xfefd, 1), true).framing, Framing::not_tls) << "DTLS is not read here";
}

TEST(NextRecord, WhatCannotBeAHeaderIsRefusedAtTheFirstByteThatSaysSo) {
  EXPECT_EQ(next_record(base::view("H"), true).framing, Framing::not_tls);
  EXPECT_EQ(next_record(Bytes{0x16}, true).framing, Framing::incomplete);
  EXPECT_EQ(next_record(Bytes{0x16, 0x04}, true).framing, Framing::not_tls);
}

TEST(NextRecord, ALengthOverTheLimitIsOversizedAndOneAtTheLimitIsNot) {
  EXPECT_EQ(next_record(record(23, 0x0303, max_fragment), false).framing, Framing::record);
  EXPECT_EQ(next_record(record(23, 0x0303, max_fragment + 1), false).framing, Framing::oversized);
  EXPECT_EQ(next_record(Bytes{0x17, 3, 3, 0xff, 0xff}, false).framing, Framing::oversized) << "the header alone says so";
}

TEST(NextRecord, AnEmptyFragmentIsARecord) {
  const Framed framed = next_record(record(22, 0x0303, 0), false);
  EXPECT_EQ(framed.framing, Framing::record);
  EXPECT_TRUE(framed.record.fragment.empty());
}

TEST(NextRecord, AnSsl2ErrorIsReadAtTheStartOfAStreamOnly) {
  const Bytes error{0x80, 3, 0, 0, 1};
  const Framed framed = next_record(error, true);
  ASSERT_EQ(framed.framing, Framing::ssl2);
  EXPECT_EQ(framed.record.fragment.size(), 3U);
  EXPECT_EQ(framed.record.version, 2);
  EXPECT_EQ(framed.size, 5U);
  EXPECT_EQ(next_record(error, false).framing, Framing::not_tls);
}

TEST(NextRecord, TheTopBitAloneMakesNoSsl2) {
  EXPECT_EQ(next_record(Bytes{0x80}, true).framing, Framing::incomplete);
  EXPECT_EQ(next_record(Bytes{0x80, 0x2e, 0x01}, true).framing, Framing::incomplete);
  EXPECT_EQ(next_record(Bytes{0x80, 0x2e, 0x01, 0x03, 0x01}, true).framing, Framing::incomplete);
  EXPECT_EQ(next_record(Bytes{0x80, 0x2e, 0x02}, true).framing, Framing::not_tls) << "no message of that type begins a stream";
  EXPECT_EQ(next_record(Bytes{0x80, 0x2e, 0x01, 0x05}, true).framing, Framing::not_tls) << "no version begins so";
  EXPECT_EQ(next_record(Bytes{0x80, 0x03, 0x00, 0x00, 0x09}, true).framing, Framing::not_tls) << "no such error";
  EXPECT_EQ(next_record(Bytes{0x84, 0, 0, 0, 0x10}, true).framing, Framing::not_tls);
}

TEST(WriteRecords, SplitsAtTheGivenSizeAndKeepsAllBytes) {
  base::Writer out;
  const Bytes fragment{1, 2, 3, 4, 5};
  write_records(out, ContentType::handshake, 0x0301, fragment, 2);
  EXPECT_EQ(out.data(), (Bytes{22, 3, 1, 0, 2, 1, 2, 22, 3, 1, 0, 2, 3, 4, 22, 3, 1, 0, 1, 5}));
}

TEST(WriteRecords, AnEmptyFragmentIsOneEmptyRecordAndASplitOutOfRangeIsClamped) {
  base::Writer empty;
  write_records(empty, ContentType::application_data, 0x0303, {});
  EXPECT_EQ(empty.data(), (Bytes{23, 3, 3, 0, 0}));
  base::Writer none;
  write_records(none, ContentType::alert, 0x0303, Bytes{1, 0}, 0);
  EXPECT_EQ(none.size(), 12U);
  base::Writer large;
  write_records(large, ContentType::handshake, 0x0303, Bytes(16385, 0), 70000);
  EXPECT_EQ(large.size(), 16385U + 10);
}

TEST(Alerts, AreKnownByTheirShapeWhereTheHeaderIsDamaged) {
  const auto alert = damaged_alert(Bytes{0, 0, 0, 0, 2, 0, 40});
  ASSERT_TRUE(alert);
  EXPECT_EQ(alert->description, 40);
  EXPECT_TRUE(damaged_alert(Bytes{0x95, 3, 1, 0, 2, 2, 70}));
  EXPECT_FALSE(damaged_alert(Bytes{0, 0, 0, 0, 2, 0, 0}));
  EXPECT_FALSE(damaged_alert(Bytes{0, 0, 0, 0, 2, 2, 77})) << "77 is no alert";
  EXPECT_FALSE(damaged_alert(Bytes{0, 0, 0, 0, 3, 2, 40}));
  EXPECT_FALSE(damaged_alert(Bytes{0, 0, 0, 0, 2, 2, 40, 0}));
  EXPECT_FALSE(damaged_alert(Bytes{0, 0, 0, 0, 2, 2}));
}

TEST(Alerts, AreTwoBytesAndAnythingElseIsNone) {
  const auto alert = parse_alert(Bytes{2, 40});
  ASSERT_TRUE(alert);
  EXPECT_EQ(alert->level, 2);
  EXPECT_EQ(alert->description, 40);
  EXPECT_EQ(build_alert(*alert), (Bytes{2, 40}));
  EXPECT_FALSE(parse_alert(Bytes{2}));
  EXPECT_FALSE(parse_alert(Bytes{2, 40, 0}));
  EXPECT_FALSE(parse_alert({}));
}

}  // namespace
}  // namespace whytls::wire
