// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/file/capture_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/file.h"
#include "sources/capture/capture_builder.h"

namespace whytls::sources::capture {
namespace {

using built::Bytes;
using built::bytes;

struct Read {
  std::vector<Bytes> packets;
  std::vector<Packet> heads;  ///< their bytes are gone
  std::string damage, error, secrets;
};

Read read(const Bytes& of) {
  Read out;
  auto file = CaptureFile::read(base::Input::of(of, "x.pcap"));
  if (!file) {
    out.error = file.error().text();
    return out;
  }
  Packet packet;
  while (file->next(packet)) {
    out.packets.emplace_back(packet.bytes.begin(), packet.bytes.end());
    out.heads.push_back(packet);
  }
  out.damage = file->damage().value_or("");
  out.secrets = base::text(file->take_secrets());
  return out;
}

void put(Bytes& out, std::uint64_t value, std::size_t width, bool big) {
  for (std::size_t i = 0; i < width; ++i) out.push_back(static_cast<std::uint8_t>(value >> 8 * (big ? width - 1 - i : i) & 0xffU));
}

/// One packet of four bytes in a classic file.
Bytes classic(std::uint32_t magic, bool big, std::uint32_t fraction, std::size_t extra = 0, std::uint16_t minor = 4,
              std::uint32_t captured = 4, std::uint32_t original = 60) {
  Bytes out;
  put(out, magic, 4, big);
  put(out, 2, 2, big);
  put(out, minor, 2, big);
  put(out, 0, 8, big);
  put(out, 65535, 4, big);
  put(out, 113, 4, big);
  put(out, 1'000'000'000, 4, big);
  put(out, fraction, 4, big);
  put(out, captured, 4, big);
  put(out, original, 4, big);
  out.resize(out.size() + extra);
  out.insert(out.end(), {1, 2, 3, 4});
  return out;
}

built::Script sample() {
  built::Script out;
  for (std::uint8_t i = 1; i <= 3; ++i) out.add(Bytes(i * 20U, i), i == 3 ? 113 : 1);
  out.frames[1].original_size = 1500;
  return out;
}

TEST(Pcap, AnyByteOrderAndResolution) {
  for (const bool big : {false, true}) {
    struct Case {
      std::uint32_t magic, fraction;
      std::int64_t nanoseconds;
      std::size_t extra;
    };
    for (const Case& one : {Case{0xa1b2c3d4, 5, 5000, 0}, Case{0xa1b23c4d, 5, 5, 0}, Case{0xa1b2cd34, 7, 7000, 8}}) {
      const Read got = read(classic(one.magic, big, one.fraction, one.extra));
      ASSERT_EQ(got.packets.size(), 1U) << got.error << got.damage;
      EXPECT_EQ(got.packets[0], (Bytes{1, 2, 3, 4}));
      EXPECT_EQ(got.heads[0].when.at, 1'000'000'000'000'000'000 + one.nanoseconds);
      EXPECT_EQ(got.heads[0].when.packet, 1U);
      EXPECT_EQ(got.heads[0].link_type, 113U);
      EXPECT_EQ(got.heads[0].original_size, 60U);
      EXPECT_EQ(got.damage, "");
    }
  }
}

TEST(Pcap, OldFilesHaveTheirLengthsTheOtherWayRound) {
  const Read got = read(classic(0xa1b2c3d4, true, 0, 0, 2, 60, 4));
  ASSERT_EQ(got.packets.size(), 1U);
  EXPECT_EQ(got.heads[0].original_size, 60U);
  EXPECT_EQ(read(classic(0xa1b2c3d4, true, 0, 0, 4, 60, 4)).packets.size(), 0U);
}

TEST(Pcap, TheBuildersFilesAreReadBack) {
  built::Script script;
  for (int i = 0; i < 1000; ++i) script.add(Bytes(1500, static_cast<std::uint8_t>(i)));
  const Read got = read(script.pcap());
  ASSERT_EQ(got.packets.size(), 1000U);
  for (std::size_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(got.packets[i], script.frames[i].bytes);
    EXPECT_EQ(got.heads[i].when.at, script.frames[i].at);
    EXPECT_EQ(got.heads[i].when.packet, i + 1);
  }
}

TEST(Pcap, WhatIsCutOffIsSaidAndWhatWasBeforeIsRead) {
  const Bytes whole = sample().pcap();  // header 24; packets of 16 + 20, 16 + 40, 16 + 60
  Bytes cut(whole.begin(), whole.end() - 1);
  EXPECT_EQ(read(cut).packets.size(), 2U);
  EXPECT_EQ(read(cut).damage, "x.pcap: at byte 116: the file ends within a packet (59 of 60 bytes)");
  cut.resize(120);
  EXPECT_EQ(read(cut).damage, "x.pcap: at byte 116: the file ends within the header of a packet (4 of 16 bytes)");
  cut.resize(116);
  EXPECT_EQ(read(cut).damage, "");
  cut.resize(20);
  EXPECT_EQ(read(cut).error, "x.pcap: at byte 0: the file ends within its header (20 of 24 bytes)");
}

TEST(Pcap, AnAbsurdLengthIsDamageAndNoMemory) {
  Bytes bad = sample().pcap();
  std::fill_n(bad.begin() + 60 + 8, 4, std::uint8_t{0x7f});
  const Read got = read(bad);
  EXPECT_EQ(got.packets.size(), 1U);
  EXPECT_EQ(got.damage, "x.pcap: at byte 60: the header of a packet was expected, but it would be 2139062143 bytes long");
}

/// Builds pcapng blocks of either byte order.
struct Blocks {
  bool big = false;
  Bytes out;

  Blocks& block(std::uint32_t type, const Bytes& body) {
    const std::size_t size = 12 + (body.size() + 3) / 4 * 4;
    put(out, type, 4, big);
    put(out, size, 4, big);
    out.insert(out.end(), body.begin(), body.end());
    out.resize(out.size() + size - 12 - body.size());
    put(out, size, 4, big);
    return *this;
  }
  Blocks& section(std::uint16_t major = 1) {
    Bytes body;
    put(body, 0x1a2b3c4d, 4, big);
    put(body, major, 2, big);
    put(body, 0, 2, big);
    put(body, ~std::uint64_t{0}, 8, big);
    return block(0x0a0d0d0a, body);
  }
  Blocks& interface(std::uint16_t link, std::optional<std::uint8_t> resolution = {}, std::optional<std::int64_t> offset = {},
                    std::uint32_t snap = 0) {
    Bytes body;
    put(body, link, 2, big);
    put(body, 0, 2, big);
    put(body, snap, 4, big);
    put(body, 2, 2, big);  // if_name, of odd length
    put(body, 3, 2, big);
    body.insert(body.end(), {'l', 'o', '0', 0});
    if (resolution) {
      put(body, 9, 2, big);
      put(body, 1, 2, big);
      body.insert(body.end(), {*resolution, 0, 0, 0});
    }
    if (offset) {
      put(body, 14, 2, big);
      put(body, 8, 2, big);
      put(body, static_cast<std::uint64_t>(*offset), 8, big);
    }
    put(body, 0, 4, big);
    return block(1, body);
  }
  Blocks& packet(std::uint32_t interface, std::uint64_t ticks, const Bytes& data, std::uint32_t type = 6) {
    Bytes body;
    if (type == 6) put(body, interface, 4, big);
    if (type == 2) put(body, interface, 2, big), put(body, 7, 2, big);
    put(body, ticks >> 32U, 4, big);
    put(body, ticks & 0xffffffffU, 4, big);
    put(body, data.size(), 4, big);
    put(body, 100, 4, big);
    body.insert(body.end(), data.begin(), data.end());
    return block(type, body);
  }
  Blocks& simple(std::uint32_t original, const Bytes& data) {
    Bytes body;
    put(body, original, 4, big);
    body.insert(body.end(), data.begin(), data.end());
    return block(3, body);
  }
  Blocks& secrets(std::uint32_t kind, const std::string& text) {
    Bytes body;
    put(body, kind, 4, big);
    put(body, text.size(), 4, big);
    body.insert(body.end(), text.begin(), text.end());
    return block(10, body);
  }
};

TEST(Pcapng, SectionsInterfacesAndBlocksOfAllKinds) {
  for (const bool big : {false, true}) {
    Blocks of{big, {}};
    of.section().interface(1).interface(101, std::uint8_t{9}, std::int64_t{3600});
    of.block(4, Bytes(20, 1))
        .block(5, Bytes(16, 1))
        .block(0x00000bad, Bytes(8, 1))
        .block(0x40000bad, Bytes(6, 1))
        .block(0x80000001, Bytes(4, 1));
    of.packet(0, 1'700'000'000'000'001, {1, 2, 3}).packet(1, 5, {4}).packet(1, 6, {5, 6}, 2).simple(2, {7, 8});
    of.section().interface(276, std::uint8_t{0x94}).packet(0, 3U << 20U, {9});  // 2 to the power of -20
    const Read got = read(of.out);
    ASSERT_EQ(got.packets.size(), 5U) << got.damage << got.error;
    EXPECT_EQ(got.packets, (std::vector<Bytes>{{1, 2, 3}, {4}, {5, 6}, {7, 8}, {9}}));
    EXPECT_EQ(got.heads[0].when.at, 1'700'000'000'000'001'000);
    EXPECT_EQ(got.heads[1].when.at, 3'600'000'000'005);
    EXPECT_EQ(got.heads[2].when.at, 3'600'000'000'006);
    EXPECT_EQ(got.heads[3].when.at, 0);
    EXPECT_EQ(got.heads[4].when.at, 3'000'000'000);
    EXPECT_EQ(got.heads[0].original_size, 100U);
    EXPECT_EQ(got.heads[2].link_type, 101U);
    EXPECT_EQ(got.heads[4].link_type, 276U);
    EXPECT_EQ(got.heads[4].when.packet, 5U);
    EXPECT_EQ(got.damage, "");
  }
}

TEST(Pcapng, ClocksOfAnyResolution) {
  const auto at = [](std::uint8_t resolution, std::uint64_t ticks) {
    return read(Blocks().section().interface(1, resolution).packet(0, ticks, {1}).out).heads.at(0).when.at;
  };
  EXPECT_EQ(at(0, 3), 3'000'000'000);
  EXPECT_EQ(at(3, 1234), 1'234'000'000);
  EXPECT_EQ(at(12, 1'234'567), 1234);
  EXPECT_EQ(at(127, ~std::uint64_t{0}), 0);
  EXPECT_EQ(at(0x80, 2), 2'000'000'000);
  EXPECT_EQ(at(0xff, ~std::uint64_t{0}), 0);
  EXPECT_EQ(at(0xa0, std::uint64_t{5} << 31U), 2'500'000'000);
}

TEST(Pcapng, ASimplePacketIsAsLongAsItsInterfaceAllows) {
  const Read got = read(Blocks().section().interface(1, {}, {}, 3).simple(900, {1, 2, 3, 0}).out);
  EXPECT_EQ(got.packets, (std::vector<Bytes>{{1, 2, 3}}));
  EXPECT_EQ(got.heads.at(0).original_size, 900U);
}

TEST(Pcapng, SecretsAreHandedOut) {
  const Read got = read(Blocks()
                            .section()
                            .interface(1)
                            .secrets(0x544c534b, "CLIENT_RANDOM a b")
                            .secrets(0x57474b4c, "no")
                            .secrets(0x544c534b, "X y z\n")
                            .out);
  EXPECT_EQ(got.secrets, "CLIENT_RANDOM a b\nX y z\n");
  EXPECT_EQ(got.damage, "");
}

TEST(Pcapng, DamageIsSaidWithItsPlace) {
  const Bytes good = Blocks().section().interface(1).packet(0, 1, {1, 2, 3, 4}).out;  // 28 + 32; 36
  const auto then = [&](const Bytes& more) {
    Bytes out = good;
    out.insert(out.end(), more.begin(), more.end());
    const Read got = read(out);
    EXPECT_EQ(got.packets.size(), 1U);
    return got.damage;
  };
  const std::string here = "x.pcap: at byte " + std::to_string(good.size()) + ": ";
  EXPECT_EQ(then({}), "");
  EXPECT_EQ(then({6, 0, 0}), here + "the file ends within the header of a block");
  EXPECT_EQ(then(Bytes(12, 0)), here + "the length of a block was expected, not 0");
  EXPECT_EQ(then(Blocks().packet(1, 1, {1}).out), here + "a packet is of interface 1, which nothing describes");
  EXPECT_EQ(then({6, 0, 0, 0, 0xf0, 0xff, 0xff, 0x7f}), here + "a block of packets would be 2147483632 bytes long");
  EXPECT_EQ(then({99, 0, 0, 0, 0xf0, 0xff, 0xff, 0x7f, 1}), here + "the file ends within a block");
  EXPECT_EQ(then(Blocks().section(2).out), here + "version 1 of the pcapng format was expected, not 2");
  EXPECT_EQ(then(Blocks().block(6, Bytes(8, 0)).out), here + "a packet's block is too short");
  EXPECT_EQ(then(Blocks().section().simple(1, {1}).out), "x.pcap: at byte " + std::to_string(good.size() + 28) +
                                                             ": a simple packet's block is too short or stands before any interface");
  Bytes longer = Blocks().packet(0, 1, {1}).out;
  longer[20] = 200;
  EXPECT_EQ(then(longer), here + "a packet would be 200 bytes long in a block that holds 4");
  Bytes other_end = Blocks().packet(0, 1, {1}).out;
  other_end.back() = 1;
  EXPECT_EQ(then(other_end), here + "a block of 36 bytes ends with the length 16777252");
  other_end.resize(30);
  EXPECT_EQ(then(other_end), here + "the file ends within a packet or block (30 of 36 bytes)");
}

TEST(Snoop, PacketsAndTheirPadding) {
  const auto file = [](std::uint32_t version, std::uint32_t record) {
    Bytes out = bytes(std::string_view("snoop\0\0\0", 8));
    put(out, version, 4, true);
    put(out, 4, 4, true);
    put(out, 60, 4, true);
    put(out, 3, 4, true);
    put(out, record, 4, true);
    put(out, 0, 4, true);
    put(out, 10, 4, true);
    put(out, 20, 4, true);
    out.insert(out.end(), {1, 2, 3, 0});
    return out;
  };
  const Read got = read(file(2, 28));
  EXPECT_EQ(got.packets, (std::vector<Bytes>{{1, 2, 3}}));
  EXPECT_EQ(got.heads.at(0).when.at, 10'000'020'000);
  EXPECT_EQ(got.heads.at(0).link_type, 1U);
  EXPECT_EQ(read(file(3, 28)).error, "x.pcap: at byte 8: version 2 of the snoop format was expected, not 3");
  EXPECT_EQ(read(file(2, 26)).damage, "x.pcap: at byte 16: the header of a packet was expected, but it would be 3 bytes of 26");
  EXPECT_EQ(read(file(2, 32)).damage, "x.pcap: at byte 16: the file ends within a packet (28 of 32 bytes)");
}

TEST(CaptureFile, WhatIsNoneIsNamed) {
  const auto error = [](const std::string& text) { return read(bytes(text)).error; };
  EXPECT_EQ(error(""), "x.pcap: the file is empty: a capture (pcap, pcapng, snoop) was expected");
  EXPECT_EQ(error("-----BEGIN CERTIFICATE-----"), "x.pcap: is no capture (pcap, pcapng, snoop) but a PEM file");
  EXPECT_EQ(error("hello\nworld"), "x.pcap: is no capture (pcap, pcapng, snoop) but text");
  EXPECT_EQ(error("PK\x03\x04...."), "x.pcap: is no capture (pcap, pcapng, snoop) but a zip archive: unpack it first");
  EXPECT_EQ(error("\x01\x02"), "x.pcap: is no capture (pcap, pcapng, snoop)");
  EXPECT_EQ(error("GMBU1234"),
            "x.pcap: is no capture (pcap, pcapng, snoop) but a capture of Microsoft Network Monitor (editcap -F pcapng converts it)");
}

TEST(CaptureFile, AStreamIsReadAsItGrows) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const Bytes whole = sample().pcap();
  ASSERT_EQ(base::write_all(ends[1], base::text(whole).substr(0, 24 + 36 + 10)), 0);  // one packet and a part
  auto file = CaptureFile::open("/proc/self/fd/" + std::to_string(ends[0]));
  ASSERT_TRUE(file) << file.error().text();
  Packet packet;
  ASSERT_TRUE(file->next(packet));  // waiting for more would hang here
  EXPECT_EQ(packet.bytes.size(), 20U);
  ASSERT_EQ(base::write_all(ends[1], base::text(whole).substr(24 + 36 + 10)), 0);
  close(ends[1]);
  ASSERT_TRUE(file->next(packet));
  EXPECT_EQ(packet.bytes.size(), 40U);
  EXPECT_EQ(packet.original_size, 1500U);
  ASSERT_TRUE(file->next(packet));
  EXPECT_FALSE(file->next(packet));
  EXPECT_EQ(file->damage(), std::nullopt);
  close(ends[0]);
}

}  // namespace
}  // namespace whytls::sources::capture
