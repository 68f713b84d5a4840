// SPDX-License-Identifier: Apache-2.0
// Packets of an interface as they pass, by libpcap; and how a program that looks at them gives up everything else first.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "sources/capture/packet.h"

namespace whytls::sources::capture {

struct LiveOptions {
  std::string interface;
  std::string filter;             ///< libpcap's language; empty: everything
  int buffer = 64 * 1024 * 1024;  ///< bytes that the kernel keeps while nobody reads
  int longest_packet = 262144;    ///< bytes of each that are kept
};

class LiveCapture {
 public:
  /// Needs the right to look (CAP_NET_RAW). Errors say which right, interface or part of the filter it is.
  static base::Result<LiveCapture> open(const LiveOptions& options);
  LiveCapture(LiveCapture&&) noexcept;
  LiveCapture& operator=(LiveCapture&&) noexcept;
  ~LiveCapture();

  enum class Next : std::uint8_t { packet, none, over };
  /// The next packet if one is there; its bytes hold until the next call.
  Next next(Packet& packet);
  /// Becomes readable when packets are there.
  int descriptor() const;
  /// Packets that the kernel threw away, since the beginning.
  std::uint64_t dropped() const;
  /// Why it is over.
  const std::string& error() const;

 private:
  struct State;
  explicit LiveCapture(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

/// Interfaces that may be opened: "eth0", "lo", "any" …
std::vector<std::string> interfaces();

/// Gives up every privilege for good: the user becomes whoever ran sudo, else nobody; no new privileges; no capabilities. Then the process
/// confines itself (seccomp): it may read, write, wait, make memory and end; it may not open, connect, start or inspect anything.
/// `may_accept`: it may also answer connections on sockets that it listens on already; `may_write_files`: make and replace files.
struct Confinement {
  bool may_accept = false, may_write_files = false;
};
base::Result<void> give_up_privileges(const Confinement& how);

}  // namespace whytls::sources::capture
