// SPDX-License-Identifier: Apache-2.0
// Metrics of one handshake, for a textfile collector or a scrape. What was never seen is absent, not zero.
#include <fmt/format.h>

#include <algorithm>

#include "registry/registry.h"
#include "report/format.h"
#include "report/metrics.h"
#include "report/words.h"

namespace whytls::report::formats {
namespace {

using Labels = Metrics::Labels;

/// Whom the series are about: several targets may be collected side by side.
std::string target_of(const Report& report) {
  if (report.flow) return report.flow->server;
  return report.files.empty() ? target_words(report.target) : report.files.front().path;
}

void add_outcome(Metrics& out, const Report& report, const std::string& target) {
  const diagnosis::Diagnosis& found = report.diagnosis;
  out.family("whytls_probe_success", "gauge", "Whether the handshake works for the client in question.");
  out.sample({{"target", target}}, std::uint64_t{found.outcome == diagnosis::Outcome::ok ? 1U : 0U});
  out.family("whytls_probe_outcome_info", "gauge", "How it ended: ok, failed, aborted or undetermined; always 1.");
  out.sample({{"target", target}, {"outcome", std::string(diagnosis::outcome_name(found.outcome))}}, std::uint64_t{1});
  if (!found.verdict) return;
  out.family("whytls_probe_cause_info", "gauge", "Why it fails, whose side it is, and the first step that does not succeed; always 1.");
  out.sample({{"target", target},
              {"cause", std::string(found.verdict->cause->id)},
              {"side", std::string(remedy::side_name(found.verdict->side))},
              {"phase", std::string(diagnosis::stage_name(found.verdict->stage))}},
             std::uint64_t{1});
}

void add_durations(Metrics& out, const Report& report, const std::string& target) {
  out.family("whytls_probe_duration_seconds", "gauge", "Time taken, by phase; total is the whole diagnosis.");
  const auto& messages = report.handshake.messages;
  const auto answer = std::find_if(messages.begin(), messages.end(), [](const Message& each) { return each.from == Peer::server; });
  if (answer != messages.end()) out.sample({{"target", target}, {"phase", "hello"}}, answer->at - messages.front().at);
  if (report.handshake.complete && !messages.empty())
    out.sample({{"target", target}, {"phase", "handshake"}}, messages.back().at - messages.front().at);
  out.sample({{"target", target}, {"phase", "total"}}, static_cast<double>(report.elapsed.count()) / 1000.0);
}

Labels link_labels(const std::string& target, const Certificate& link) {
  return {{"target", target}, {"position", std::to_string(link.position)}, {"fingerprint", link.sha256}};
}

void add_times(Metrics& out, const std::vector<Certificate>& chain, const std::string& target) {
  out.family("whytls_cert_not_after_timestamp_seconds", "gauge", "End of the validity of a certificate that was shown.");
  for (const Certificate& link : chain)
    if (link.not_after) out.sample(link_labels(target, link), timestamp(*link.not_after));
  out.family("whytls_cert_not_before_timestamp_seconds", "gauge", "Begin of the validity of a certificate that was shown.");
  for (const Certificate& link : chain)
    if (link.not_before) out.sample(link_labels(target, link), timestamp(*link.not_before));
  std::optional<base::Time> earliest;
  for (const Certificate& link : chain)
    if (link.not_after && (!earliest || *link.not_after < *earliest)) earliest = link.not_after;
  if (!earliest) return;
  out.family("whytls_chain_earliest_not_after_timestamp_seconds", "gauge", "When the first certificate of the chain ends.");
  out.sample({{"target", target}}, timestamp(*earliest));
}

void add_remaining(Metrics& out, const Report& report, const std::string& target) {
  const auto now = report.evidence.time(evidence::Kind::now);
  if (!now) return;
  out.family("whytls_cert_lifetime_remaining_ratio", "gauge", "What is left of a certificate's lifetime; 0 once it has expired.");
  for (const Certificate& link : report.handshake.certificates) {
    if (!link.not_after || !link.not_before || *link.not_after <= *link.not_before) continue;
    const double left = timestamp(*link.not_after) - timestamp(*now);
    out.sample(link_labels(target, link), std::clamp(left / (timestamp(*link.not_after) - timestamp(*link.not_before)), 0.0, 1.0));
  }
}

void add_certificates(Metrics& out, const Report& report, const std::string& target) {
  const auto& chain = report.handshake.certificates;
  if (chain.empty()) return;
  add_times(out, chain, target);
  add_remaining(out, report, target);
  out.family("whytls_cert_info", "gauge", "Whose certificate it is, and by whom; always 1.");
  for (const Certificate& link : chain) {
    Labels labels = link_labels(target, link);
    labels.insert(labels.end(), {{"subject", link.subject}, {"issuer", link.issuer}, {"serial", link.serial}});
    out.sample(labels, std::uint64_t{1});
  }
}

void add_selection(Metrics& out, const Report& report, const std::string& target) {
  const Selection& selected = report.handshake.selected;
  if (!selected.version) return;
  out.family("whytls_tls_version_info", "gauge", "The version and suite that the server chose; always 1.");
  out.sample({{"target", target},
              {"version", registry::version_name(*selected.version)},
              {"suite", selected.suite ? registry::suite_name(*selected.suite) : ""}},
             std::uint64_t{1});
}

std::string render(const Report& report, const Style&) {
  Metrics out;
  const std::string target = target_of(report);
  add_outcome(out, report, target);
  add_durations(out, report, target);
  add_certificates(out, report, target);
  add_selection(out, report, target);
  return out.take();
}

}  // namespace

extern const Format prometheus;
const Format prometheus{"prometheus", "metrics, for a scrape or a textfile collector", render};

}  // namespace whytls::report::formats
