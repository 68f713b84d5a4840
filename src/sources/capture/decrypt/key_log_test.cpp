// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/decrypt/key_log.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "base/text.h"

namespace whytls::sources::capture {
namespace {

const std::string random_text(64, 'a');
const base::Bytes random_bytes(32, 0xaa);

std::string line(const std::string& label, std::size_t secret_bytes, char fill = '1', const std::string& client_random = random_text) {
  return label + " " + client_random + " " + std::string(2 * secret_bytes, fill) + "\n";
}

TEST(KeyLog, KeepsEachSecretUnderItsClientRandomAndPurpose) {
  KeyLog log;
  log.add("# made by a browser\r\n\r\n" + line("CLIENT_RANDOM", 48) + line("CLIENT_HANDSHAKE_TRAFFIC_SECRET", 32, '2') +
          line("SERVER_HANDSHAKE_TRAFFIC_SECRET", 48, '3') + line("CLIENT_TRAFFIC_SECRET_0", 32, '4') +
          line("SERVER_TRAFFIC_SECRET_0", 32, '5') + line("CLIENT_EARLY_TRAFFIC_SECRET", 32, '6'));
  EXPECT_EQ(log.size(), 6U);
  EXPECT_EQ(log.bad_lines(), 0U);
  EXPECT_EQ(base::hex(log.find(Secret::master, random_bytes)), std::string(96, '1'));
  EXPECT_EQ(base::hex(log.find(Secret::server_handshake, random_bytes)), std::string(96, '3'));
  EXPECT_EQ(base::hex(log.find(Secret::client_early, random_bytes)), std::string(64, '6'));
  EXPECT_TRUE(log.find(Secret::master, base::Bytes(32, 0xab)).empty());
  EXPECT_TRUE(log.find(Secret::master, base::Bytes(31, 0xaa)).empty());
}

TEST(KeyLog, PassesOverDamageAndLabelsOfOtherUse) {
  KeyLog log;
  log.add(line("EXPORTER_SECRET", 32) + line("ECH_CONFIG", 32) + "RSA 0011223344556677 " + std::string(96, '0') + "\n");
  EXPECT_EQ(log.bad_lines(), 0U);
  log.add("CLIENT_RANDOM\nCLIENT_RANDOM " + random_text + "\nCLIENT_RANDOM " + random_text + " xyz\n" + line("CLIENT_RANDOM", 49) +
          line("CLIENT_RANDOM", 16) + line("CLIENT_RANDOM", 48, '1', "abcd") + "client random\n" + std::string(300, '\x80') +
          "\nCLIENT_RANDOM " + random_text + " " + std::string(96, '1') + " more\n");
  EXPECT_EQ(log.bad_lines(), 9U);
  EXPECT_TRUE(log.empty());
  log.add("  CLIENT_RANDOM\t" + random_text + "  " + std::string(96, '1'));
  EXPECT_EQ(log.size(), 1U) << "white space and a missing end of line do no harm";
}

TEST(KeyLog, TheFirstSecretOfAConnectionStays) {
  KeyLog log;
  log.add(line("CLIENT_RANDOM", 48, '1') + line("CLIENT_RANDOM", 48, '2'));
  EXPECT_EQ(log.find(Secret::master, random_bytes)[0], 0x11);
}

TEST(KeyLog, ReadsFilesOfAnySizeLineByLine) {
  const std::string path = testing::TempDir() + "whytls-key-log-test";
  const std::size_t count = 3000;
  {
    std::ofstream file(path, std::ios::binary);
    for (std::size_t i = 0; i < count; ++i) {
      std::string client_random = random_text;
      client_random.replace(20, 4, std::to_string(1000 + i));
      file << line("CLIENT_RANDOM", 48, '1', client_random);
    }
    file << std::string(200'000, 'x');
  }
  KeyLog log;
  ASSERT_TRUE(log.load(path));
  EXPECT_EQ(log.size(), count);
  EXPECT_GE(log.bad_lines(), 1U) << "what has no line ends is damage, and is not gathered in memory";
  std::remove(path.c_str());
  const auto missing = KeyLog().load(path);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().where, path);
}

}  // namespace
}  // namespace whytls::sources::capture
