// SPDX-License-Identifier: Apache-2.0
// For the tests of this folder: a conversation written down turn by turn, held in pieces of several sizes.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "wire/upgrade.h"

namespace whytls::wire::dialogue {

/// What the peer says, and what the client must have said by the time it has read all of that.
struct Turn {
  std::string peer;
  std::string client;
};

struct Ending {
  UpgradeState state = UpgradeState::talking;
  int status = 0;
  std::string detail;     ///< a part of it
  std::string left_over;  ///< all of it
};

inline UpgradeOptions example_options() { return {.host = "server.example", .port = 4444, .user = {}, .password = {}}; }

/// Bytes of a literal that has zeros in it.
template <std::size_t n>
std::string raw(const char (&text)[n]) {
  return {text, n - 1};
}

inline void hold(const std::string& name, const std::string& first, const std::vector<Turn>& turns, const Ending& ending,
                 const UpgradeOptions& options, std::size_t piece) {
  SCOPED_TRACE(testing::Message() << name << " in pieces of " << piece);
  const UpgradeProtocol* protocol = upgrade_protocol(name);
  ASSERT_NE(protocol, nullptr);
  const auto upgrade = protocol->begin(options);
  UpgradeStep step = upgrade->start();
  EXPECT_EQ(base::text(step.send), first);
  for (const Turn& turn : turns) {
    ASSERT_EQ(step.state, UpgradeState::talking) << "ended before the peer said: " << turn.peer;
    std::string said;
    for (std::size_t at = 0; at < turn.peer.size(); at += piece) {
      step = upgrade->feed(base::view(std::string_view(turn.peer).substr(at, piece)));
      said += base::text(step.send);
    }
    EXPECT_EQ(said, turn.client);
  }
  EXPECT_EQ(static_cast<int>(step.state), static_cast<int>(ending.state)) << step.detail;
  EXPECT_EQ(step.status, ending.status);
  EXPECT_THAT(step.detail, testing::HasSubstr(ending.detail));
  EXPECT_EQ(base::text(upgrade->left_over), ending.left_over);
}

/// Holds the conversation whole, byte by byte and in pieces of 7: the outcome must be the same.
inline void expect_conversation(const std::string& name, const std::string& first, const std::vector<Turn>& turns, const Ending& ending,
                                const UpgradeOptions& options = example_options()) {
  for (const std::size_t piece : {std::size_t{65536}, std::size_t{1}, std::size_t{7}}) hold(name, first, turns, ending, options, piece);
}

/// What none of these protocols says.
inline const std::string tls_alert = raw("\x15\x03\x01\x00\x02\x02\x28");
inline const std::string http_answer = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";

/// A TLS alert, and an HTTP answer, are no dialogue at its beginning.
inline void expect_strangers_fail(const std::string& name, const std::string& first) {
  expect_conversation(name, first, {{tls_alert, ""}}, {.state = UpgradeState::failed, .detail = "does not speak"});
  expect_conversation(name, first, {{http_answer, ""}}, {.state = UpgradeState::failed, .detail = "does not speak"});
}

}  // namespace whytls::wire::dialogue
