// SPDX-License-Identifier: Apache-2.0
#include "sources/probe/profiles.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/embedded.h"
#include "base/text.h"
#include "observe/fingerprint.h"
#include "registry/registry.h"
#include "wire/record.h"

namespace whytls::probe {

extern const std::span<const base::Embedded> profile_texts;

namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Profiles, EveryFileIsGoodAndNamedByItself) {
  ASSERT_FALSE(profile_texts.empty());
  for (const base::Embedded& file : profile_texts) {
    const auto one = parse_profile(file.text);
    ASSERT_TRUE(one.has_value()) << file.name << ": " << one.error().text();
    EXPECT_EQ(one->name, file.name);
    EXPECT_EQ(one->hello.alpn(), one->alpn);
    EXPECT_EQ(wire::build(one->hello), one->client_hello) << file.name;
    EXPECT_THAT(one->hello.versions(), Contains(registry::version::tls13)) << file.name;
    EXPECT_EQ(one->hello.server_name(), "www.example.com") << file.name;
    EXPECT_FALSE(one->source.empty()) << file.name;
  }
  EXPECT_EQ(profiles().size(), profile_texts.size());
}

TEST(Profiles, HoldTheClientsOfTheContract) {
  EXPECT_THAT(profile_names(), ::testing::IsSupersetOf({"chrome", "firefox", "curl", "java-17"}));
  EXPECT_EQ(profile("no such client"), nullptr);
}

TEST(Profiles, OfBrowsersShowTheirHabits) {
  const wire::ClientHello& chrome = profile("chrome")->hello;
  EXPECT_TRUE(registry::is_grease(chrome.cipher_suites.front()));
  EXPECT_NE(wire::find_extension(chrome.extensions, 0xfe0d), nullptr);  // encrypted_client_hello
  for (const char* name : {"chrome", "firefox"}) EXPECT_THAT(profile(name)->hello.supported_groups(), Contains(0x11ec)) << name;
  EXPECT_FALSE(registry::is_grease(profile("firefox")->hello.cipher_suites.front()));
  EXPECT_EQ(profile("chrome")->timestamps, 2U);
}

constexpr std::string_view good =
    "name: x\ntitle: X\nsoftware: X 1\nminimum-rsa-bits: 1024\ninsists-on-staple: no\n\n"
    "0100002903030000000000000000000000000000000000000000000000000000000000000000\n0000021301 0100\n";

TEST(Profiles, ReadsHeaderAndHello) {
  const auto one = parse_profile(good);
  ASSERT_TRUE(one.has_value()) << one.error().text();
  EXPECT_EQ(one->minimum_rsa_bits, 1024U);
  EXPECT_EQ(one->insists_on_staple, false);
  EXPECT_EQ(one->insists_on_renegotiation_info, std::nullopt);
  EXPECT_THAT(one->hello.cipher_suites, ElementsAre(0x1301));
}

TEST(Profiles, RefusesWhatIsNoProfile) {
  const auto why = [](std::string text, std::string_view from, std::string_view to) {
    text.replace(text.find(from), from.size(), to);
    const auto one = parse_profile(text);
    return one ? std::string("read") : one.error().text();
  };
  const std::string text(good);
  EXPECT_THAT(why(text, "1024", "many"), HasSubstr("minimum-rsa-bits: many"));
  EXPECT_THAT(why(text, "minimum-rsa", "maximum-rsa"), HasSubstr("no line of a profile"));
  EXPECT_THAT(why(text, "\n\n", "\n"), HasSubstr("no empty line"));
  EXPECT_THAT(why(text, "0100\n", "01zz\n"), HasSubstr("hexadecimal"));
  EXPECT_THAT(why(text, "0100\n", "0100ff\n"), HasSubstr("not one whole ClientHello"));
  EXPECT_THAT(why(text, "01000029", "02000029"), HasSubstr("not one whole ClientHello"));
  EXPECT_THAT(why(text, "title: X\n", ""), HasSubstr("needs name, title and software"));
}

// ---- Wireshark's opinion on the fingerprints ------------------------------------------------------------------------

void little(std::string& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xffU);
}
void big(std::string& out, std::uint32_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i) & 0xffU);
}

/// One TCP segment (raw IPv4) that carries the hello in a record.
std::string packet(const Profile& one, std::uint32_t port) {
  base::Writer records;
  wire::write_records(records, wire::ContentType::handshake, 0x0301,
                      wire::handshake_message(wire::HandshakeType::client_hello, one.client_hello));
  std::string out;
  big(out, 0x45000000U + 40U + static_cast<std::uint32_t>(records.size()), 4);
  big(out, 0x00010000, 4);
  big(out, 0x40060000, 4);
  big(out, 0xc0000201, 4);
  big(out, 0xc0000202, 4);
  big(out, port << 16U | 443U, 4);
  big(out, 1, 4);
  big(out, 1, 4);
  big(out, 0x5018ffff, 4);
  big(out, 0, 4);
  return out.append(base::text(records.data()));
}

/// A capture (pcap, LINKTYPE_RAW) of all profiles, one segment each.
std::string capture() {
  std::string out;
  for (const std::uint32_t word : {0xa1b2c3d4U, 0x00040002U, 0U, 0U, 65535U, 101U}) little(out, word, 4);
  std::uint32_t port = 50000;
  for (const Profile& one : profiles()) {
    const std::string bytes = packet(one, port++);
    little(out, 0, 4);
    little(out, 0, 4);
    little(out, static_cast<std::uint32_t>(bytes.size()), 4);
    little(out, static_cast<std::uint32_t>(bytes.size()), 4);
    out += bytes;
  }
  return out;
}

/// The field's value for each packet; empty where this tshark does not know it.
std::vector<std::string> tshark(const std::string& file, const std::string& field) {
  FILE* out = popen(("tshark -r " + file + " -T fields -e " + field + " 2>/dev/null").c_str(), "r");
  std::vector<std::string> lines;
  char line[256];
  while (out != nullptr && std::fgets(line, sizeof line, out) != nullptr) lines.emplace_back(base::trim(line));
  if (out == nullptr || pclose(out) != 0) lines.clear();
  return lines;
}

TEST(Profiles, TsharkComputesTheSameFingerprints) {
  if (std::system("command -v tshark >/dev/null 2>&1") != 0) GTEST_SKIP() << "no tshark";
  const std::string file = "/tmp/whytls-profiles-" + std::to_string(getpid()) + ".pcap";
  std::ofstream(file, std::ios::binary) << capture();
  const std::vector<std::string> theirs = tshark(file, "tls.handshake.ja3");
  const std::vector<std::string> newer = tshark(file, "tls.handshake.ja4");  // since Wireshark 4.2
  std::filesystem::remove(file);
  std::vector<std::string> ours, ours_newer;
  for (const Profile& one : profiles()) {
    ours.push_back(observe::ja3(one.hello));
    ours_newer.push_back(observe::ja4(one.hello));
  }
  EXPECT_EQ(theirs, ours);
  if (!newer.empty()) {
    EXPECT_EQ(newer, ours_newer);
  }
}

}  // namespace
}  // namespace whytls::probe
