// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/history.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace whytls::sources::capture {
namespace {

using observe::Event;
using observe::From;

Event message(From from, wire::HandshakeType type) {
  Event event;
  event.from = from;
  event.type = type;
  event.raw = wire::handshake_message(type, {});
  return event;
}

Event other(From from, Event::Kind kind) {
  Event event;
  event.from = from;
  event.kind = kind;
  return event;
}

TEST(History, SpellsAHandshakeAsZeekDoes) {
  using enum wire::HandshakeType;
  std::vector<Event> events{message(From::client, client_hello),
                            message(From::server, hello_verify_request),
                            message(From::client, client_hello),
                            message(From::server, server_hello),
                            message(From::server, certificate),
                            message(From::server, server_key_exchange),
                            message(From::server, server_hello_done),
                            message(From::client, client_key_exchange),
                            other(From::client, Event::Kind::change_cipher_spec)};
  events.push_back(other(From::client, Event::Kind::handshake));
  events.back().opaque = true;
  events.push_back(other(From::server, Event::Kind::alert));
  EXPECT_EQ(history_of(events), "CvCsxknGIQl");
}

TEST(History, ARunOfDataIsOneLetterAndTheStringIsBounded) {
  std::vector<Event> events(5, other(From::client, Event::Kind::application_data));
  events.resize(9, other(From::server, Event::Kind::application_data));
  EXPECT_EQ(history_of(events), "Dd");
  EXPECT_EQ(history_of(std::vector<Event>(500, other(From::server, Event::Kind::alert))), std::string(100, 'l'));
}

TEST(History, AHelloRetryRequestIsToldByItsRandom) {
  wire::ServerHello hello;
  hello.legacy_version = 0x0303;
  hello.random = *base::unhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c");
  hello.cipher_suite = 0x1301;
  Event event = message(From::server, wire::HandshakeType::server_hello);
  event.raw = wire::handshake_message(event.type, build(hello));
  EXPECT_EQ(letter_of(event), 'j');
  hello.random.back() = 0;
  event.raw = wire::handshake_message(event.type, build(hello));
  EXPECT_EQ(letter_of(event), 's');
}

TEST(History, WhatZeekHasNoLetterForIsUnassigned) {
  EXPECT_EQ(letter_of(message(From::client, wire::HandshakeType::next_protocol)), 'Z');
  EXPECT_EQ(letter_of(message(From::server, wire::HandshakeType::compressed_certificate)), 'x');
}

}  // namespace
}  // namespace whytls::sources::capture
