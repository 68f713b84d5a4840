// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/write/anonymize.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "sources/capture/capture_builder.h"
#include "sources/capture/link/decoder.h"
#include "sources/capture/tcp/recorder.h"
#include "sources/capture/write/pseudonyms.h"

namespace whytls::sources::capture {
namespace {

using built::bytes;
using built::endpoint;
using built::Script;
using built::Talk;

const Endpoint client = endpoint("203.0.113.77", 40000), server = endpoint("198.51.100.5", 443);

std::vector<KeptPacket> kept(const Script& script) {
  std::vector<KeptPacket> out;
  script.each([&](const Packet& packet) {
    out.push_back({packet.when, packet.link_type, packet.original_size, {packet.bytes.begin(), packet.bytes.end()}});
  });
  return out;
}

Script again(const std::vector<KeptPacket>& packets) {
  Script out;
  for (const KeptPacket& packet : packets) {
    out.add(packet.bytes, packet.link_type).at = packet.when.at;
    out.frames.back().original_size = packet.original_size;
  }
  return out;
}

std::string all(const std::vector<KeptPacket>& packets) {
  std::string out;
  for (const KeptPacket& packet : packets) out += base::text(packet.bytes);
  return out;
}

/// Whether the checksums of an Ethernet frame with IPv4 or IPv6 and TCP or UDP are right.
bool sound(const KeptPacket& packet) {
  const base::ByteView ip = base::ByteView(packet.bytes).subspan(14);
  const bool v6 = ip[0] >> 4U == 6;
  if (!v6 && built::checksum({ip.first(20)}) != 0) return false;
  const base::ByteView segment = ip.subspan(v6 ? 40 : 20);
  base::Writer tail;
  tail.u32(static_cast<std::uint32_t>(segment.size()));
  tail.u32(ip[v6 ? 6 : 9]);
  return built::checksum({ip.subspan(v6 ? 8 : 12, v6 ? 32 : 8), tail.data(), segment}) == 0;
}

TEST(Pseudonyms, AreAsLongAndTheSameForTheSame) {
  Pseudonyms names({"shop.example.com", "*.corp.example.com"});
  const std::string one = names.of("shop.example.com"), two = names.of("www.Example.com");
  EXPECT_EQ(one.size(), 16U);
  EXPECT_TRUE(one.ends_with(".com"));
  EXPECT_EQ(one.find("shop"), std::string::npos);
  EXPECT_EQ(one.substr(5), two.substr(4)) << "still of one domain";
  EXPECT_EQ(names.of("shop.example.com"), one);
  EXPECT_EQ(names.of("*.example.com"), "*" + one.substr(4));
}

TEST(Pseudonyms, NamesAreFoundBetweenOtherBytes) {
  Pseudonyms names({"shop.example.com"});
  base::Bytes binary = bytes("\x82\x10SHOP.example.com0Y0\x13..example.com\x01other.example.org\x02shop");
  const std::string before(base::text(binary));
  names.replace(binary);
  const std::string after(base::text(binary));
  const std::string other = names.of("shop.example.com");
  EXPECT_EQ(after, "\x82\x10" + other + "0Y0\x13.." + other.substr(5) + "\x01other.example.org\x02shop");
}

TEST(Pseudonyms, ADialogueLosesNamesAddressesAndMailboxes) {
  Pseudonyms names({});
  base::Bytes text = bytes(
      "220 mx1.bank.de ESMTP Postfix 3.7.11\r\nEHLO [192.0.2.33]\r\nMAIL FROM:<john.doe@bank.de>. TLSv1.3 HTTP/1.1\r\n\x16\x03\x01 "
      "bank.de");
  names.replace(text);
  const std::string after(base::text(text));
  EXPECT_EQ(after, "220 " + names.of("mx1.bank.de") + " ESMTP Postfix 3.7.11\r\nEHLO [000.0.0.00]\r\nMAIL FROM:<" +
                       names.of("john.doe@bank.de") + ">. TLSv1.3 HTTP/1.1\r\n\x16\x03\x01 bank.de");
  EXPECT_NE(names.of("bank.de"), "bank.de");
}

TEST(Anonymize, AddressesNamesAndChecksums) {
  Script script;
  Talk talk(script, client, server);
  talk.open()
      .from_client(bytes("\x16\x03\x01 hello shop.bank.example \x01"), 20)
      .from_server(bytes("\x16 cert: www.bank.example \x87\x04\xc6\x33\x64\x05 end"))
      .close();
  Talk six(script, endpoint("2001:db8:1::7", 1), endpoint("2001:db8:2::8", 443));
  six.open().from_client(bytes("\x16 shop.bank.example"));
  script.udp(client, server, bytes("\x16\xfe\xfd shop.bank.example"));
  std::vector<KeptPacket> packets = kept(script);
  const std::string before = all(packets);
  anonymize(packets, {"shop.bank.example"});
  const std::string after = all(packets);
  EXPECT_EQ(after.size(), before.size());
  EXPECT_NE(before.find("bank.example"), std::string::npos);
  EXPECT_EQ(after.find("bank"), std::string::npos);
  EXPECT_EQ(after.find(base::text(base::ByteView(client.address.bytes).first(4))), std::string::npos);
  EXPECT_EQ(after.find(base::text(base::ByteView(server.address.bytes).first(4))), std::string::npos) << "also as iPAddress";
  for (const KeptPacket& packet : packets) EXPECT_TRUE(sound(packet)) << packet.when.packet;
  built::Recorder recorder;
  recorder.all(again(packets));
  ASSERT_EQ(recorder.heard.size(), 2U);
  EXPECT_EQ(recorder[0].opener.text(), "10.0.0.1:40000");
  EXPECT_EQ(recorder[0].answerer.text(), "10.0.0.2:443");
  EXPECT_EQ(recorder[0].over, StreamReader::Over::closed);
  EXPECT_EQ(recorder[1].opener.text(), "[fd00::1]:1");
  const std::string name = recorder[0].opened().substr(10, 17);
  EXPECT_EQ(recorder[0].opened(), "\x16\x03\x01 hello " + name + " \x01") << "a name split between two segments";
  EXPECT_EQ(recorder[1].opened(), "\x16 " + name) << "the same name";
  EXPECT_NE(recorder[0].answered().find("\x87\x04\x0a" + std::string("\0\0\x02", 3)), std::string::npos);
}

TEST(Anonymize, AChecksumThatWasWrongStaysWrong) {
  Script script;
  Talk(script, client, server).start();
  script.frames[0].bytes[50] ^= 1U;
  std::vector<KeptPacket> packets = kept(script);
  EXPECT_FALSE(sound(packets[0]));
  anonymize(packets, {});
  EXPECT_FALSE(sound(packets[0]));
}

TEST(Anonymize, TunnelsAndQuotations) {
  const Address router = built::address("203.0.113.200");
  Script script;
  const auto inner = built::ip(client.address, server.address, 6, built::tcp(client, server, {}, bytes("x")));
  script.add(built::frame(router, built::ip(router, built::address("203.0.113.201"), 4, inner)));
  base::Writer error;
  error.u32(0x03010000);
  error.u32(0);
  error.bytes(base::ByteView(inner).first(28));
  script.add(built::frame(router, built::ip(router, client.address, 1, error.data())));
  std::vector<KeptPacket> packets = kept(script);
  anonymize(packets, {});
  const std::string after = all(packets);
  EXPECT_EQ(after.find("\xcb\x00\x71"), std::string::npos);
  EXPECT_EQ(after.find("\xc6\x33\x64"), std::string::npos);
  std::string seen;
  link::Decoder decoder(
      [&](const Segment& one) { seen += one.source.text() + ">" + one.destination.text() + ";"; }, [](auto&&...) {},
      [&](const IcmpError& one) { seen += "icmp " + one.source.text() + ">" + one.destination.text() + " to " + one.from.text(); });
  again(packets).each([&](const Packet& packet) { decoder.feed(packet); });
  EXPECT_EQ(seen, "10.0.0.3:40000>10.0.0.4:443;icmp 10.0.0.3:40000>10.0.0.4:443 to 10.0.0.1");
}

TEST(Anonymize, HardwareAddressesAndLongHeadersOfQuic) {
  Script script;
  script.udp(client, server,
             bytes(std::string("\xc0\x00\x00\x00\x01\x04"
                               "abcd"
                               "\x02"
                               "ef"
                               "protected, but not against anybody",
                               48)));
  script.udp(client, server, bytes("\x40 a short header"));
  std::vector<KeptPacket> packets = kept(script);
  anonymize(packets, {});
  const std::string after = all(packets);
  EXPECT_EQ(after.find("protected"), std::string::npos);
  EXPECT_NE(after.find("ef"), std::string::npos);
  EXPECT_NE(after.find("a short header"), std::string::npos);
  EXPECT_GT(packets[0].original_size, packets[0].bytes.size());
  EXPECT_EQ(base::hex(base::ByteView(packets[1].bytes).first(12)), "020000000001020000000002");
  EXPECT_TRUE(sound(packets[1]));
}

}  // namespace
}  // namespace whytls::sources::capture
