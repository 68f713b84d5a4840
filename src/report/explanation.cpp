// SPDX-License-Identifier: Apache-2.0
#include "report/explanation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "report/layout.h"

namespace whytls::report {
namespace {

using diagnosis::Candidate;
using diagnosis::Confidence;
using evidence::Kind;

constexpr std::size_t most_messages = 6, most_causes = 6, most_beside_likely = 4, most_tell_apart = 3;

std::string library_words(const Explained& message) {
  constexpr std::size_t brief = 24;
  return message.versions.empty() || message.versions.size() > brief ? message.library : message.library + " " + message.versions;
}

/// The wrappers come last: what a message leaves open is the measure.
void print_messages(Sheet& sheet, const Explanation& explanation) {
  std::string_view label = "says";
  std::size_t shown = 0;
  for (const Explained& message : explanation.messages) {
    if (shown++ == most_messages) break;
    sheet.entry(label, fmt::format("{}: {}", library_words(message), message.meaning));
    sheet.entry("", "\"" + message.code + "\"", Tone::dim);
    label = "";
  }
  if (explanation.messages.size() > most_messages)
    sheet.entry("", fmt::format("and {} more: --format json", explanation.messages.size() - most_messages), Tone::dim);
}

/// Who noticed, and who sent the alert.
std::string raised_words(const Explanation& explanation) {
  const std::string reporter = explanation.evidence.text(Kind::reported_by);
  const std::string sender = explanation.evidence.text(Kind::alert_from);
  std::string out;
  if (!sender.empty()) {
    out = fmt::format("the {} found the fault and sent the alert", sender);
  } else if (!explanation.messages.empty() && !explanation.messages.front().raised_by.empty()) {
    out = fmt::format("the {} found the fault", explanation.messages.front().raised_by);
  }
  if (!reporter.empty()) out += fmt::format("{}the {} wrote the message", out.empty() ? "" : "; ", reporter);
  return out;
}

/// Whose move it likely is; where the first cause is no more than possible, whose it may be.
std::string at_fault(const std::vector<Candidate>& candidates) {
  const auto words = [](remedy::Side side) {
    return side == remedy::Side::client ? "the client's" : side == remedy::Side::server ? "the server's" : "between client and server";
  };
  const Candidate& best = candidates.front();
  if (best.confidence != Confidence::possible)
    return std::string("likely ") + words(best.side) + (best.side == remedy::Side::network ? "" : " to mend");
  for (const Candidate& other : candidates)
    if (other.side != best.side && other.weight * 2 > best.weight)
      return std::string("the cause may be ") + words(best.side) + " or " + words(other.side);
  return std::string("the cause may be ") + words(best.side);
}

std::string support_words(const Candidate& candidate, const Explanation& explanation) {
  std::vector<std::string> words;
  for (const diagnosis::Ref& ref : candidate.rests_on) {
    const evidence::Fact* fact = explanation.evidence.find(ref.kind, ref.subject);
    if (!fact || fact->text.empty() || std::find(words.begin(), words.end(), fact->text) != words.end()) continue;
    words.push_back(fact->text);
    if (words.size() == 2) break;
  }
  return base::join(words, "; ");
}

void print_candidates(Sheet& sheet, const Explanation& explanation) {
  const auto& candidates = explanation.left_open.candidates;
  const bool open = candidates.empty() || candidates.front().confidence == Confidence::possible;
  const std::size_t most = open ? most_causes : most_beside_likely;
  std::size_t number = 0;
  for (const Candidate& candidate : candidates) {
    if (++number > most) break;
    sheet.entry(number == 1 ? "causes" : "",
                fmt::format("{}. {}  ({}, {})", number, candidate.cause->id, diagnosis::confidence_name(candidate.confidence),
                            remedy::side_name(candidate.side)),
                Tone::strong);
    sheet.entry("", candidate.summary);
    const std::string why = support_words(candidate, explanation);
    const bool told = explanation.messages.empty() || why == explanation.messages.front().meaning;
    if (number == 1 && !why.empty() && !told) sheet.entry("", "for it: " + why, Tone::dim);
    if (number > 1 && !candidate.remedies.empty())
      sheet.entry("", "fix: " + std::string(remedy::info(candidate.remedies.front()).text), Tone::dim);
  }
  if (candidates.size() > most) sheet.entry("", fmt::format("and {} less likely: --format json", candidates.size() - most), Tone::dim);
}

void print_fixes(Sheet& sheet, const Explanation& explanation) {
  std::string_view label = "fix";
  std::string last;
  for (const Fix& fix : explanation.fixes) {
    if (fix.text != last) sheet.entry(label, fmt::format("{}: {}", remedy::side_name(fix.side), fix.text));
    label = "";
    last = fix.text;
    std::string name = fix.software;
    for (const std::string& line : base::split(fix.snippet, "\n"))
      sheet.verbatim(4, fmt::format("{:<11}{}", std::exchange(name, ""), line));
  }
}

void print_headline(Sheet& sheet, const Explanation& explanation) {
  const auto& candidates = explanation.left_open.candidates;
  if (candidates.empty()) {
    const std::string meaning = explanation.messages.empty() ? "" : explanation.messages.front().meaning;
    return sheet.headline(Tone::unsure, "-", meaning + ": by itself this is no failure", "");
  }
  const Candidate& best = candidates.front();
  if (best.confidence != Confidence::possible) return sheet.headline(Tone::bad, sheet.cross(), best.summary, best.cause->id);
  const std::string meaning = explanation.messages.empty() ? "" : explanation.messages.front().meaning;
  sheet.headline(Tone::unsure, "?", meaning.empty() ? "several causes are left open" : meaning, "undetermined");
}

Json json_of(const Explained& message) {
  const auto or_null = [](const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); };
  return {{"library", message.library},
          {"versions", or_null(message.versions)},
          {"code", message.code},
          {"meaning", message.meaning},
          {"raised_by", message.raised_by.empty() ? "either" : message.raised_by},
          {"causes", message.causes}};
}

Json json_of(const Candidate& candidate) {
  Json fixes = Json::array();
  for (const remedy::Remedy each : candidate.remedies)
    fixes.push_back({{"side", remedy::side_name(remedy::info(each).side)}, {"text", remedy::info(each).text}});
  return {{"cause", candidate.cause->id},
          {"confidence", diagnosis::confidence_name(candidate.confidence)},
          {"side", remedy::side_name(candidate.side)},
          {"summary", base::printable(candidate.summary)},
          {"fixes", fixes}};
}

}  // namespace

