// SPDX-License-Identifier: Apache-2.0
#include "report/ladder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "report/words.h"

namespace whytls::report {
namespace {

using evidence::Kind;

constexpr std::size_t indent = 2;
constexpr std::size_t most_links = 8;

std::string repeated(std::string_view mark, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += mark;
  return out;
}

std::string climbed(const Sheet& sheet, const Step& step) {
  std::string out = fmt::format("{} {}", step.name, sheet.tick());
  return step.text.empty() ? out : out + " " + base::printable(step.text);
}

/// "certificate ✗ ──────── stopped here": the rule reaches to the right margin. Where there is no room for all the words, those that
/// say least go first; in the end the rung gets a line of its own.
void print_stop(Sheet& sheet, const std::string& line, const Step& stop) {
  const Step step{stop.name, stop.state, base::printable(stop.text)};  // measured as it will be shown
  const std::string rung = fmt::format("{} {} ", step.name, sheet.cross());
  const std::string whole = " stopped here" + (step.text.empty() ? "" : ": " + step.text);
  const std::string shorter = step.text.empty() ? whole : " " + step.text;
  const std::size_t width = sheet.style().width - indent;
  const auto fits = [&](const std::string& head, const std::string& end) { return columns(head) + columns(end) + 2 <= width; };
  const auto print = [&](const std::string& head, const std::string& end) {
    sheet.verbatim(indent, head + repeated(sheet.rule(), width - columns(head) - columns(end)) + end);
  };
  const std::string together = line.empty() ? rung : line + "  " + rung;
  for (const std::string& end : {whole, shorter})
    if (fits(together, end)) return print(together, end);
  if (!line.empty()) sheet.verbatim(indent, line);
  for (const std::string& end : {whole, shorter})
    if (fits(rung, end)) return print(rung, end);
  print(rung, " stopped here");
  sheet.paragraph(indent + 2, step.text);
}

std::string position(std::size_t at) { return std::to_string(at); }

/// What the evidence says against one link.
std::string fault(const Report& report, std::size_t at) {
  const evidence::Evidence& e = report.evidence;
  const std::string subject = position(at);
  if (const auto end = e.time(Kind::link_expired, subject)) return "expired " + base::date(*end);
  if (const auto begin = e.time(Kind::link_not_yet_valid, subject)) return "valid from " + base::date(*begin);
  constexpr std::array<std::pair<Kind, std::string_view>, 7> kinds{{{Kind::link_revoked, "revoked"},
                                                                    {Kind::link_malformed, "malformed"},
                                                                    {Kind::link_bad_signature, "its signature does not verify"},
                                                                    {Kind::issuer_not_ca, "may not issue"},
                                                                    {Kind::wrong_purpose, "not for this purpose"},
                                                                    {Kind::name_constraint, "constrains the names"},
                                                                    {Kind::unknown_critical_extension, "unknown critical extension"}}};
  for (const auto& [kind, words] : kinds)
    if (e.find(kind, subject)) return std::string(words);
  if (const std::string key = e.text(Kind::link_weak_key, subject); !key.empty()) return "weak key: " + key;
  if (const std::string hash = e.text(Kind::link_weak_signature, subject); !hash.empty()) return "signed with " + hash;
  if (at == 0 && evidence::known_yes(e.is(Kind::leaf_self_signed))) return "self-signed";
  if (at == 0 && e.find(Kind::name_mismatch)) return "not for " + e.text(Kind::name_mismatch);
  return {};
}

void print_link(Sheet& sheet, std::size_t at, const std::string& what, const std::string& issuer, const std::string& remark) {
  const std::size_t room = sheet.style().width - indent - 4;
  std::string line = base::printable(fmt::format("{}  {}", at, what));  // measured as it will be shown
  if (!issuer.empty()) line += fmt::format("  issued by \"{}\"", base::printable(issuer));
  const std::string beside = remark.empty() ? "" : fmt::format("  {} {}", sheet.arrow(), base::printable(remark));
  if (columns(line) + columns(beside) <= room) return sheet.verbatim(indent + 4, line + beside);
  if (columns(line) <= room) {
    sheet.verbatim(indent + 4, line);
  } else {
    sheet.paragraph(indent + 4, line);
  }
  if (!remark.empty()) sheet.paragraph(indent + 7, beside);
}

void print_missing(Sheet& sheet, const Report& report, std::size_t above) {
  const std::string issuer = report.evidence.text(Kind::issuer_missing, position(above));
  if (issuer.empty()) return;
  const std::string found = report.evidence.text(Kind::issuer_found, position(above + 1));
  print_link(sheet, above + 1, fmt::format("not sent  \"{}\"", short_name(issuer)), {},
             found.empty() ? "missing" : "missing (found: " + found + ")");
}

}  // namespace

std::string fault_words(const Report& report, std::size_t position) { return fault(report, position); }

void print_ladder(Sheet& sheet, const Report& report) {
  const std::size_t width = sheet.style().width - indent;
  std::string line;
  for (const Step& step : report.steps) {
    if (step.state == Step::State::not_reached) continue;
    if (step.state == Step::State::failed) return print_stop(sheet, line, step);
    const std::string piece = climbed(sheet, step);
    if (!line.empty() && columns(line) + 2 + columns(piece) > width) {
      sheet.verbatim(indent, line);
      line.clear();
    }
    line += (line.empty() ? "" : "  ") + piece;
  }
  if (!line.empty()) sheet.verbatim(indent, line);
}

void print_chain(Sheet& sheet, const Report& report) {
  const auto& chain = report.handshake.certificates;
  for (std::size_t i = 0; i < std::min(chain.size(), most_links); ++i) {
    const Certificate& link = chain[i];
    const std::string name = short_name(link.subject);
    print_link(sheet, link.position, name.empty() && !link.names.empty() ? link.names.front() : name, short_name(link.issuer),
               fault(report, link.position));
    print_missing(sheet, report, link.position);
  }
  if (chain.size() > most_links) sheet.paragraph(indent + 4, fmt::format("and {} more", chain.size() - most_links));
  const std::string root = report.evidence.text(Kind::root_untrusted);
  if (!chain.empty() && !root.empty())
    sheet.paragraph(indent + 4, fmt::format("{}  not trusted here: \"{}\"", chain.size(), short_name(root)));
}

}  // namespace whytls::report
