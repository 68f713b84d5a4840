// SPDX-License-Identifier: Apache-2.0
// A TLS client that never gives up early: it goes on whatever the certificate says, notes what breaks a rule, and keeps everything.
// No policy stands here: trust, strength and names are judged by others from the transcript. Blocking; one thread a connection.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "crypto/signature.h"
#include "net/stream.h"
#include "sources/probe/offer.h"
#include "sources/probe/transcript.h"

namespace whytls::probe {

enum class Depth : std::uint8_t {
  first_flight,   ///< stop at ServerHello (or HelloRetryRequest)
  server_flight,  ///< through ServerHelloDone, or TLS 1.3's server Finished where its secret can be derived
  finished,       ///< the whole handshake, with an orderly close
  application,    ///< and what comes after: a HEAD request, or the close that shows whether TLS 1.3 accepted our certificate
};

struct ClientIdentity {
  std::vector<base::Bytes> chain;  ///< DER, leaf first
  crypto::Key key;                 ///< may belong to another certificate: the server will say so
};

struct HandshakeOptions {
  Depth depth = Depth::finished;
  std::chrono::milliseconds step{5000};  ///< for each whole message of the server's to come
  net::Deadline overall = net::Deadline::max();
  std::chrono::milliseconds after{1500};  ///< at most, for what comes after the handshake; less where the handshake was quick
  const net::CancelFlag* cancel = nullptr;
  std::atomic<bool>* heard = nullptr;                 ///< set once a byte has come
  ClientIdentity identity;                            ///< empty chain: an empty Certificate message answers a request
  std::string http_head;                              ///< Depth::application: value of Host; empty: no request
  std::chrono::milliseconds listen{0};                ///< Depth::application: say nothing for so long and see whether the server ends it
  bool http_get = false;                              ///< ask for the page itself (HTTP/1.1): its first 4 KiB are kept
  Microseconds started{0};                            ///< added to all times: what passed since the connection was begun
  base::Bytes already_read;                           ///< bytes behind a STARTTLS dialogue
  std::size_t message_limit = std::size_t{1} << 20U;  ///< bytes of one handshake message; longer ones are recorded as oversized
};

/// Never fails: whatever happened stands in the transcript. The stream is closed on return: in order after a complete handshake, by reset
/// otherwise.
Transcript handshake(net::Stream& stream, const Offer& offer, const HandshakeOptions& options);

}  // namespace whytls::probe
