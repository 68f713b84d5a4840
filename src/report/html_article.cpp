// SPDX-License-Identifier: Apache-2.0
#include "report/html_article.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "report/flow.h"
#include "report/ladder.h"
#include "report/markup.h"
#include "report/words.h"

namespace whytls::report {
namespace {

using diagnosis::Outcome;
using evidence::Kind;

constexpr std::size_t most_evidence = 16, most_messages = 200, most_names = 20, most_probes = 200;

std::string date_or_none(std::optional<base::Time> time) { return time ? base::date(*time) : ""; }

void add_verdict(Html& html, const Report& report) {
  const auto& verdict = report.diagnosis.verdict;
  html.raw("<p class=\"verdict\">");
  html.badge(outcome_style(report.diagnosis.outcome), diagnosis::outcome_name(report.diagnosis.outcome));
  if (verdict) {
    html.element("code", verdict->cause->id);
    html.element("span", diagnosis::confidence_name(verdict->finding.confidence), "soft");
  }
  html.raw("</p>\n");
  if (verdict) html.element("p", whose_move(report), "move");
}

void add_steps(Html& html, const Report& report) {
  if (report.steps.empty()) return;
  constexpr std::array<std::string_view, 3> states{"ok", "failed", "not-reached"};
  html.raw("<ol class=\"steps\" aria-label=\"how far it came\">\n");
  for (const Step& step : report.steps) {
    html.raw(fmt::format("<li class=\"{}\">{}", states[static_cast<std::size_t>(step.state)], escaped(step.name)));
    if (!step.text.empty()) html.raw(" ").element("small", step.text);
    html.raw("</li>\n");
  }
  html.raw("</ol>\n");
}

void add_snippet(Html& html, const Fix& fix) {
  if (fix.snippet.empty()) return;
  constexpr std::array<std::string_view, 3> words{"", "adapt it first", "ask whoever is responsible"};
  std::vector<std::string> caption;
  for (const std::string& each : {fix.software, std::string(words[static_cast<std::size_t>(fix.applicability)])})
    if (!each.empty()) caption.push_back(each);
  html.raw("<figure>\n");
  if (!caption.empty()) html.element("figcaption", base::join(caption, " · "));
  html.raw(fmt::format("<pre><code>{}</code></pre>\n</figure>\n", escaped_lines(fix.snippet)));
}

/// The spellings of one change for several kinds of software stand together.
void add_fixes(Html& html, const Report& report) {
  if (report.fixes.empty()) return;
  html.heading(1, "Fix");
  const std::string* last = nullptr;
  for (const Fix& fix : report.fixes) {
    if (!last || *last != fix.text) {
      html.raw(last ? "</div>\n<div class=\"fix\">\n<p><b>" : "<div class=\"fix\">\n<p><b>");
      html.raw(remedy::side_name(fix.side)).raw("</b>: " + escaped(fix.text) + "</p>\n");
    }
    last = &fix.text;
    add_snippet(html, fix);
  }
  html.raw("</div>\n");
}

void add_certainty(Html& html, const Report& report) {
  if (const std::string surer = surer_words(report); !surer.empty()) html.element("p", "To be surer: " + surer);
}

Html::Row row_of(const Report& report, const Certificate& link) {
  std::vector<std::string> names = link.names;
  if (names.size() > most_names) names.resize(most_names), names.emplace_back("…");
  std::string remark = fault_words(report, link.position);
  const bool marked = !remark.empty();
  if (!link.place.empty()) remark = base::join({link.place, link.role, link.purpose, remark}, " ");
  const std::string subject = short_name(link.subject);
  return {{std::to_string(link.position), subject.empty() && !link.names.empty() ? link.names.front() : subject, short_name(link.issuer),
           date_or_none(link.not_before), date_or_none(link.not_after), link.key, base::join(names, ", "), remark},
          marked,
          {}};
}

void add_chain(Html& html, const Report& report) {
  std::vector<Html::Row> rows;
  for (const Certificate& link : report.handshake.certificates) {
    rows.push_back(row_of(report, link));
    const std::string missing = report.evidence.text(Kind::issuer_missing, std::to_string(link.position));
    if (missing.empty() || !report.files.empty()) continue;
    const std::string found = report.evidence.text(Kind::issuer_found, std::to_string(link.position + 1));
    rows.push_back({{std::to_string(link.position + 1), short_name(missing), "", "", "", "", "",
                     "missing: it was not sent" + (found.empty() ? "" : " (found: " + found + ")")},
                    true,
                    {}});
  }
  const std::string root = report.evidence.text(Kind::root_untrusted);
  if (!rows.empty() && !root.empty() && report.files.empty())
    rows.push_back(
        {{std::to_string(report.handshake.certificates.size()), short_name(root), "", "", "", "", "", "not trusted here"}, true, {}});
  html.table("Certificates",
             {{"no.", "number"},
              {"subject", "words"},
              {"issuer", "words"},
              {"from", "time"},
              {"until", "time"},
              {"key", "time"},
              {"names", "words"},
              {"remark", "words"}},
             rows);
}

void add_messages(Html& html, const Report& report) {
  std::vector<Html::Row> rows;
  for (const MessageRow& row : message_rows(report)) {
    if (rows.size() == most_messages) break;
    rows.push_back(
        {{row.packet ? std::to_string(*row.packet) : "", fmt::format("{:.6f}", row.at), row.from == Peer::client ? "client →" : "← server",
          row.count == 1 ? row.type : fmt::format("{} {}", row.count, row.type), row.bytes == 0 ? "" : std::to_string(row.bytes), row.text},
         false,
         {}});
  }
  html.table("Messages",
             {{"packet", "number"}, {"seconds", "number"}, {"from", "time"}, {"message", ""}, {"bytes", "number"}, {"detail", "words"}},
             rows);
}

void add_probes(Html& html, const Report& report) {
  std::vector<Html::Row> rows;
  for (const Probe& probe : report.probes)
    if (rows.size() < most_probes)
      rows.push_back({{probe.changed, probe.ended, fmt::format("{} of {}", probe.same, probe.times), probe.address}, false, {}});
  html.table("What else was tried", {{"changed", "words"}, {"it ended", "words"}, {"times", "number"}, {"address", ""}}, rows);
}

void add_findings(Html& html, const Report& report) {
  if (report.findings.empty()) return;
  html.heading(1, "Worth knowing");
  html.raw("<ul>\n");
  for (const Finding& finding : report.findings) {
    html.raw("<li>");
    html.badge(severity_name(finding.severity), severity_name(finding.severity));
    html.raw(fmt::format(" {} <code>{}</code></li>\n", escaped(finding.text), escaped(finding.rule)));
  }
  html.raw("</ul>\n");
}

void add_files(Html& html, const Report& report) {
  std::vector<Html::Row> files, stores, others;
  for (const File& file : report.files) files.push_back({{file.path, file.format, file.holds}, false, {}});
  for (const Store& store : report.stores) stores.push_back({{store.who, store.state, store.root, store.text, store.path}, false, {}});
  for (const Sibling& other : report.siblings)
    others.push_back(
        {{short_name(other.subject), std::string(diagnosis::outcome_name(other.outcome)), other.cause, other.summary}, false, {}});
  html.table("Files", {{"path", "words"}, {"format", ""}, {"holds", "words"}}, files);
  html.table("Trust stores of this machine", {{"whose", ""}, {"root", ""}, {"name", "words"}, {"why", "words"}, {"path", "words"}}, stores);
  html.table("Other certificates in these files", {{"subject", "words"}, {"outcome", ""}, {"cause", ""}, {"why", "words"}}, others);
  if (!report.bundle) return;
  html.heading(1, report.bundle->holds ? "The chain as a server should send it" : "The chain as far as it is known");
  html.raw(fmt::format("<pre><code>{}</code></pre>\n", escaped_lines(report.bundle->pem)));
}

std::vector<std::pair<std::string, std::string>> about(const Report& report) {
  std::vector<std::pair<std::string, std::string>> out;
  const Handshake& handshake = report.handshake;
  if (report.flow) {
    const Flow& flow = *report.flow;
    out = {{"flow", fmt::format("{}{}{}", flow.number, flow.file.empty() ? "" : " of ", flow.file)},
           {"begins", flow.start ? moment_words(*flow.start) + " UTC, packet " + std::to_string(flow.first_packet) : ""},
           {"client", flow.client},
           {"looks like", flow.client_guess},
           {"server", flow.server},
           {"carried by", flow.protocol},
           {"before TLS", flow.upgrade},
           {"history", flow.history},
           {"community id", flow.community_id},
           {"JA3S", flow.ja3s}};
  } else if (report.files.empty()) {
    out = {{"server", target_words(report.target)},
           {"address", report.target.address},
           {"STARTTLS", report.target.starttls},
           {"client", report.client}};
  }
  out.emplace_back("server name", handshake.offered.server_name.value_or(""));
  out.emplace_back("chosen", selection_words(handshake.selected));
  out.emplace_back("JA4", handshake.offered.ja4);
  out.emplace_back("JA3", handshake.offered.ja3);
  if (report.connections > 0) out.emplace_back("connections", std::to_string(report.connections));
  return out;
}

std::vector<std::string> also(const Report& report) {
  std::vector<std::string> out;
  for (const diagnosis::Verdict& verdict : report.diagnosis.also)
    out.push_back(fmt::format("{} ({})", verdict.finding.summary, verdict.cause->id));
  return out;
}

}  // namespace

std::string_view outcome_style(Outcome outcome) { return diagnosis::outcome_name(outcome); }

std::string html_article(const Report& report, int level, std::string_view id, std::string_view note) {
  Html html(level);
  html.raw(fmt::format("<article class=\"{}\"", outcome_style(report.diagnosis.outcome)));
  html.raw(id.empty() ? ">\n" : fmt::format(" id=\"{}\">\n", id));
  html.heading(0, headline(report));
  if (!note.empty()) html.element("p", note, "soft");
  add_verdict(html, report);
  add_steps(html, report);
  html.list("Evidence", evidence_lines(report, most_evidence));
  add_fixes(html, report);
  add_certainty(html, report);
  html.list("It would still fail for", also(report));
  if (report.flow && report.diagnosis.outcome == Outcome::undetermined) html.list("Out of sight", out_of_sight(report));
  html.list(report.diagnosis.verdict ? "Or else" : "Left open", left_open(report));
  html.list("To decide", to_decide(report));
  add_findings(html, report);
  add_chain(html, report);
  add_messages(html, report);
  add_probes(html, report);
  add_files(html, report);
  html.pairs("About this handshake", about(report));
  html.raw("</article>\n");
  return html.take();
}

}  // namespace whytls::report
