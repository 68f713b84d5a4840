// SPDX-License-Identifier: Apache-2.0
// Each layer that may stand around a segment, with a twin that is refused.
#include "sources/capture/link/decoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "sources/capture/capture_builder.h"

namespace whytls::sources::capture::link {
namespace {

using built::Bytes;
using built::bytes;
using built::endpoint;

const Endpoint client = endpoint("192.0.2.1", 40000), server = endpoint("192.0.2.2", 443);
const Endpoint client6 = endpoint("2001:db8::1", 40000), server6 = endpoint("2001:db8::2", 443);

Bytes segment(const Endpoint& from = client, const Endpoint& to = server, std::string_view payload = "hello") {
  return built::tcp(from, to, {7, 9, Segment::ack | Segment::psh, 1234}, bytes(payload));
}
Bytes packet4() { return built::ip(client.address, server.address, 6, segment(), {61, 4242, 0}); }
Bytes packet6() { return built::ip(client6.address, server6.address, 6, segment(client6, server6), {61, 0, 0}); }
Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
Bytes hex(std::string_view text) { return base::unhex(text).value(); }

/// What comes out of a frame: "192.0.2.1:40000>192.0.2.2:443 hello", "udp …", "icmp …", one after another.
struct Out {
  std::string text;
  Segment last;
  IcmpError error;
  Decoder decoder{[this](const Segment& one) {
                    last = one;
                    text += one.source.text() + ">" + one.destination.text() + " " + std::string(base::text(one.payload)) + ";";
                  },
                  [this](const Moment&, const Endpoint& from, const Endpoint& to, base::ByteView payload) {
                    text += "udp " + from.text() + ">" + to.text() + " " + std::string(base::text(payload)) + ";";
                  },
                  [this](const IcmpError& one) {
                    error = one;
                    text += "icmp;";
                  }};
  std::uint64_t number = 0;