std::vector<Fix> fixes_for(const Candidate& candidate, const Explanation& explanation) {
  Report report;
  report.target.host = explanation.host;
  report.target.port = explanation.port.value_or(443);
  report.target.starttls = explanation.starttls;
  report.evidence = explanation.evidence;
  diagnosis::Verdict verdict;
  verdict.cause = candidate.cause;
  verdict.side = candidate.side;
  verdict.finding.remedies = candidate.remedies;
  report.diagnosis.verdict = verdict;
  add_fixes(report);
  return std::move(report.fixes);
}

std::string explanation_text(const Explanation& explanation, const Style& style) {
  Sheet sheet(style);
  print_headline(sheet, explanation);
  if (style.quiet) return sheet.take();
  if (!explanation.left_open.candidates.empty()) {
    const std::string raised = raised_words(explanation);
    sheet.paragraph(2, (raised.empty() ? "" : raised + "; ") + at_fault(explanation.left_open.candidates) + ".");
  }
  sheet.blank();
  print_messages(sheet, explanation);
  for (const std::string& words : explanation.misleading) sheet.entry("note", words);
  print_candidates(sheet, explanation);
  std::size_t shown = 0;
  for (const std::string_view words : explanation.left_open.tell_apart) {
    if (shown == most_tell_apart) break;
    sheet.entry(shown++ == 0 ? "tell apart" : "", words);
  }
  print_fixes(sheet, explanation);
  if (!explanation.next.empty()) {
    sheet.entry("next", "this decides:");
    sheet.verbatim(4, explanation.next, Tone::strong);
  }
  if (!explanation.left_open.candidates.empty())
    sheet.entry("more", fmt::format("whytls explain {}", explanation.left_open.candidates.front().cause->id));
  return sheet.take();
}

Json explanation_document(const Explanation& explanation) {
  Json causes = Json::array();
  for (const Candidate& candidate : explanation.left_open.candidates) causes.push_back(json_of(candidate));
  Json matches = Json::array();
  for (const Explained& message : explanation.messages) matches.push_back(json_of(message));
  const auto or_null = [](const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); };
  Json fixes = Json::array();
  for (const Fix& fix : explanation.fixes)
    fixes.push_back(
        {{"side", remedy::side_name(fix.side)}, {"text", fix.text}, {"snippet", or_null(fix.snippet)}, {"for", or_null(fix.software)}});
  Json evidence = Json::array();
  for (const evidence::Fact& fact : explanation.evidence.facts())
    evidence.push_back({{"source", fact.provenance.source}, {"fact", evidence::to_text(fact)}, {"text", base::printable(fact.text)}});
  return {{"schema", "whytls.explain/1"},
          {"causes", causes},
          {"matches", matches},
          {"host", or_null(explanation.host)},
          {"port", explanation.port ? Json(*explanation.port) : Json(nullptr)},
          {"starttls", or_null(explanation.starttls)},
          {"next", or_null(explanation.next)},
          {"misleading", explanation.misleading},
          {"tell_apart", explanation.left_open.tell_apart},
          {"fixes", fixes},
          {"evidence", evidence}};
}

}  // namespace whytls::report
