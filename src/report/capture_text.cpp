// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/text.h"
#include "report/capture_summary.h"
#include "report/capture_words.h"
#include "report/flow.h"

namespace whytls::report {
namespace {

constexpr std::size_t most_rows = 40, most_in_full = 20, most_of_a_cause = 3, most_findings = 12;
constexpr std::size_t cause_column = 16, cause_width = 38;

std::string_view mark_of(const Sheet& sheet, Tone tone) {
  return tone == Tone::good ? sheet.tick() : tone == Tone::bad ? sheet.cross() : "?";
}

/// Two lines a group, so that long names and ids keep within the width.
void print_groups(Sheet& sheet, const CaptureSummary& summary) {
  sheet.blank();
  sheet.verbatim(0, fmt::format(" group   count  {:<{}}  {:<11}  {}", "cause", cause_width, "first", "last"), Tone::dim);
  for (std::size_t i = 0; i < std::min(summary.groups.size(), most_rows); ++i) {
    const CaptureGroup& group = summary.groups[i];
    sheet.verbatim(0, fmt::format("{:>6} {:>7}  {:<{}}  {:<11}  {}", i + 1, grouped(group.count), cause_of(group), cause_width,
                                  clock_words(summary, group.first), clock_words(summary, group.last)));
    std::string between = fmt::format("{} → {}", who_words(group), server_words(group.name, group.server));
    if (group.cause.empty() && !group.ended.empty()) between += ": " + group.ended;
    sheet.paragraph(cause_column, between, Tone::dim);
  }
  const std::uint64_t more = summary.groups.size() - std::min(summary.groups.size(), most_rows) + summary.groups_left_out;
  if (more > 0) sheet.paragraph(cause_column, fmt::format("and {}: --format json", counted(more, "more group", "more groups")));
}

void print_findings(Sheet& sheet, const CaptureSummary& summary) {
  if (summary.findings.empty()) return;
  sheet.blank();
  sheet.paragraph(2, "Seen in handshakes that did not fail for it:");
  const std::size_t shown = std::min(summary.findings.size(), most_findings);
  for (std::size_t i = 0; i < shown; ++i) {
    const CaptureFinding& each = summary.findings[i];
    sheet.entry(severity_name(each.finding.severity), fmt::format("{}: {} ({}), {}", server_words(each.name, each.server),
                                                                  each.finding.text, each.finding.rule, counted(each.count, "handshake")));
  }
  const std::uint64_t more = summary.findings.size() - shown + summary.findings_left_out;
  if (more > 0) sheet.entry("", fmt::format("and {} more: --format json", grouped(more)));
}

std::string_view mark_of(const Sheet& sheet, diagnosis::Outcome outcome) {
  using diagnosis::Outcome;
  if (outcome == Outcome::ok) return sheet.tick();
  if (outcome == Outcome::failed) return sheet.cross();
  return outcome == Outcome::aborted ? "-" : "?";
}

/// A handshake on a line, or more where it does not fit one.
void print_one(Sheet& sheet, const CaptureSummary& summary, const Report& report) {
  std::string head = fmt::format("{:>7}  {:<11}  {} ", report.flow->number, clock_words(summary, report.flow->start),
                                 mark_of(sheet, report.diagnosis.outcome));
  const std::size_t column = columns(head);
  std::string words = base::printable(flow_words(report));
  const std::string found = found_words(report);
  const bool fits = column + columns(words) + 2 + columns(found) <= sheet.style().width;
  if (fits) words += "  " + found;
  for (const std::string& line : fits ? std::vector<std::string>{words} : wrapped(words, sheet.style().width - column)) {
    sheet.verbatim(0, head + line);
    head.assign(column, ' ');
  }
  if (!fits) sheet.paragraph(column + 2, found, Tone::dim);
}

void print_all(Sheet& sheet, const CaptureSummary& summary) {
  sheet.blank();
  sheet.verbatim(0, fmt::format("{:>7}  {:<11}", "flow", summary.first ? "start" : ""), Tone::dim);
  for (const Report& report : summary.shown)
    if (report.flow) print_one(sheet, summary, report);
  if (summary.shown_left_out > 0)
    sheet.paragraph(2, fmt::format("and {}: --format jsonl", counted(summary.shown_left_out, "more", "more")));
}

/// "── group 2: 12 alike, flows 3, 9, 14 and 9 more ─────"
void print_divider(Sheet& sheet, const CaptureSummary& summary, std::size_t at) {
  const CaptureGroup& group = summary.groups[at];
  std::string words = summary.groups.size() > 1 ? fmt::format("group {}: ", at + 1) : "";
  words += group.count == 1 ? flows_words(group) : fmt::format("{} alike, {}", grouped(group.count), flows_words(group));
  const std::string lead = fmt::format("{0}{0} {1} ", sheet.rule(), words);
  std::string rest;
  for (std::size_t i = columns(lead); i < sheet.style().width; ++i) rest += sheet.rule();
  sheet.blank();
  sheet.verbatim(0, lead + rest, Tone::dim);
  sheet.blank();
}

std::string examples(const CaptureSummary& summary, const Style& style) {
  const Format* text = format("text");
  std::string out;
  const std::vector<std::size_t> chosen = chosen_groups(summary, most_in_full, most_of_a_cause);
  for (const std::size_t at : chosen) {
    Sheet sheet(style);
    print_divider(sheet, summary, at);
    out += "\n" + sheet.take() + text->render(summary.groups[at].example, style);
  }
  if (chosen.size() == summary.groups.size() && summary.groups_left_out == 0) return out;
  Sheet sheet(style);
  sheet.paragraph(2, "The other groups are of the same kinds or rarer; whytls pcap FILE --flow NUMBER shows any handshake in full.");
  return out + "\n" + sheet.take();
}

}  // namespace

std::string capture_text(const CaptureSummary& summary, const Style& style) {
  Sheet sheet(style);
  const CaptureHeadline headline = capture_headline(summary);
  sheet.headline(headline.tone, mark_of(sheet, headline.tone), headline.text, "");
  for (const std::string& line : capture_extent(summary)) sheet.paragraph(2, line);
  if (summary.handshakes.all() > 0) sheet.paragraph(2, counts_words(summary.handshakes));
  for (const std::string& line : capture_gaps(summary)) sheet.entry("note", line, Tone::unsure);
  if (style.quiet) return sheet.take();
  if (summary.groups.size() > 1) print_groups(sheet, summary);
  print_findings(sheet, summary);
  if (summary.all) print_all(sheet, summary);
  return sheet.take() + examples(summary, style);
}

}  // namespace whytls::report
