// SPDX-License-Identifier: Apache-2.0
#include "cli/capture/key_use.h"

#include <gtest/gtest.h>

namespace whytls::cli {
namespace {

using sources::capture::Handshake;
using sources::capture::KeyLog;
using sources::capture::Secrets;

Handshake handshake(Secrets secrets, std::uint32_t records = 3) {
  Handshake h;
  h.protected_server = records;
  h.secrets = secrets;
  return h;
}

KeyLog log_of(const std::string& text) {
  KeyLog log;
  log.add(text);
  return log;
}

const std::string line = "CLIENT_RANDOM " + std::string(64, 'a') + " " + std::string(96, 'b') + "\n";

TEST(KeyUse, OfAnotherDayIsTold) {
  KeyUse use;
  use.note(handshake(Secrets::none));
  use.note(handshake(Secrets::none));
  use.note(handshake(Secrets::none, 0));
  EXPECT_EQ(use.warning(log_of(line), "keys.txt"),
            "the secrets of --keylog keys.txt opened 0 of 2 handshakes: none of them is for a connection of this capture");
}

TEST(KeyUse, SecretsThatOpenNothingAreCounted) {
  KeyUse use;
  use.note(handshake(Secrets::open));
  use.note(handshake(Secrets::useless));
  EXPECT_EQ(use.warning(log_of(line), ""),
            "the secrets in the capture opened 1 of 2 handshakes; 1 more have secrets there that open nothing: damaged ones, or another "
            "connection's");
}

TEST(KeyUse, AFileWithoutSecretsIsTold) {
  EXPECT_EQ(KeyUse().warning(log_of("no key log\nat all\n"), "notes.txt"),
            "--keylog notes.txt: it holds no secret, and 2 lines that cannot be read");
}

TEST(KeyUse, SomeHandshakesWithoutSecretsAreNoFault) {
  KeyUse use;
  use.note(handshake(Secrets::open));
  use.note(handshake(Secrets::none));
  EXPECT_FALSE(use.warning(log_of(line), "keys.txt"));
}

TEST(KeyUse, WithoutAKeyLogOrWithNothingToOpenThereIsNothingToSay) {
  KeyUse use;
  use.note(handshake(Secrets::none, 0));
  EXPECT_FALSE(use.warning(log_of(line), "keys.txt"));
  use.note(handshake(Secrets::none));
  EXPECT_FALSE(use.warning(KeyLog(), ""));
}

}  // namespace
}  // namespace whytls::cli