  Out& feed(std::uint32_t link, const Bytes& frame, std::size_t original = 0, std::int64_t at = 0) {
    decoder.feed({{++number, at}, link, static_cast<std::uint32_t>(original == 0 ? frame.size() : original), frame});
    return *this;
  }
};

std::string through(std::uint32_t link, const Bytes& frame) { return Out().feed(link, frame).text; }

const std::string plain4 = "192.0.2.1:40000>192.0.2.2:443 hello;", plain6 = "[2001:db8::1]:40000>[2001:db8::2]:443 hello;";

TEST(Link, EthernetAndItsTags) {
  EXPECT_EQ(through(1, built::ethernet(0x0800, packet4())), plain4);
  EXPECT_EQ(through(1, built::ethernet(0x86dd, packet6())), plain6);
  EXPECT_EQ(through(1, built::ethernet(0x8100, hex("0005 0800") + packet4())), plain4);
  EXPECT_EQ(through(1, built::ethernet(0x88a8, hex("0005 8100 0006 9100 0007 86dd") + packet6())), plain6);
  EXPECT_EQ(through(1, built::ethernet(0x8926, hex("00000000 0800") + packet4())), plain4);
  EXPECT_EQ(through(1, built::ethernet(0x8909, hex("0101 00010002 0800") + packet4())), plain4);
  EXPECT_EQ(through(1, built::ethernet(0x8100, hex("0005 0806") + packet4())), "") << "ARP";
  EXPECT_EQ(through(1, built::ethernet(0x8100, hex("0005"))), "");
  Bytes deep;
  for (int i = 0; i < 1000; ++i) deep = deep + hex("0001 8100");
  EXPECT_EQ(through(1, built::ethernet(0x8100, deep + hex("0001 0800") + packet4())), "") << "too deep to be true";
}

TEST(Link, SnapAndLlc) {
  const Bytes snap = hex("aaaa03 000000 0800") + packet4();
  EXPECT_EQ(through(1, built::ethernet(static_cast<std::uint16_t>(snap.size()), snap)), plain4);
  const Bytes llc = hex("060603") + packet4();
  EXPECT_EQ(through(1, built::ethernet(static_cast<std::uint16_t>(llc.size()), llc)), plain4);
  const Bytes spanning = hex("424203") + packet4();
  EXPECT_EQ(through(1, built::ethernet(static_cast<std::uint16_t>(spanning.size()), spanning)), "");
}

TEST(Link, LabelsOfMpls) {
  EXPECT_EQ(through(1, built::ethernet(0x8847, hex("00064040 00064140") + packet4())), plain4);
  EXPECT_EQ(through(1, built::ethernet(0x8847, hex("00064140") + packet6())), plain6);
  EXPECT_EQ(through(1, built::ethernet(0x8847, hex("00064140 00000000") + built::ethernet(0x0800, packet4()))), plain4) << "control word";
  EXPECT_EQ(through(1, built::ethernet(0x8847, hex("00064040 00064040"))), "") << "no bottom";
}

TEST(Link, PointToPoint) {
  const Bytes size = {0, static_cast<std::uint8_t>(packet4().size() + 2)};
  EXPECT_EQ(through(1, built::ethernet(0x8864, hex("1100 0001") + size + hex("0021") + packet4())), plain4);
  EXPECT_EQ(through(51, hex("1100 0001") + size + hex("0021") + packet4()), plain4);
  EXPECT_EQ(through(1, built::ethernet(0x8864, hex("1109 0001") + size + hex("0021") + packet4())), "") << "discovery";
  EXPECT_EQ(through(9, hex("ff03 0021") + packet4()), plain4);
  EXPECT_EQ(through(9, hex("0057") + packet6()), plain6);
  EXPECT_EQ(through(9, hex("21") + packet4()), plain4) << "a protocol field of one byte";
  EXPECT_EQ(through(50, hex("0f00 0800") + packet4()), plain4) << "Cisco";
  EXPECT_EQ(through(104, hex("0f00 86dd") + packet6()), plain6);
  EXPECT_EQ(through(166, hex("0103 0021") + packet4()), plain4);
  EXPECT_EQ(through(9, hex("ff03 c021") + packet4()), "") << "link control";
}

TEST(Link, RawIpAndLoopback) {
  for (const std::uint32_t link : {12U, 14U, 101U, 228U, 229U}) {
    EXPECT_EQ(through(link, packet4()), plain4);
    EXPECT_EQ(through(link, packet6()), plain6);
  }
  EXPECT_EQ(through(0, hex("02000000") + packet4()), plain4);
  EXPECT_EQ(through(0, hex("00000002") + packet4()), plain4);
  EXPECT_EQ(through(108, hex("0000001e") + packet6()), plain6);
  EXPECT_EQ(through(0, hex("1c000000") + packet6()), plain6);
  EXPECT_EQ(through(0, hex("07000000") + packet4()), "");
  EXPECT_EQ(through(101, hex("55") + packet4()), "");
}

TEST(Link, LinuxCooked) {
  EXPECT_EQ(through(113, hex("0004 0001 0006 0000000000000000 0800") + packet4()), plain4);
  EXPECT_EQ(through(113, hex("0004 0001 0006 0000000000000000 8100 0001 86dd") + packet6()), plain6);
  EXPECT_EQ(through(113, hex("0004 0001 0006 0000000000000000 0004 aaaa03 000000 0800") + packet4()), plain4);
  EXPECT_EQ(through(276, hex("86dd 0000 00000002 0001 04 06 0000000000000000") + packet6()), plain6);
  EXPECT_EQ(through(276, hex("0806 0000 00000002 0001 04 06 0000000000000000") + packet4()), "");
}

TEST(Link, Wireless) {
  const Bytes addresses(18, 2);
  const auto frame = [&](std::string_view control, std::string_view more = "") {
    return hex(control) + hex("0000") + addresses + hex("0000") + hex(more);
  };
  const Bytes snap = hex("aaaa03 000000 0800") + packet4();
  EXPECT_EQ(through(105, frame("0801") + snap), plain4);
  EXPECT_EQ(through(105, frame("8801", "0000") + snap), plain4) << "with quality of service";
  EXPECT_EQ(through(105, frame("0803", "020202020202") + snap), plain4) << "four addresses";
  EXPECT_EQ(through(127, hex("0000 0800 00000000") + frame("0801") + snap), plain4) << "radiotap";
  EXPECT_EQ(through(105, frame("4801") + snap), "") << "no data";
  EXPECT_EQ(through(105, frame("8000") + snap), "") << "a beacon";
  Out hidden;
  EXPECT_EQ(hidden.feed(105, frame("0841") + snap).text, "");
  EXPECT_EQ(hidden.decoder.undecoded(), (std::vector<std::pair<std::string, std::uint64_t>>{{"encrypted 802.11", 1}}));
}

TEST(Link, LogsOfPacketFiltersAndTaps) {
  EXPECT_EQ(through(117, hex("3d02 0000") + Bytes(60, 0) + packet4()), plain4);
  const auto size = static_cast<std::uint8_t>(packet4().size() + 4);
  EXPECT_EQ(through(239, hex("02000000 0800 0100 08000000") + Bytes{size, 0, 9, 0} + packet4()), plain4);
  EXPECT_EQ(through(239, hex("02000000 0008 0001 00000800") + Bytes{0, size, 0, 9} + packet4()), plain4);
  EXPECT_EQ(through(239, hex("02000000 0800 0100 08000000")), "");
  EXPECT_EQ(through(258, hex("0c000000 01000000 01000000") + built::ethernet(0x0800, packet4())), plain4);
  EXPECT_EQ(through(258, hex("ff000000 01000000 01000000") + built::ethernet(0x0800, packet4())), "");
}

TEST(Link, WhatIsNotKnownIsNamedAndCounted) {
  Out out;
  out.feed(189, packet4())
      .feed(189, packet4())
      .feed(4711, packet4())
      .feed(101, built::ip(client.address, server.address, 50, Bytes(40, 1)));
  EXPECT_EQ(out.text, "");
  EXPECT_EQ(out.decoder.undecoded(),
            (std::vector<std::pair<std::string, std::uint64_t>>{{"link type 189 (USB)", 2}, {"link type 4711", 1}, {"IPsec ESP", 1}}));
}

TEST(Ip, WhatTheHeaderSaysIsHandedUp) {
  Out out;
  out.feed(1, built::ethernet(0x0800, packet4()));
  EXPECT_EQ(out.last.hop_limit, 61);
  EXPECT_EQ(out.last.id, 4242);
  EXPECT_EQ(out.last.sequence, 7U);
  EXPECT_EQ(out.last.acknowledgment, 9U);
  EXPECT_EQ(out.last.window, 1234);
  EXPECT_EQ(out.last.flags, Segment::ack | Segment::psh);
  EXPECT_EQ(out.last.payload_size, 5U);
  EXPECT_EQ(out.last.when.packet, 1U);
}

TEST(Ip, PaddingOfEthernetIsNoPayload) {
  EXPECT_EQ(through(1, built::ethernet(0x0800, packet4() + Bytes(20, 0))), plain4);
  EXPECT_EQ(through(1, built::ethernet(0x86dd, packet6() + Bytes(20, 0))), plain6);
}

TEST(Ip, ALengthOfZeroIsThatOfAPacketNotYetCut) {
  Bytes four = packet4(), six = packet6();
  four[2] = four[3] = six[4] = six[5] = 0;
  EXPECT_EQ(through(1, built::ethernet(0x0800, four)), plain4);
  EXPECT_EQ(through(1, built::ethernet(0x86dd, six)), plain6);
}

TEST(Ip, ACutPacketIsHandedUpAsFarAsItIsThere) {
  Out out;
  Bytes frame = built::ethernet(0x0800, packet4());
  const std::size_t whole = frame.size();
  frame.resize(whole - 3);
  out.feed(1, frame, whole);
  EXPECT_EQ(out.text, "192.0.2.1:40000>192.0.2.2:443 he;");
  EXPECT_EQ(out.last.payload_size, 5U);
  EXPECT_EQ(out.decoder.cut(), 1U);
  frame.resize(whole - 6);  // within the header
  EXPECT_EQ(Out().feed(1, frame, whole).text, "");
  Out lying;
  frame = built::ethernet(0x0800, packet4());
  frame[17] = 0xff;  // a length of more than there was on the wire
  EXPECT_EQ(lying.feed(1, frame).last.payload_size, 5U);
}

TEST(Ip, HeadersThatMakeNoSenseAreNotFollowed) {
  for (const std::size_t at : {std::size_t{0}, std::size_t{2}, std::size_t{9}}) {
    Bytes bad = packet4();
    bad[at] = at == 0 ? 0x43 : at == 2 ? 0 : 99;
    if (at == 2) bad[3] = 19;
    EXPECT_EQ(through(101, bad), "") << at;
  }
  Bytes header = packet4();
  header[32] = 0x40;  // a TCP header of 16 bytes
  EXPECT_EQ(through(101, header), "");
}

TEST(Ip, OptionsAndExtensionHeaders) {
  Bytes options = packet4();
  options[0] = 0x46;
  options[3] += 4;
  options.insert(options.begin() + 20, 4, 1);
  EXPECT_EQ(through(101, options), plain4);
  const auto chain = [](std::uint8_t first, const Bytes& headers) {
    return built::ip(client6.address, server6.address, first, headers + segment(client6, server6));
  };
  EXPECT_EQ(through(101, chain(0, hex("3c00 000000000000 0601 0000000000000000000000000000"))), plain6) << "hop by hop, destination";
  EXPECT_EQ(through(101, chain(51, hex("0604 0000") + Bytes(20, 0))), plain6) << "authentication";
  EXPECT_EQ(through(101, chain(60, hex("06ff 0000"))), "");
  EXPECT_EQ(through(101, chain(59, {})), "") << "no next header";
  EXPECT_EQ(through(101, chain(44, hex("0600 0000 00000001"))), plain6) << "a fragment that is all";
}

std::vector<Bytes> fragments4(const Bytes& of, std::size_t size) {
  std::vector<Bytes> out;
  for (std::size_t at = 0; at < of.size(); at += size) {
    const std::size_t length = std::min(size, of.size() - at);
    const auto field = static_cast<std::uint16_t>(at / 8 | (at + length < of.size() ? 0x2000U : 0U));
    out.push_back(built::ip(client.address, server.address, 6, base::ByteView(of).subspan(at, length), {64, 77, field}));
  }
  return out;
}

TEST(Ip, FragmentsInAnyOrderAreOnePacket) {
  const auto parts = fragments4(segment(client, server, "a payload of some length"), 16);
  ASSERT_EQ(parts.size(), 3U);
  std::array<std::size_t, 3> order{0, 1, 2};
  do {
    Out out;
    for (const std::size_t i : order) out.feed(101, parts[i]);
    EXPECT_EQ(out.text, "192.0.2.1:40000>192.0.2.2:443 a payload of some length;");
    EXPECT_EQ(out.last.when.packet, 3U);
  } while (std::next_permutation(order.begin(), order.end()));
  Out lacking;
  lacking.feed(101, parts[0]).feed(101, parts[2]).feed(101, parts[2]);
  EXPECT_EQ(lacking.text, "");
  EXPECT_EQ(lacking.decoder.incomplete_fragments(), 1U);
}

TEST(Ip, FragmentsOf6) {
  const Bytes whole = segment(client6, server6, "a payload of some length");
  const auto part = [&](std::string_view head, std::size_t at, std::size_t size) {
    return built::ip(
        client6.address, server6.address, 44,
        hex(head) + Bytes(whole.begin() + static_cast<std::ptrdiff_t>(at), whole.begin() + static_cast<std::ptrdiff_t>(at + size)));
  };
  Out out;
  out.feed(101, part("0600 0019 00000007", 24, 8))
      .feed(101, part("0600 0020 00000007", 32, whole.size() - 32))
      .feed(101, part("0600 0001 00000008", 0, 24));
  EXPECT_EQ(out.text, "");
  out.feed(101, part("0600 0001 00000007", 0, 24));
  EXPECT_EQ(out.text, "[2001:db8::1]:40000>[2001:db8::2]:443 a payload of some length;");
}

TEST(Tunnel, OfIpInIp) {
  const Address a = built::address("10.0.0.1"), b = built::address("10.0.0.2");
  EXPECT_EQ(through(101, built::ip(a, b, 4, packet4())), plain4);
  EXPECT_EQ(through(101, built::ip(a, b, 41, packet6())), plain6);
  EXPECT_EQ(through(101, built::ip(a, b, 97, hex("3000") + built::ethernet(0x0800, packet4()))), plain4);
  EXPECT_EQ(through(101, built::ip(a, b, 137, hex("00064140") + packet4())), plain4);
  Bytes nested = packet4();
  for (int i = 0; i < 100; ++i) nested = built::ip(a, b, 4, nested);
  EXPECT_EQ(through(101, nested), "");
}

TEST(Tunnel, Gre) {
  const auto gre = [](std::string_view head, const Bytes& inner) {
    return through(101, built::ip(built::address("10.0.0.1"), built::address("10.0.0.2"), 47, hex(head) + inner));
  };
  EXPECT_EQ(gre("0000 0800", packet4()), plain4);
  EXPECT_EQ(gre("b000 86dd 00000000 00000001 00000002", packet6()), plain6) << "checksum, key and number";
  EXPECT_EQ(gre("2000 6558 00000001", built::ethernet(0x0800, packet4())), plain4) << "bridged";
  EXPECT_EQ(gre("3081 880b 0000 0000 00000001 00000002 ff03 0021", packet4()), plain4) << "PPTP";
  EXPECT_EQ(gre("1000 88be 00000001 1000000000000000", built::ethernet(0x0800, packet4())), plain4) << "ERSPAN";
  EXPECT_EQ(gre("0000 88be", built::ethernet(0x0800, packet4())), plain4) << "ERSPAN of the first type";
  EXPECT_EQ(gre("1000 22eb 00000001 2000000000000000 00000000", built::ethernet(0x0800, packet4())), plain4);
  EXPECT_EQ(gre("4000 0800", packet4()), "") << "routing";
  EXPECT_EQ(gre("0007 0800", packet4()), "");
}

std::string over_udp(std::uint16_t port, const Bytes& payload) {
  const Endpoint from = endpoint("10.0.0.1", 50000), to = endpoint("10.0.0.2", port);
  return through(101, built::ip(from.address, to.address, 17, built::udp(from, to, payload)));
}

TEST(Tunnel, InUdp) {
  const Bytes inner = built::ethernet(0x0800, packet4());
  EXPECT_EQ(over_udp(4789, hex("08000000 00000100") + inner), plain4);
  EXPECT_EQ(over_udp(8472, hex("08000000 00000100") + inner), plain4);
  EXPECT_EQ(over_udp(4790, hex("0c000001 00000100") + packet4()), plain4);
  EXPECT_EQ(over_udp(6081, hex("0000 6558 00000100") + inner), plain4);
  EXPECT_EQ(over_udp(6081, hex("0100 0800 00000100 00000000") + packet4()), plain4) << "with an option";
  const Bytes size = {0, static_cast<std::uint8_t>(packet4().size())}, longer = {0, static_cast<std::uint8_t>(packet4().size() + 8)};
  EXPECT_EQ(over_udp(2152, hex("30ff") + size + hex("00000001") + packet4()), plain4);
  EXPECT_EQ(over_udp(2152, hex("34ff") + longer + hex("00000001 0000 00 85 01 0000 00") + packet4()), plain4) << "with an extension header";
  EXPECT_EQ(over_udp(3544, packet6()), plain6);
  EXPECT_EQ(over_udp(3544, hex("0001 0000 0000000000000000 00 0000 000000000000") + packet6()), plain6);
  EXPECT_EQ(over_udp(1701, hex("0002 0001 0001 ff03 0021") + packet4()), plain4);
  EXPECT_EQ(over_udp(1701, hex("4202 0000 0001 0001 0002 0000 0021") + packet4()), plain4);
  EXPECT_EQ(over_udp(6635, hex("00064140") + packet4()), plain4);
  EXPECT_EQ(over_udp(5247, hex("00200320 00000000") + hex("00000000 00000000 00000000 00000000")), "") << "a piece";
  EXPECT_EQ(over_udp(5247, hex("00100200 00000000") + inner), plain4);
  EXPECT_EQ(over_udp(5247, hex("00100300 00000000 1108 0000") + Bytes(18, 2) + hex("0000 aaaa03 000000 0800") + packet4()), plain4);
}

TEST(Tunnel, WhatOnlyHasTheirPortIsADatagram) {
  for (const std::uint16_t port : std::initializer_list<std::uint16_t>{4789, 4790, 6081, 2152, 3544, 1701, 5247, 443})
    EXPECT_EQ(over_udp(port, bytes("\xff some text that is long enough to be looked at")),
              "udp 10.0.0.1:50000>10.0.0.2:" + std::to_string(port) + " \xff some text that is long enough to be looked at;");
}

TEST(Transport, UdpIsAsLongAsItSays) {
  const Endpoint from = endpoint("10.0.0.1", 1), to = endpoint("10.0.0.2", 2);
  Bytes datagram = built::udp(from, to, bytes("abcdef"));
  const auto sent = [&] { return through(101, built::ip(from.address, to.address, 17, datagram)); };
  EXPECT_EQ(sent(), "udp 10.0.0.1:1>10.0.0.2:2 abcdef;");
  datagram[5] = 11;
  EXPECT_EQ(sent(), "udp 10.0.0.1:1>10.0.0.2:2 abc;");
  datagram[5] = 7;
  EXPECT_EQ(sent(), "");
  datagram[5] = 0;
  EXPECT_EQ(sent(), "udp 10.0.0.1:1>10.0.0.2:2 abcdef;");
}

TEST(Transport, ErrorsOfIcmpQuoteWhatTheyAreAbout) {
  const Address router = built::address("198.51.100.1"), router6 = built::address("2001:db8::ffff");
  const auto four = [&](std::string_view head, const Bytes& quoted) {
    return Out().feed(101, built::ip(router, client.address, 1, hex(head) + quoted));
  };
  const auto six = [&](std::string_view head, const Bytes& quoted) {
    return Out().feed(101, built::ip(router6, client6.address, 58, hex(head) + quoted));
  };
  const Out big = four("0304 0000 0000 0578", packet4());
  EXPECT_EQ(big.text, "icmp;");
  EXPECT_EQ(big.error.source, client);
  EXPECT_EQ(big.error.destination, server);
  EXPECT_EQ(big.error.from, router);
  EXPECT_EQ(big.error.mtu, 1400);
  EXPECT_TRUE(big.error.about_tcp);
  EXPECT_EQ(four("0301 0000 0000 0578", packet4()).error.mtu, std::nullopt);
  EXPECT_EQ(four("0800 0000 0000 0578", packet4()).text, "") << "a ping";
  EXPECT_EQ(four("0301 0000 00000000", Bytes(28, 0)).text, "");
  EXPECT_FALSE(four("0303 0000 00000000", built::ip(client.address, server.address, 17, built::udp(client, server, {}))).error.about_tcp);
  const Out six_big = six("0200 0000 00000500", packet6());
  EXPECT_EQ(six_big.error.mtu, 1280);
  EXPECT_EQ(six_big.error.destination, server6);
  EXPECT_EQ(six("0104 0000 00000000", built::ip(client6.address, server6.address, 60, hex("0600000000000000") + segment(client6, server6)))
                .error.source,
            client6);
  EXPECT_EQ(six("8100 0000 00000000", packet6()).text, "");
}

}  // namespace
}  // namespace whytls::sources::capture::link
