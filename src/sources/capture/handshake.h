// SPDX-License-Identifier: Apache-2.0
// What a capture yields: one handshake as it was watched, whatever carried it. TCP streams, DTLS and QUIC fill the same value.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "observe/conversation.h"
#include "sources/capture/packet.h"
#include "sources/capture/stream.h"

namespace whytls::sources::capture {

enum class Carrier : std::uint8_t { tls, dtls, quic };

/// What a key log did for a handshake: it has nothing for it, it opened some of what is protected, or what it has opens none of it.
enum class Secrets : std::uint8_t { none, open, useless };

/// What stands in the way of seeing all of it.
struct Sight {
  bool begins_midway = false;                           ///< the capture began after the connection did
  bool cut_off = false;                                 ///< the capture ended, or the flow had to be let go, before the connection did
  bool client_missing = false, server_missing = false;  ///< no packet of that side
  std::uint64_t client_lost = 0, server_lost = 0;       ///< bytes of that side that the capture lost before the handshake was over
  bool cut_packets = false;                             ///< packets were captured only in part (snaplen)
};

/// TLS never began: it, or the way to its server, was asked for in plaintext and not given.
struct Refusal {
  std::string protocol;      ///< as `Handshake::upgrade`
  bool by_proxy = false;     ///< of the way; else of the upgrade
  bool not_offered = false;  ///< the server does not know the request, rather than denying it
  int status = 0;            ///< reply code, where the protocol has one
  std::string words, text;   ///< the peer's own words, and a sentence; printable
  std::uint64_t packet = 0;  ///< that brought the answer
};

struct Handshake {
  std::uint64_t number = 0;  ///< of its connection in this capture, from 1, in the order of their first packets
  Carrier carrier = Carrier::tls;
  Endpoint client, server;
  Moment first, last;                  ///< first and last packet of the connection
  std::int64_t silence = 0;            ///< nanoseconds from the last packet to where the capture ended or the connection was let go
  observe::Conversation conversation;  ///< events carry packet numbers; times are since `first`
  bool ssl2_form = false;              ///< the ClientHello came in SSL 2's form, and stands in the conversation in that of TLS
  /// What was spoken before TLS, or carries it: "smtp", "postgres", "http-connect", "socks5", "tds", "openvpn", "tls" …; empty: TLS from
  /// the start.
  std::string upgrade;
  std::optional<Refusal> refusal;
  Sight sight;
  TcpFacts tcp;         ///< of Carrier::tls; End::opener is the client
  std::string history;  ///< Zeek's ssl_history letters: upper case the client's, lower case the server's
  /// Protected records (packets of QUIC) of each side; the first few are also events of the conversation, opaque, with their sizes.
  std::uint32_t protected_client = 0, protected_server = 0;
  Secrets secrets = Secrets::none;
  /// TLS begun and plaintext before it, or instead of it: the first bytes of each side, at most 512.
  base::Bytes preface_client, preface_server;
  std::vector<std::uint64_t> packets;        ///< those that carry it, in order, at most 256: what proves it
  std::string close_reason;                  ///< QUIC: the reason phrase of CONNECTION_CLOSE, as sent
  std::vector<std::uint32_t> quic_versions;  ///< versions named by a Version Negotiation packet of the server
  /// QUIC: whose Handshake packet, which could not be opened, is the last that was seen, though the other side would have to answer it.
  /// If it stays the last, it closed the connection (RFC 9000 10.2).
  std::optional<observe::From> quic_last_word;
  std::vector<std::uint32_t> quic_begun;  ///< versions by which the client began, one after the other
};

/// Called once for each handshake, when its connection is over.
using HandshakeSink = std::function<void(Handshake&&)>;

}  // namespace whytls::sources::capture
