// SPDX-License-Identifier: Apache-2.0
#include "report/capture_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "report/flow.h"
#include "report/words.h"

namespace whytls::report {
namespace {

using diagnosis::Outcome;

bool one_day(const CaptureSummary& summary) {
  return summary.first && summary.last && base::date(*summary.first) == base::date(*summary.last);
}

std::string paths_words(const CaptureSummary& summary) {
  if (summary.files.empty()) return "the capture";
  const std::string& path = summary.files.front().path;
  std::string out = path == "-" ? "standard input" : path.substr(path.rfind('/') + 1);  // all of it where there is no slash
  if (summary.files.size() > 1) out += fmt::format(" and {} more", summary.files.size() - 1);
  return out;
}

}  // namespace

std::string grouped(std::uint64_t number) {
  std::string out = std::to_string(number);
  for (std::size_t at = out.size(); at > 3; at -= 3) out.insert(at - 3, ",");
  return out;
}

std::string counted(std::uint64_t number, std::string_view one, std::string_view many) {
  if (number == 1) return fmt::format("1 {}", one);
  return many.empty() ? fmt::format("{} {}s", grouped(number), one) : fmt::format("{} {}", grouped(number), many);
}

std::string size_words(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 4> units{"kB", "MB", "GB", "TB"};
  if (bytes < 1000) return counted(bytes, "byte");
  double value = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  for (; value >= 999.95 && unit + 1 < units.size(); ++unit) value /= 1000;
  return fmt::format("{:.1f} {}", value, units[unit]);
}

CaptureHeadline capture_headline(const CaptureSummary& summary) {
  const HandshakeCounts& counts = summary.handshakes;
  const std::string of = fmt::format("{} in {}", counted(counts.all(), "handshake"), paths_words(summary));
  if (counts.all() == 0) return {Tone::unsure, "no handshake of TLS, DTLS or QUIC in " + paths_words(summary)};
  const bool only = counts.all() == 1;
  if (counts.failed > 0)
    return {Tone::bad, only ? fmt::format("the only {} failed", of.substr(2)) : fmt::format("{} of {} failed", grouped(counts.failed), of)};
  if (counts.undetermined > 0)
    return {Tone::unsure, fmt::format("{} failed, for {} that cannot be seen here",
                                      only ? "the only " + of.substr(2) : fmt::format("{} of {}", grouped(counts.undetermined), of),
                                      counts.undetermined == 1 ? "a reason" : "reasons")};
  if (counts.ok == 0) return {Tone::unsure, fmt::format("none of {} was completed, and none failed", of)};
  return {Tone::good, fmt::format("{}: none failed", of)};
}

std::vector<std::string> capture_extent(const CaptureSummary& summary) {
  std::vector<std::string> out{
      fmt::format("{}, {}, {}", counted(summary.packets, "packet"), size_words(summary.bytes), counted(summary.connections, "connection"))};
  if (summary.first && summary.last)
    out.push_back(fmt::format("{} to {} UTC", moment_words(*summary.first), moment_words(*summary.last).substr(one_day(summary) ? 11 : 0)));
  return out;
}

std::vector<std::string> capture_gaps(const CaptureSummary& summary) {
  std::vector<std::string> out = summary.damage;
  for (const auto& [what, packets] : summary.undecoded)
    out.push_back(fmt::format("{} {} not read: {}", counted(packets, "packet"), packets == 1 ? "was" : "were", what));
  if (summary.interrupted) out.emplace_back("interrupted: what was read so far");
  return out;
}

std::string counts_words(const HandshakeCounts& counts) {
  const std::array<std::pair<std::uint64_t, std::string_view>, 5> all{{{counts.ok, "ok"},
                                                                       {counts.failed, "failed"},
                                                                       {counts.undetermined, "undetermined"},
                                                                       {counts.aborted, "given up by the client"},
                                                                       {counts.unseen, "barely seen"}}};
  std::vector<std::string> out;
  for (const auto& [count, words] : all)
    if (count > 0) out.push_back(fmt::format("{} {}", grouped(count), words));
  return base::join(out, ", ");
}

std::string clock_words(const CaptureSummary& summary, std::optional<base::Time> time) {
  if (!time) return {};
  const std::string moment = moment_words(*time);
  return one_day(summary) ? moment.substr(11, 8) : moment.substr(5, 11);
}

std::string_view cause_of(const CaptureGroup& group) { return group.cause.empty() ? "undetermined" : std::string_view(group.cause); }

std::string who_words(const CaptureGroup& group) {
  std::vector<std::string> out;
  if (!group.client_guess.empty()) out.push_back(group.client_guess);
  if (group.client_count > 1 || group.clients.empty())
    out.push_back(counted(std::max<std::uint64_t>(group.client_count, 1), "client"));
  else
    out.push_back(group.clients.front());
  if (group.client_guess.empty() && !group.ja4.empty()) out.push_back("JA4 " + group.ja4.substr(0, group.ja4.rfind('_')));
  return base::join(out, ", ");
}

std::string flows_words(const CaptureGroup& group) {
  std::vector<std::string> out;
  for (const std::uint64_t flow : group.flows) out.push_back(std::to_string(flow));
  const std::string more =
      group.count > group.flows.size() && !out.empty() ? fmt::format(" and {} more", grouped(group.count - out.size())) : "";
  return (out.size() == 1 ? "flow " : "flows ") + base::join(out, ", ") + more;
}

std::string found_words(const Report& report) {
  const auto& found = report.diagnosis;
  if (found.verdict) return std::string(found.verdict->cause->id);
  if (found.outcome == Outcome::ok) return selection_words(report.handshake.selected);
  if (found.outcome == Outcome::aborted) return "given up by the client";
  return barely_seen(report) ? "barely seen" : "undetermined";
}

std::vector<std::size_t> chosen_groups(const CaptureSummary& summary, std::size_t most, std::size_t most_a_cause) {
  std::map<std::string, std::size_t, std::less<>> of_cause;
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < summary.groups.size() && out.size() < most; ++i)
    if (++of_cause[summary.groups[i].cause.empty() ? summary.groups[i].ended : summary.groups[i].cause] <= most_a_cause) out.push_back(i);
  return out;
}

}  // namespace whytls::report
