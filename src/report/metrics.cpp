// SPDX-License-Identifier: Apache-2.0
#include "report/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>

#include "base/text.h"
#include "diagnosis/cause.h"

namespace whytls::report {
namespace {

/// Backslash, quote and line end are escaped in label values; the last cannot be left after `printable`.
std::string label_value(std::string_view text) {
  std::string out;
  for (const char c : base::printable(text)) {
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
  return out;
}

/// RFC 9110 12.4.2: 0 to 1 with three decimals; 0 where it is none.
double weight_of(std::string_view text) {
  double out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size() && out >= 0 && out <= 1 ? out : 0;
}

std::set<std::string_view> cause_ids() {
  std::set<std::string_view> out;
  for (const diagnosis::Cause* cause : diagnosis::causes) out.insert(cause->id);
  return out;
}

std::uint64_t count_of(const WatchMetrics& metrics, std::string_view cause) {
  std::uint64_t out = 0;
  for (const auto& [id, count] : metrics.failures)
    if (id == cause) out += count;
  return out;
}

void add_failures(Metrics& out, const WatchMetrics& metrics) {
  out.family("whytls_failures_total", "counter", "Failed handshakes, by the cause that was named.");
  for (const std::string_view id : cause_ids()) out.sample({{"cause", std::string(id)}}, count_of(metrics, id));
}

void add_handshakes(Metrics& out, const HandshakeCounts& counts) {
  const std::array<std::pair<std::string_view, std::uint64_t>, 5> all{{{"ok", counts.ok},
                                                                       {"failed", counts.failed},
                                                                       {"aborted", counts.aborted},
                                                                       {"undetermined", counts.undetermined},
                                                                       {"unseen", counts.unseen}}};
  out.family("whytls_handshakes_total", "counter", "Handshakes that were watched to their end, by how they ended.");
  for (const auto& [outcome, count] : all) out.sample({{"outcome", std::string(outcome)}}, count);
}

}  // namespace

void Metrics::family(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  // OpenMetrics names the family of a counter without the suffix of its samples.
  if (form_ == Exposition::openmetrics && type == "counter" && name.ends_with("_total")) name.remove_suffix(6);
  out_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

std::string Metrics::take() {
  if (form_ == Exposition::openmetrics) out_ += "# EOF\n";
  return std::move(out_);
}

void Metrics::begin(const Labels& labels) {
  out_ += name_;
  for (std::size_t i = 0; i < labels.size(); ++i)
    out_ += fmt::format("{}{}=\"{}\"", i == 0 ? "{" : ",", labels[i].first, label_value(labels[i].second));
  out_ += labels.empty() ? " " : "} ";
}

void Metrics::sample(const Labels& labels, double value) {
  begin(labels);
  out_ += fmt::format("{}\n", std::round(value * 1e6) / 1e6);  // what lies below a microsecond is noise
}

void Metrics::sample(const Labels& labels, std::uint64_t value) {
  begin(labels);
  out_ += fmt::format("{}\n", value);
}

Exposition exposition_for(std::string_view accept) {
  double prometheus = 0, openmetrics = 0;
  for (const std::string_view each : base::split(accept, ",")) {
    const auto parts = base::split(each, ";");
    const std::string type = parts.empty() ? std::string() : base::lower(base::trim(parts.front()));
    double weight = 1;
    for (const std::string_view parameter : parts)
      if (base::trim(parameter).starts_with("q=")) weight = weight_of(base::trim(parameter).substr(2));
    if (type == "application/openmetrics-text") openmetrics = std::max(openmetrics, weight);
    if (type == "text/plain" || type == "text/*" || type == "*/*") prometheus = std::max(prometheus, weight);
  }
  return openmetrics > prometheus ? Exposition::openmetrics : Exposition::prometheus;
}

std::string_view media_type(Exposition form) {
  return form == Exposition::openmetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                         : "text/plain; version=0.0.4; charset=utf-8";
}

double timestamp(base::Time time) { return static_cast<double>(time.time_since_epoch().count()) / 1000.0; }

std::string watch_metrics(const WatchMetrics& metrics, Exposition form) {
  Metrics out(form);
  const auto one = [&](std::string_view name, std::string_view type, std::string_view help, auto value) {
    out.family(name, type, help);
    out.sample({}, value);
  };
  out.family("whytls_build_info", "gauge", "The program; always 1.");
  out.sample({{"version", metrics.version}}, std::uint64_t{1});
  one("whytls_watch_start_timestamp_seconds", "gauge", "When watching began.", timestamp(metrics.start));
  if (metrics.last_packet)
    one("whytls_last_packet_timestamp_seconds", "gauge", "Time of the last packet that was seen.", timestamp(*metrics.last_packet));
  one("whytls_packets_total", "counter", "Packets that were read.", metrics.packets);
  one("whytls_packet_bytes_total", "counter", "Bytes of these packets on the wire.", metrics.bytes);
  one("whytls_packets_dropped_total", "counter", "Packets that were lost before they could be read.", metrics.dropped);
  one("whytls_connections_total", "counter", "Connections that were seen.", metrics.connections);
  one("whytls_connections_open", "gauge", "Connections that are being followed.", metrics.connections_open);
  add_handshakes(out, metrics.handshakes);
  add_failures(out, metrics);
  return out.take();
}

}  // namespace whytls::report
