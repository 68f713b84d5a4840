// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "report/capture_summary.h"
#include "report/capture_words.h"
#include "report/flow.h"
#include "report/html_article.h"
#include "report/markup.h"
#include "report/words.h"

namespace whytls::report {
namespace {

constexpr std::size_t most_in_full = 100, most_of_a_cause = 10, most_listed = 2000;

void add_counts(Html& html, const HandshakeCounts& counts) {
  const std::array<std::tuple<std::string_view, std::uint64_t, std::string_view>, 5> tiles{
      {{"failed", counts.failed, "failed"},
       {"undetermined", counts.undetermined, "undetermined"},
       {"ok", counts.ok, "ok"},
       {"aborted", counts.aborted, "given up by the client"},
       {"unseen", counts.unseen, "barely seen"}}};
  html.raw("<ul class=\"tiles\" aria-label=\"handshakes by how they ended\">\n");
  for (const auto& [style, count, words] : tiles)
    html.raw(fmt::format("<li{}><b>{}</b>{}</li>\n", count > 0 ? fmt::format(" class=\"{}\"", style) : "", grouped(count), words));
  html.raw("</ul>\n");
}

void add_groups(Html& html, const CaptureSummary& summary, const std::vector<std::size_t>& in_full) {
  std::vector<std::string> links(summary.groups.size());
  for (const std::size_t at : in_full) links[at] = fmt::format("#group-{}", at + 1);
  std::vector<Html::Row> rows;
  for (std::size_t i = 0; i < summary.groups.size(); ++i) {
    const CaptureGroup& group = summary.groups[i];
    const std::string cause = group.cause.empty() && !group.ended.empty() ? "undetermined: " + group.ended : std::string(cause_of(group));
    rows.push_back({{cause, grouped(group.count), who_words(group), server_words(group.name, group.server),
                     clock_words(summary, group.first), clock_words(summary, group.last)},
                    false,
                    links[i]});
  }
  html.table("Failures",
             {{"cause", "words"}, {"count", "number"}, {"client", "words"}, {"server", "words"}, {"first", "time"}, {"last", "time"}},
             rows);
  if (summary.groups_left_out > 0)
    html.element(
        "p",
        fmt::format("And {} with {}.", counted(summary.groups_left_out, "more group"), counted(summary.failures_left_out, "handshake")),
        "soft");
}

void add_findings(Html& html, const CaptureSummary& summary) {
  std::vector<Html::Row> rows;
  for (const CaptureFinding& each : summary.findings)
    rows.push_back({{std::string(severity_name(each.finding.severity)), server_words(each.name, each.server), each.finding.text,
                     each.finding.rule, grouped(each.count), clock_words(summary, each.last)},
                    false,
                    {}});
  html.table("Seen in handshakes that did not fail for it",
             {{"severity", ""}, {"server", "words"}, {"what", "words"}, {"rule", ""}, {"handshakes", "number"}, {"last", "time"}}, rows);
  if (summary.findings_left_out > 0) html.element("p", fmt::format("And {} more.", grouped(summary.findings_left_out)), "soft");
}

void add_handshakes(Html& html, const CaptureSummary& summary) {
  std::vector<Html::Row> rows;
  for (const Report& report : summary.shown) {
    if (!report.flow || rows.size() == most_listed) continue;
    const Flow& flow = *report.flow;
    rows.push_back({{std::to_string(flow.number), clock_words(summary, flow.start), flow.client,
                     server_words(report.handshake.offered.server_name.value_or(""), flow.server),
                     std::string(diagnosis::outcome_name(report.diagnosis.outcome)), found_words(report)},
                    false,
                    {}});
  }
  const std::uint64_t more = summary.shown.size() - rows.size() + summary.shown_left_out;
  html.table(summary.all ? "Every handshake" : "Every handshake that failed",
             {{"flow", "number"}, {"start", "time"}, {"client", "time"}, {"server", "words"}, {"outcome", ""}, {"result", "words"}}, rows);
  if (more > 0) html.element("p", fmt::format("And {} more.", grouped(more)), "soft");
}

void add_files(Html& html, const CaptureSummary& summary) {
  std::vector<Html::Row> rows;
  for (const CaptureFile& file : summary.files)
    rows.push_back(
        {{file.path == "-" ? "standard input" : file.path, file.format, grouped(file.packets), size_words(file.bytes)}, false, {}});
  html.table("Files", {{"path", "words"}, {"format", ""}, {"packets", "number"}, {"bytes", "number"}}, rows);
}

std::string_view style_of(Tone tone) { return tone == Tone::good ? "ok" : tone == Tone::bad ? "failed" : "undetermined"; }

}  // namespace

std::string capture_html(const CaptureSummary& summary) {
  Html html;
  const CaptureHeadline headline = capture_headline(summary);
  html.raw(fmt::format("<article class=\"{}\">\n", style_of(headline.tone)));
  html.heading(0, headline.text);
  for (const std::string& line : capture_extent(summary)) html.element("p", line, "soft");
  for (const std::string& line : capture_gaps(summary)) html.element("p", line, "note");
  if (summary.handshakes.all() > 0) add_counts(html, summary.handshakes);
  const std::vector<std::size_t> in_full = chosen_groups(summary, most_in_full, most_of_a_cause);
  add_groups(html, summary, in_full);
  add_findings(html, summary);
  html.raw("</article>\n");
  for (const std::size_t at : in_full) {
    const CaptureGroup& group = summary.groups[at];
    const std::string alike = group.count > 1 ? fmt::format("{} alike: {}", grouped(group.count), flows_words(group)) : "";
    html.raw(html_article(group.example, 2, fmt::format("group-{}", at + 1), alike));
  }
  html.raw("<article>\n");
  add_handshakes(html, summary);
  add_files(html, summary);
  html.raw("</article>\n");
  return html_page(headline.text, html.take());
}

}  // namespace whytls::report
