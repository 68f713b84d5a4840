// SPDX-License-Identifier: Apache-2.0
// What somebody who watches an interface sees: a value, and the lines of a terminal that show it. It refuses to know where the figures
// come from and how lines get onto a terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "report/capture_summary.h"
#include "report/format.h"

namespace whytls::report {

/// Failures alike, without the evidence.
struct WatchGroup {
  std::string cause;         ///< empty: undetermined
  std::string client;        ///< what it looks like, or its address
  std::string server, name;  ///< address and port; the name that was asked for
  std::uint64_t count = 0;
  std::optional<base::Time> last;
};

struct WatchEvent {
  std::optional<base::Time> time;
  diagnosis::Outcome outcome = diagnosis::Outcome::failed;
  std::string cause;   ///< empty: none is named
  std::string client;  ///< address
  std::string server, name;
};

struct WatchView {
  std::string source;  ///< "eth0, port 443"
  std::chrono::seconds running{};
  std::uint64_t packets = 0, bytes = 0, dropped = 0;                               ///< since it began
  double packets_per_second = 0, bytes_per_second = 0, handshakes_per_second = 0;  ///< lately
  std::vector<std::uint64_t> lately;  ///< handshakes of each of the last seconds, the oldest first
  std::uint64_t open = 0;             ///< connections that are being followed
  HandshakeCounts handshakes;
  std::vector<WatchGroup> groups;  ///< most frequent first
  std::vector<WatchEvent> latest;  ///< newest first
};

/// At most `height` lines, none wider than the style's width; each is complete in itself (its colours end with it).
std::vector<std::string> watch_lines(const WatchView& view, const Style& style, std::size_t height);

}  // namespace whytls::report
