// SPDX-License-Identifier: Apache-2.0
// What the other handshakes of a capture say about the same server: which hellos it accepted, what it chose, how often it failed.
// A hello that works beside one that does not is a minimal pair that nobody had to make. Bounded: a few hellos for each of many servers.
#pragma once

#include <array>
#include <compare>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "evidence/evidence.h"
#include "sources/capture/handshake.h"
#include "sources/capture/standing.h"

namespace whytls::sources::capture {

class Ledger {
 public:
  /// Notes how a handshake went; `offer` is its first ClientHello.
  void note(const Handshake& handshake, Standing standing);
  /// Facts about the server that this handshake met, for one that failed.
  evidence::Evidence facts_for(const Handshake& handshake) const;

  /// Whether somebody whose offer was the same sent data to this server after the handshake.
  bool went_on(const Handshake& handshake) const;

  static constexpr std::size_t most_servers = 20000, most_hellos = 6, most_attempts = 8, most_failures = 64;

  /// A hello that the server accepted, and what it chose for it.
  struct Accepted {
    std::uint64_t shape = 0;  ///< of the hello and its name, without what differs from one connection to the next
    wire::ClientHello hello;
    std::uint16_t version = 0, suite = 0, group = 0, scheme = 0;  ///< 0: not visible
    Address client;
    std::uint64_t flow = 0;
    bool went_on = false;  ///< somebody with this hello sent data afterwards
    std::string upgrade;   ///< what was spoken before TLS
  };

 private:
  struct Attempt {
    Address client;
    std::int64_t at = 0;
    std::uint16_t highest = 0;
    bool failed = false;
  };
  struct Server {
    std::uint64_t worked = 0, failed = 0;
    std::vector<Accepted> accepted;
    std::vector<Attempt> attempts;                              ///< the latest that failed, and what their clients did next
    std::unordered_map<std::uint64_t, std::uint64_t> failures;  ///< how often the same offer failed
  };
  /// An endpoint as numbers, which compare faster than bytes.
  struct Key {
    std::array<std::uint64_t, 2> address{};
    std::uint16_t port = 0;
    bool v6 = false;

    explicit Key(const Endpoint& of);
    auto operator<=>(const Key&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 takes the 0 of it for a pointer
  };

  std::map<Key, Server> servers_;
};

}  // namespace whytls::sources::capture
