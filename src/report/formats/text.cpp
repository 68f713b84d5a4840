// SPDX-License-Identifier: Apache-2.0
// For people: the verdict first, then whose move it is, where it stopped, what proves it, and what to change.
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "report/certificates.h"
#include "report/flow.h"
#include "report/format.h"
#include "report/ladder.h"
#include "report/layout.h"
#include "report/words.h"

namespace whytls::report::formats {
namespace {

using diagnosis::Outcome;
using evidence::Kind;

constexpr std::size_t most_evidence = 7;
constexpr std::size_t most_tried = 12;

void print_headline(Sheet& sheet, const Report& report) {
  const std::string sentence = headline(report);
  switch (report.diagnosis.outcome) {
    case Outcome::ok:
      return sheet.headline(Tone::good, sheet.tick(), sentence, "");
    case Outcome::failed:
      return sheet.headline(Tone::bad, sheet.cross(), sentence, report.diagnosis.verdict->cause->id);
    case Outcome::aborted:
      return sheet.headline(Tone::unsure, "-", sentence, "");
    case Outcome::undetermined:
      return sheet.headline(Tone::unsure, "?", sentence, "undetermined");
  }
}

/// Label on the first line only.
void print_list(Sheet& sheet, std::string_view label, const std::vector<std::string>& lines) {
  for (std::size_t i = 0; i < lines.size(); ++i) sheet.entry(i == 0 ? label : "", lines[i]);
}

/// A command for a shell, by its first word: such a line may be continued on the next.
bool is_command(std::string_view line) {
  constexpr std::array<std::string_view, 12> programs{"-D",  "openssl ", "curl ",    "gnutls-cli ", "gnutls-serv ", "keytool ",
                                                      "cp ", "psql ",    "apt-get ", "mariadb ",    "ldapsearch ",  "whytls "};
  return std::any_of(programs.begin(), programs.end(), [&](std::string_view program) { return line.starts_with(program); });
}

/// Where a command may be continued: before an option or a further command, else between two words; never within quotes.
std::size_t fold_at(std::string_view line, std::size_t room) {
  std::size_t good = std::string_view::npos;
  std::size_t any = std::string_view::npos;
  char quote = 0;
  for (std::size_t at = 0; at < line.size() && at + 2 <= room; ++at) {
    const char c = line[at];
    if (quote == 0 && (c == '\'' || c == '"'))
      quote = c;
    else if (c == quote)
      quote = 0;
    if (quote != 0 || c != ' ' || at < 3) continue;
    any = at;
    const std::string_view rest = line.substr(at);
    if (rest.starts_with(" -") || rest.starts_with(" && ")) good = at;
  }
  return good == std::string_view::npos ? any : good;
}

/// Continues a long command; each line but the last ends with a backslash.
void fold_command(std::vector<std::string>& out, std::string line, std::size_t room) {
  while (columns(line) > room) {
    const std::size_t at = fold_at(line, room);
    if (at == std::string::npos) break;
    out.push_back(line.substr(0, at) + " \\");
    line = "  " + line.substr(at + 1);
  }
  out.push_back(std::move(line));
}

void fold_remark(std::vector<std::string>& out, const std::string& line, std::size_t room) {
  const std::string mark = line.substr(0, line.find(' ') + 1);
  for (const std::string& piece : wrapped(line.substr(mark.size()), room - mark.size())) out.push_back(mark + piece);
}

bool is_remark(std::string_view line) {
  return line.starts_with("# ") || line.starts_with("; ") || line.starts_with("// ") || line.starts_with("-- ");
}

/// Lines that fit the room as far as they may be broken: remarks are wrapped, and set above the line that they follow; commands are
/// continued; directives stay as they are.
std::vector<std::string> folded(const std::vector<std::string>& lines, std::size_t room) {
  std::vector<std::string> out;
  for (std::string line : lines) {
    std::size_t at = std::string::npos;
    for (const std::string_view mark : {"  # ", "  // ", "  -- "})
      if (at == std::string::npos) at = line.find(mark);
    if (columns(line) > room && at != std::string::npos && at > 0) {
      fold_remark(out, line.substr(at + 2), room);
      line.resize(at);
    }
    if (is_command(line))
      fold_command(out, std::move(line), room);
    else if (is_remark(line))
      fold_remark(out, line, room);
    else
      out.push_back(std::move(line));
  }
  return out;
}

void print_snippet(Sheet& sheet, const Fix& fix) {
  constexpr std::size_t column = 4, name_width = 11;
  const std::size_t room = sheet.style().width - column - name_width;
  const std::vector<std::string> lines = folded(base::split(fix.snippet, "\n"), room);
  for (std::size_t i = 0; i < lines.size(); ++i)
    sheet.verbatim(column, fmt::format("{:<{}}{}", i == 0 ? fix.software : "", name_width, lines[i]));
}

void print_fixes(Sheet& sheet, const Report& report) {
  std::string_view label = "fix";
  std::string last;
  for (const Fix& fix : report.fixes) {
    if (fix.software == "pem") continue;  // printed at the end, where it can be copied whole
    if (fix.text != last) sheet.entry(label, fmt::format("{}: {}", remedy::side_name(fix.side), fix.text));
    label = "";
    last = fix.text;
    if (!fix.snippet.empty()) print_snippet(sheet, fix);
  }
}

void print_certainty(Sheet& sheet, const Report& report) {
  std::string words(diagnosis::confidence_name(report.diagnosis.verdict->finding.confidence));
  if (const std::string surer = surer_words(report); !surer.empty()) words += "; to be surer: " + surer;
  sheet.entry("sure", words);
}

void print_also(Sheet& sheet, const Report& report) {
  std::vector<std::string> lines;
  for (const diagnosis::Verdict& verdict : report.diagnosis.also)
    lines.push_back(fmt::format("{} ({})", verdict.finding.summary, verdict.cause->id));
  print_list(sheet, "also", lines);
}

void print_findings(Sheet& sheet, const Report& report) {
  for (const Finding& finding : report.findings)
    sheet.entry(severity_name(finding.severity), fmt::format("{} ({})", finding.text, finding.rule));
}

void print_pem(Sheet& sheet, const Report& report) {
  for (const Fix& fix : report.fixes) {
    if (fix.software != "pem") continue;
    sheet.blank();
    sheet.paragraph(2, fix.text + ":");
    for (const std::string& line : base::split(fix.snippet, "\n")) sheet.verbatim(0, line);
  }
}

void print_tried(Sheet& sheet, const Report& report) {
  std::vector<std::string> lines;
  for (const Probe& probe : report.probes)
    if (lines.size() < most_tried)
      lines.push_back(fmt::format("{}: {}, {} of {} times", probe.changed, probe.ended, probe.same, probe.times));
  if (report.probes.size() > most_tried) lines.push_back(fmt::format("and {} more: --format json", report.probes.size() - most_tried));
  print_list(sheet, "tried", lines);
}

/// How far it came, and of a watched handshake each message.
void print_course(Sheet& sheet, const Report& report) {
  print_ladder(sheet, report);
  if (!report.flow) return;
  if (!report.steps.empty()) sheet.blank();
  print_messages(sheet, report);
  sheet.blank();
}

void print_failed(Sheet& sheet, const Report& report) {
  const diagnosis::Verdict& verdict = *report.diagnosis.verdict;
  sheet.paragraph(2, whose_move(report));
  sheet.blank();
  print_course(sheet, report);
  if (!report.files.empty())
    print_certificates(sheet, report);
  else if (verdict.stage == diagnosis::Stage::certificate)
    print_chain(sheet, report);
  print_flow(sheet, report);
  print_list(sheet, "evidence", evidence_lines(report, most_evidence));
  print_fixes(sheet, report);
  print_certainty(sheet, report);
  print_list(sheet, "or else", left_open(report));
  print_also(sheet, report);
  print_findings(sheet, report);
  sheet.entry("more", fmt::format("whytls explain {}", verdict.cause->id));
  print_files(sheet, report);
  print_pem(sheet, report);
}

void print_undetermined(Sheet& sheet, const Report& report) {
  sheet.blank();
  print_course(sheet, report);
  if (!report.files.empty()) print_certificates(sheet, report);
  print_flow(sheet, report);
  print_list(sheet, "evidence", evidence_lines(report, most_evidence));
  if (report.flow) print_list(sheet, "unseen", out_of_sight(report));
  print_tried(sheet, report);
  print_list(sheet, "left open", left_open(report));
  print_list(sheet, "to decide", to_decide(report));
  print_findings(sheet, report);
  print_files(sheet, report);
}

void print_ok(Sheet& sheet, const Report& report) {
  if (!report.files.empty()) {
    sheet.blank();
    print_certificates(sheet, report);
    print_list(sheet, "evidence", evidence_lines(report, most_evidence));
    print_findings(sheet, report);
    return print_files(sheet, report);
  }
  if (report.flow) {
    sheet.blank();
    print_course(sheet, report);
    print_flow(sheet, report);
  }
  if (!report.handshake.certificates.empty()) {
    const Certificate& leaf = report.handshake.certificates.front();
    std::string words = short_name(leaf.subject);
    if (words.empty() && !leaf.names.empty()) words = leaf.names.front();
    if (!leaf.issuer.empty()) words += fmt::format(", issued by \"{}\"", short_name(leaf.issuer));
    if (leaf.not_after) words += ", valid until " + base::date(*leaf.not_after);
    const auto now = report.evidence.time(Kind::now);
    if (leaf.not_after && now && *leaf.not_after > *now) words += fmt::format(" ({} left)", base::how_long(*leaf.not_after - *now));
    sheet.entry("leaf", words);
  }
  print_findings(sheet, report);
}

void print_aborted(Sheet& sheet, const Report& report) {
  sheet.paragraph(2, "Nothing needs to change: clients drop connections that they no longer need.");
  sheet.blank();
  print_course(sheet, report);
  print_flow(sheet, report);
  print_list(sheet, "evidence", evidence_lines(report, most_evidence));
  print_findings(sheet, report);
}

std::string render(const Report& report, const Style& style) {
  Sheet sheet(style);
  print_headline(sheet, report);
  if (style.quiet) return sheet.take();
  switch (report.diagnosis.outcome) {
    case Outcome::failed:
      print_failed(sheet, report);
      break;
    case Outcome::undetermined:
      print_undetermined(sheet, report);
      break;
    case Outcome::ok:
      print_ok(sheet, report);
      break;
    case Outcome::aborted:
      print_aborted(sheet, report);
      break;
  }
  return sheet.take();
}

}  // namespace

extern const Format text;
const Format text{"text", "for people; the verdict first", render};

}  // namespace whytls::report::formats
