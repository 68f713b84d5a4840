// SPDX-License-Identifier: Apache-2.0
#include "report/log_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "report/layout.h"

namespace whytls::report {
namespace {

constexpr std::size_t most_groups = 20, most_listed = 3, most_bars = 48, longest_example = 400;

/// "2026-11-21 02:10:00".
std::string moment(base::Time time) { return base::rfc3339(time).substr(0, 10) + " " + base::rfc3339(time).substr(11, 8); }

std::string span_words(std::optional<base::Time> first, std::optional<base::Time> last) {
  if (!first || !last) return "without times";
  if (*first == *last) return moment(*first);
  const std::string end = moment(*last);
  const bool same_day = moment(*first).substr(0, 10) == end.substr(0, 10);
  return fmt::format("{} to {}", moment(*first), same_day ? end.substr(11) : end);
}

std::string times(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

/// "all from 10.1.2.0/24", "10.1.2.0/24 (312), 10.1.3.0/24 (4) and 5 more".
std::string listed(const Numbered& numbered, std::uint64_t all, std::string_view only) {
  if (numbered.empty()) return {};
  if (numbered.size() == 1 && numbered.front().second == all) return fmt::format("all {} {}", only, numbered.front().first);
  std::vector<std::string> words;
  for (const auto& [word, count] : numbered) {
    if (words.size() == most_listed) break;
    words.push_back(fmt::format("{} ({})", word, count));
  }
  const std::size_t more = numbered.size() - words.size();
  return fmt::format("{} {}{}", only, base::join(words, ", "), more == 0 ? "" : fmt::format(" and {} more", more));
}

/// Counts by the hour as bars; hours without a failure are gaps. Wider steps where they are too many.
std::string bars(const LogGroup& group, bool utf8) {
  if (group.hours.size() < 2) return {};
  constexpr std::array<std::string_view, 9> blocks{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  constexpr std::string_view digits = " 12345678";
  const auto begin = group.hours.front().first;
  const auto hours = std::chrono::duration_cast<std::chrono::hours>(group.hours.back().first - begin).count() + 1;
  const auto step = (hours + static_cast<std::int64_t>(most_bars) - 1) / static_cast<std::int64_t>(most_bars);
  std::vector<std::uint64_t> counts(static_cast<std::size_t>((hours + step - 1) / step), 0);
  for (const auto& [hour, count] : group.hours)
    counts[static_cast<std::size_t>(std::chrono::duration_cast<std::chrono::hours>(hour - begin).count() / step)] += count;
  const std::uint64_t most = *std::max_element(counts.begin(), counts.end());
  std::string out;
  for (const std::uint64_t count : counts) {
    const std::size_t height = count == 0 ? 0 : 1 + static_cast<std::size_t>((count - 1) * 7 / std::max<std::uint64_t>(most, 1));
    out += utf8 ? blocks[height] : digits.substr(height, 1);
  }
  return fmt::format("|{}| each {}", out, step == 1 ? "an hour" : fmt::format("{} hours", step));
}

std::string cause_words(const LogGroup& group) {
  if (group.causes.empty()) return "no cause is told";
  const diagnosis::Candidate& best = group.causes.front();
  if (best.confidence != diagnosis::Confidence::possible)
    return fmt::format("{}: {} ({}, {})", best.cause->id, best.cause->title, diagnosis::confidence_name(best.confidence),
                       remedy::side_name(best.side));
  std::vector<std::string> ids;
  for (const auto& each : group.causes)
    if (ids.size() < most_listed) ids.emplace_back(each.cause->id);
  return "open: " + base::join(ids, ", ");
}

void print_group(Sheet& sheet, const LogGroup& group) {
  sheet.blank();
  sheet.entry(std::to_string(group.count), group.meaning, Tone::strong);
  sheet.entry("", cause_words(group));
  std::string when = span_words(group.first, group.last);
  if (!group.trend.empty() && group.trend != "unknown") when += ", " + group.trend;
  sheet.entry("when", when);
  if (const std::string shown = bars(group, sheet.style().utf8); !shown.empty()) sheet.entry("", shown, Tone::dim);
  std::vector<std::string> who;
  if (group.clients > 0) who.push_back((group.more_clients ? "more than " : "") + times(group.clients, "client", "clients"));
  if (const std::string words = listed(group.networks, group.count, "from"); !words.empty()) who.push_back(words);
  if (const std::string words = listed(group.versions, group.count, "with"); !words.empty()) who.push_back(words);
  if (!who.empty()) sheet.entry("who", base::join(who, ", "));
  if (const std::string words = listed(group.names, group.count, "for"); !words.empty()) sheet.entry("", words);
  if (!group.examples.empty())
    for (const std::string& line : base::split(group.examples.front(), "\n"))
      sheet.entry("e.g.", base::printable(line, longest_example), Tone::dim);
}

Json numbered(const Numbered& list, std::string_view key) {
  Json out = Json::array();
  for (const auto& [word, count] : list)
    if (out.size() < 100) out.push_back({{std::string(key), base::printable(word)}, {"count", count}});
  return out;
}

Json time_or_null(std::optional<base::Time> time) { return time ? Json(base::rfc3339(*time)) : Json(nullptr); }

Json causes_of(const std::vector<diagnosis::Candidate>& causes) {
  Json out = Json::array();
  for (const diagnosis::Candidate& each : causes)
    out.push_back(
        {{"cause", each.cause->id}, {"confidence", diagnosis::confidence_name(each.confidence)}, {"side", remedy::side_name(each.side)}});
  return out;
}

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(base::printable(text, 8192)); }

Json json_of(const LogGroup& group) {
  Json hours = Json::array();
  for (const auto& [hour, count] : group.hours) hours.push_back({{"hour", base::rfc3339(hour)}, {"count", count}});
  Json examples = Json::array();
  for (const std::string& line : group.examples) examples.push_back(base::printable(line, 8192));
  return {{"causes", causes_of(group.causes)},
          {"meaning", group.meaning},
          {"count", group.count},
          {"first", time_or_null(group.first)},
          {"last", time_or_null(group.last)},
          {"trend", group.trend},
          {"clients", group.clients},
          {"clients_exact", !group.more_clients},
          {"networks", numbered(group.networks, "network")},
          {"names", numbered(group.names, "name")},
          {"versions", numbered(group.versions, "version")},
          {"hours", hours},
          {"examples", examples}};
}

}  // namespace

std::string log_text(const LogSummary& summary, const Style& style) {
  Sheet sheet(style);
  const std::string where = fmt::format("in {}", times(summary.lines, "line", "lines"));
  if (summary.groups.empty()) {
    sheet.headline(Tone::good, sheet.tick(), "no failed handshake " + where, "");
    return sheet.take();
  }
  sheet.headline(Tone::bad, sheet.cross(),
                 fmt::format("{} {}, {}", times(summary.failures, "failed handshake", "failed handshakes"), where,
                             span_words(summary.first, summary.last)),
                 "");
  if (summary.interrupted) sheet.paragraph(2, "interrupted: what was read so far");
  std::size_t shown = 0;
  for (const LogGroup& group : summary.groups) {
    if (shown++ == (style.quiet ? 3 : most_groups)) break;
    print_group(sheet, group);
  }
  if (summary.groups.size() > most_groups) {
    sheet.blank();
    sheet.paragraph(2, fmt::format("and {} rarer kinds: --format json", summary.groups.size() - most_groups));
  }
  return sheet.take();
}

Json log_document(const LogSummary& summary) {
  Json groups = Json::array();
  for (const LogGroup& group : summary.groups) groups.push_back(json_of(group));
  return {{"schema", "whytls.log/1"},
          {"lines", summary.lines},
          {"bytes", summary.bytes},
          {"failures", summary.failures},
          {"first", time_or_null(summary.first)},
          {"last", time_or_null(summary.last)},
          {"interrupted", summary.interrupted},
          {"groups", groups}};
}

std::string failure_text(const LogFailure& failure, const Style& style) {
  Sheet sheet(style);
  const bool sure = failure.causes && !failure.causes->empty() && failure.causes->front().confidence != diagnosis::Confidence::possible;
  const std::string what = sure ? std::string(failure.causes->front().cause->id) : failure.meaning;
  sheet.verbatim(0, fmt::format("{}  {:<18} {}{}", failure.time ? moment(*failure.time) : "-",
                                failure.client.empty() ? "-" : failure.client, what, failure.name.empty() ? "" : " for " + failure.name));
  return sheet.take();
}

Json failure_document(const LogFailure& failure) {
  return {{"schema", "whytls.event/1"},
          {"time", time_or_null(failure.time)},
          {"client", text_or_null(failure.client)},
          {"network", text_or_null(failure.network)},
          {"name", text_or_null(failure.name)},
          {"causes", failure.causes ? causes_of(*failure.causes) : Json::array()},
          {"meaning", failure.meaning},
          {"line", text_or_null(failure.line)}};
}

}  // namespace whytls::report
