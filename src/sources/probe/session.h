// SPDX-License-Identifier: Apache-2.0
// What the phases of one handshake share. Internal to the client: greet() until ServerHello, then tls12() or tls13(), then afterwards().
#pragma once

#include <string>
#include <vector>

#include "crypto/key_exchange.h"
#include "crypto/schedule.h"
#include "registry/registry.h"
#include "sources/probe/channel.h"
#include "sources/probe/client.h"
#include "sources/probe/transcript.h"

namespace whytls::probe {

struct Session {
  Session(net::Stream& stream, const Offer& asked, const HandshakeOptions& wanted, Transcript& kept)
      : offer(asked), options(wanted), transcript(kept), channel(stream, wanted, kept) {}

  const Offer& offer;
  const HandshakeOptions& options;
  Transcript& transcript;
  Channel channel;

  base::Bytes messages;  ///< all handshake messages so far, as the transcript hash takes them
  HelloInputs inputs;
  std::vector<crypto::EphemeralKey> keys;
  base::Bytes client_random, server_random;
  std::uint16_t version = 0;
  const registry::Suite* suite = nullptr;  ///< nullptr: nobody knows it
  crypto::Key leaf_key;
  crypto::Schedule13 schedule;  ///< TLS 1.3, once the handshake is complete

  /// Marks a step as done and the next as under way.
  void done(Stage stage, Stage next);
  /// Adds a message to the transcript hash and queues it.
  void send(wire::HandshakeType type, base::ByteView body);
  void received(const wire::HandshakeMessage& message) { messages.insert(messages.end(), message.raw.begin(), message.raw.end()); }
  /// Notes the first message that does not parse. True when there was nothing to note.
  bool parsed(const std::optional<base::Malformed>& malformed, wire::HandshakeType type);
  /// Stops without fault.
  void stop(Stopped why);
  /// Stops where HandshakeOptions::depth says so.
  bool deep_enough(Depth depth);
  bool over() const { return channel.ended() || transcript.stopped != Stopped::no; }
  /// The next handshake message, or nullopt: it ended, or something else came, which is a violation then.
  std::optional<wire::HandshakeMessage> next_message(std::string_view expected);
  void unexpected(wire::HandshakeType type, std::string_view expected);
  void read_certificates(const wire::CertificateMessage& message);
  /// Verifies with the leaf's key and notes the outcome.
  void check_signature(std::uint16_t scheme, base::ByteView signed_bytes, base::ByteView signature);
  /// The scheme with which our client key answers the server's list (0: the fixed one below TLS 1.2); nullopt: none in common.
  std::optional<std::uint16_t> client_scheme() const;
};

/// Hello, HelloRetryRequest, ServerHello. True where a phase with keys may follow.
bool greet(Session& session);
/// After ServerHello of SSL 3 to TLS 1.2 (and of versions that nobody knows).
void tls12(Session& session);
void tls13(Session& session);
/// A version 2 hello that got a version 2 answer.
void read_ssl2(Session& session, base::ByteView message);
/// Once the handshake is complete.
void afterwards(Session& session);

}  // namespace whytls::probe
