// SPDX-License-Identifier: Apache-2.0
#include "observe/machine.h"

#include <gtest/gtest.h>

namespace whytls::observe {
namespace {

using enum wire::HandshakeType;

std::optional<std::string> run(bool tls13, std::initializer_list<wire::HandshakeType> messages) {
  State state = State::start;
  for (const wire::HandshakeType message : messages) {
    const Step next = step(state, message, tls13, false);
    if (next.violation) return next.violation;
    state = next.state;
  }
  return std::nullopt;
}

TEST(Machine, AllowsTheFlightsOfTheStandards) {
  EXPECT_FALSE(
      run(false, {server_hello, certificate, server_key_exchange, certificate_request, server_hello_done, new_session_ticket, finished}));
  EXPECT_FALSE(run(false, {server_hello, certificate, certificate_status, server_key_exchange, server_hello_done, finished}));
  EXPECT_FALSE(run(false, {server_hello, finished})) << "resumption";
  EXPECT_FALSE(run(true, {server_hello, encrypted_extensions, certificate_request, certificate, certificate_verify, finished,
                          new_session_ticket, new_session_ticket}));
}

TEST(Machine, NamesWhatItExpectedAndWhatCame) {
  EXPECT_EQ(run(true, {server_hello, certificate}), "expected encrypted_extensions, got certificate");
  EXPECT_EQ(run(false, {certificate}), "expected server_hello, got certificate");
  EXPECT_TRUE(run(true, {server_hello, encrypted_extensions, certificate, finished})) << "the proof of the key is missing";
  EXPECT_TRUE(run(false, {server_hello, certificate, server_hello_done, server_key_exchange}));
}

TEST(Machine, AServerOfDatagramsMayAskForACookieFirst) {
  EXPECT_FALSE(run(false, {hello_verify_request, hello_verify_request, server_hello, certificate, server_hello_done}));
  EXPECT_TRUE(run(false, {server_hello, hello_verify_request}));
}

TEST(Machine, AllowsOneHelloRetryRequestOnly) {
  const Step first = step(State::start, server_hello, true, true);
  EXPECT_FALSE(first.violation);
  EXPECT_EQ(first.state, State::retried);
  EXPECT_TRUE(step(first.state, server_hello, true, true).violation);
  EXPECT_FALSE(step(first.state, server_hello, true, false).violation);
}

}  // namespace
}  // namespace whytls::observe
