// SPDX-License-Identifier: Apache-2.0
#include "report/certificates.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "report/ladder.h"
#include "report/words.h"

namespace whytls::report {
namespace {

using evidence::Kind;

constexpr std::size_t indent = 2, gap = 2;
constexpr std::size_t most_rows = 10, most_names = 4, most_siblings = 8;

std::string name_of(const Certificate& certificate) {
  const std::string name = short_name(certificate.subject);
  if (!name.empty()) return base::printable(name);
  return base::printable(certificate.names.empty() ? "serial " + certificate.serial : certificate.names.front());
}

std::string cut(std::string text, std::size_t room) {
  if (columns(text) <= room) return text;
  while (columns(text) >= room) {
    do {
      text.pop_back();
    } while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0U) == 0x80U);
    if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0xc0) text.pop_back();
  }
  return text + "…";
}

std::string padded(const std::string& text, std::size_t width) { return text + std::string(width - std::min(width, columns(text)), ' '); }

std::string validity(const Certificate& certificate) {
  if (!certificate.not_before || !certificate.not_after) return "no validity can be read";
  std::string out = base::date(*certificate.not_before) + " to " + base::date(*certificate.not_after);
  if (certificate.left) out += fmt::format(", {} % left", *certificate.left);
  return out;
}

std::string names_words(const Certificate& certificate) {
  if (certificate.names.empty()) return {};
  std::vector<std::string> shown(certificate.names.begin(),
                                 certificate.names.begin() + static_cast<std::ptrdiff_t>(std::min(certificate.names.size(), most_names)));
  std::string out = "for " + base::join(shown, ", ");
  if (certificate.names.size() > most_names) out += fmt::format(" and {} more", certificate.names.size() - most_names);
  return out;
}

/// "0  www.example.com  ec-secp256r1  2026-10-21 to 2027-01-19, 66 % left"; below it where it stands and what it is for.
void print_row(Sheet& sheet, const Report& report, const Certificate& certificate, std::size_t at, std::size_t width) {
  const std::string number = certificate.role == "unused" ? "-" : std::to_string(at);
  const std::string fault = fault_words(report, at);
  const bool faulty = certificate.role != "unused" && !fault.empty();
  sheet.verbatim(indent,
                 fmt::format("{}  {}  {}  {}", number, padded(cut(name_of(certificate), width), width), padded(certificate.key, 12),
                             validity(certificate)),
                 faulty ? Tone::bad : Tone::plain);
  std::vector<std::string> below;
  for (const std::string& piece : {certificate.role, certificate.place, certificate.purpose, names_words(certificate)})
    if (!piece.empty()) below.push_back(piece);
  sheet.paragraph(indent + 3, base::join(below, "; "), Tone::dim);
  if (faulty) sheet.paragraph(indent + 3, fmt::format("{} {}", sheet.cross(), fault), Tone::bad);
}

void print_gap(Sheet& sheet, const Report& report, std::size_t at) {
  const std::string subject = std::to_string(at);
  const std::string issuer = report.evidence.text(Kind::issuer_missing, subject);
  if (issuer.empty()) return;
  sheet.paragraph(indent + 3, fmt::format("{} its issuer \"{}\" is not there", sheet.cross(), short_name(issuer)), Tone::bad);
}

/// Absent is what most are; what is there and refused all the same is worth a look.
Tone tone_of(const std::string& state) {
  return state == "distrusted" || state == "expired" ? Tone::bad : state == "unreadable" ? Tone::dim : Tone::plain;
}

void print_stores(Sheet& sheet, const Report& report) {
  if (report.stores.empty()) return;
  std::size_t width = 0;
  for (const Store& store : report.stores) width = std::max(width, columns(store.who));
  sheet.blank();
  std::string root;
  for (const Store& store : report.stores)
    if (root.empty()) root = store.root;
  sheet.paragraph(indent, root.empty() ? "who on this machine trusts it:" : fmt::format("who on this machine trusts \"{}\":", root));
  for (const Store& store : report.stores) {
    const std::string_view mark = store.state == "present" ? sheet.tick() : store.state == "unreadable" ? "?" : sheet.cross();
    sheet.verbatim(indent + 2,
                   fmt::format("{} {}  {}  {}", mark, padded(base::printable(store.who), width), padded(store.state, 10), store.path),
                   tone_of(store.state));
    if (!store.text.empty()) sheet.paragraph(indent + 4 + width + gap, store.text, Tone::dim);
  }
}

/// Where a client would accept it: which kinds of client would not, and why. An old client's store says nothing of a root that was given.
void print_clients(Sheet& sheet, const Report& report) {
  constexpr std::size_t most = 4;
  if (report.diagnosis.outcome != diagnosis::Outcome::ok) return;  // the evidence says it
  const bool given = evidence::known_yes(report.evidence.is(Kind::store_given));
  std::size_t shown = 0;
  for (const evidence::Fact* fact : report.evidence.all(Kind::client_kind_accepts)) {
    if (fact->subject.empty() || fact->text.empty() || (given && fact->subject == "old-store") || shown == most) continue;
    sheet.entry(shown++ == 0 ? "but not" : "", fact->text);
  }
}

void print_siblings(Sheet& sheet, const Report& report) {
  std::size_t shown = 0;
  for (const Sibling& sibling : report.siblings) {
    if (shown++ == most_siblings) {
      sheet.entry("", fmt::format("and {} more: --format json", report.siblings.size() - most_siblings));
      return;
    }
    const std::string words = sibling.cause.empty() ? "a client would accept it" : fmt::format("{} ({})", sibling.summary, sibling.cause);
    sheet.entry(shown == 1 ? "beside it" : "", fmt::format("\"{}\": {}", short_name(sibling.subject), words));
  }
}

}  // namespace

void print_certificates(Sheet& sheet, const Report& report) {
  const auto& rows = report.handshake.certificates;
  const bool authorities = std::none_of(rows.begin(), rows.end(), [](const Certificate& row) { return row.role == "leaf"; });
  if (authorities && rows.size() > most_rows) return;  // a trust store: what is to be said of it stands among the findings
  const std::size_t shown = std::min(rows.size(), most_rows);
  std::size_t width = 0;
  for (std::size_t i = 0; i < shown; ++i) width = std::max(width, columns(name_of(rows[i])));
  width = std::min<std::size_t>(width, 24);
  for (std::size_t i = 0; i < shown; ++i) {
    print_row(sheet, report, rows[i], i, width);
    print_gap(sheet, report, i);
  }
  if (rows.size() > shown) sheet.paragraph(indent, fmt::format("and {} more", rows.size() - shown));
  if (!rows.empty()) sheet.blank();
}

void print_files(Sheet& sheet, const Report& report) {
  print_clients(sheet, report);
  print_siblings(sheet, report);
  if (report.bundle && !report.bundle->written.empty())
    sheet.entry("written", fmt::format("{}: {}", report.bundle->written,
                                       report.bundle->holds ? "the bundle that a server should send; a client would accept it"
                                                            : "the bundle as far as it can be mended: a client would still refuse it"));
  print_stores(sheet, report);
}

}  // namespace whytls::report
