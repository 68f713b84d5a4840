// SPDX-License-Identifier: Apache-2.0
// One connection from the name to the end of the handshake, and what it says as facts. A trial is what to do; an attempt is what
// came of it. Blocking; one thread an attempt.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "evidence/evidence.h"
#include "net/dial.h"
#include "observe/conversation.h"
#include "sources/probe/client.h"

namespace whytls::probe {

/// Where, by which way, and within which time.
struct Place {
  net::Route route;
  std::chrono::milliseconds step{5000};
  net::Deadline overall = net::Deadline::max();
  const net::CancelFlag* cancel = nullptr;
  std::string http_host;  ///< for the HEAD request; empty: none is ever sent
};

/// How far an attempt has come that is still running.
struct Watch {
  std::atomic<bool> connected{false};  ///< TLS may begin
  std::atomic<bool> heard{false};      ///< the server has said something since
};

/// One way to ask. Everything that a minimal pair may vary stands here.
struct Trial {
  Offer offer;
  Depth depth = Depth::first_flight;
  ClientIdentity identity;
  base::Bytes prefix;                             ///< sent in the clear before TLS begins (a PROXY protocol header)
  std::optional<std::string> starttls;            ///< another upgrade dialogue than the place's
  std::optional<int> max_segment;                 ///< bytes; clamps both directions
  std::chrono::milliseconds pause{0};             ///< whoever runs the trial waits so long before it
  bool ask_http = false;                          ///< send a HEAD request after the handshake, whatever the place says
  bool listen = false;                            ///< say nothing after the handshake, and see whether the server ends it
  bool ask_page = false;                          ///< ask for the page itself instead
  std::shared_ptr<Watch> watch;                   ///< for those who watch a slow attempt
  std::optional<std::chrono::milliseconds> step;  ///< where not the place's
};

/// What came before TLS: how connecting, the proxy and the upgrade dialogue went.
struct Dialogue {
  net::End end = net::End::open;
  std::string detail;
  int status = 0;
  bool not_offered = false, refused = false;
  base::Bytes answer;
  std::vector<net::IcmpError> icmp;
  Microseconds tcp_took{}, proxy_took{}, starttls_took{};
};

struct Attempt {
  Trial trial;
  net::DialStage dialled = net::DialStage::tcp;  ///< ready: TLS began
  Dialogue dial;
  std::optional<Transcript> transcript;
  std::chrono::milliseconds took{};
  net::Address address;
  bool cut_short = false;  ///< the command's deadline or an interruption ended it before its own time: it says nothing

  /// A ServerHello (or HelloRetryRequest) came, and nothing before it went wrong.
  bool hello_answered() const;
};

Attempt attempt(const Place& place, const Trial& trial);
/// Sleeps in slices, so that an interruption ends it.
void wait(std::chrono::milliseconds pause, const net::CancelFlag* cancel);

/// What a server says in plaintext: its greeting, or its answer to a line of HTTP. Empty where it says nothing.
base::Bytes plaintext_of(const Place& place);

/// The conversation as every observer sees it.
observe::Conversation conversation_of(const Transcript& transcript, std::uint16_t port);

/// All facts of one attempt: the conversation's, and what only who made the connection knows (the kernel's view, the answer
/// of HTTP, the proof of the server's signature, what the dialogues before TLS said).
evidence::Evidence facts_of(const Attempt& attempt);

/// How it ended in one line for people: "ServerHello: TLS 1.2, TLS_…", "alert handshake_failure", "reset", "nothing in 5 s".
std::string ending_words(const Attempt& attempt);

/// Two attempts that ended at the same step in the same way (same alert, same kind of end).
bool ended_alike(const Attempt& a, const Attempt& b);

}  // namespace whytls::probe
