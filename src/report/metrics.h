// SPDX-License-Identifier: Apache-2.0
// Prometheus' text format and OpenMetrics: families with HELP and TYPE, samples with labels. Label values are bounded sets; a peer's words
// only ever stand in families whose names end in _info.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "report/capture_summary.h"

namespace whytls::report {

/// Prometheus' own text format 0.0.4, or OpenMetrics 1.0.0.
enum class Exposition : std::uint8_t { prometheus, openmetrics };
/// Which of them an Accept field of HTTP (RFC 9110 12.5.1) prefers; Prometheus' own where it names neither.
Exposition exposition_for(std::string_view accept);
std::string_view media_type(Exposition form);

class Metrics {
 public:
  explicit Metrics(Exposition form = Exposition::prometheus) : form_(form) {}
  using Labels = std::vector<std::pair<std::string_view, std::string>>;
  /// Samples follow their family. `type`: gauge or counter.
  void family(std::string_view name, std::string_view type, std::string_view help);
  void sample(const Labels& labels, double value);
  void sample(const Labels& labels, std::uint64_t value);
  std::string take();

 private:
  void begin(const Labels& labels);

  Exposition form_;
  std::string name_;
  std::string out_;
};

/// Seconds since 1970.
double timestamp(base::Time time);

/// What a watcher counts, since it began.
struct WatchMetrics {
  std::string version;  ///< of the program
  base::Time start;
  std::optional<base::Time> last_packet;
  std::uint64_t packets = 0, bytes = 0, dropped = 0;  ///< dropped: by the kernel, before they could be read
  std::uint64_t connections = 0, connections_open = 0;
  HandshakeCounts handshakes;
  std::vector<std::pair<std::string, std::uint64_t>> failures;  ///< by the id of the cause; others than those of the taxonomy are left out
};
std::string watch_metrics(const WatchMetrics& metrics, Exposition form = Exposition::prometheus);

}  // namespace whytls::report
