// SPDX-License-Identifier: Apache-2.0
// From the verdict's remedies to fixes: the remedy in plain words, and in the words of the software that has to be changed.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "dialects/dialect.h"
#include "report/report.h"
#include "report/words.h"

namespace whytls::report {
namespace {

using evidence::Kind;
using remedy::Remedy;

constexpr std::size_t most_dialects = 3;

struct Usual {
  std::uint16_t port;
  std::string_view protocol;
};
/// What a port is for, where neither the URL nor --starttls says so.
constexpr std::array<Usual, 18> usual_ports{{{25, "smtp"},
                                             {465, "smtp"},
                                             {587, "smtp"},
                                             {24, "lmtp"},
                                             {110, "pop3"},
                                             {995, "pop3"},
                                             {143, "imap"},
                                             {993, "imap"},
                                             {4190, "sieve"},
                                             {389, "ldap"},
                                             {636, "ldap"},
                                             {5432, "postgres"},
                                             {3306, "mysql"},
                                             {443, "https"},
                                             {8443, "https"},
                                             {80, "https"},
                                             {5433, "postgres"},
                                             {2525, "smtp"}}};

std::string protocol_of(const Report& report) {
  if (!report.target.starttls.empty()) return report.target.starttls;
  for (const evidence::Fact* offered : report.evidence.all(Kind::upgrade_offered)) return offered->subject;
  if (evidence::known_yes(report.evidence.is(Kind::https))) return "https";
  const auto* found =
      std::find_if(usual_ports.begin(), usual_ports.end(), [&](const Usual& row) { return row.port == report.target.port; });
  return found == usual_ports.end() ? "" : std::string(found->protocol);
}

/// The certificate that is to be appended, where it was found: the shortest way to a full chain.
void add_missing_certificate(Report& report, Remedy remedy) {
  if (remedy != Remedy::serve_full_chain) return;
  for (const evidence::Fact* found : report.evidence.all(Kind::issuer_found_pem))
    if (const auto* pem = std::get_if<std::string>(&found->value))
      report.fixes.push_back({Side::server, "append this certificate to the file that the server reads, after the leaf", *pem, "pem",
                              remedy::Applicability::safe_to_paste});
}

/// Who can spell a remedy of that side. What a client of a database or directory has to do is known best by that software's own
/// dialect, unless the client in question is a library.
std::vector<const dialects::Dialect*> speakers(const Report& report, Side side) {
  const std::string protocol = protocol_of(report);
  auto out = dialects::fitting(side, report.evidence, protocol);
  if (side != Side::client || report.client != "default") return out;
  const auto servers = dialects::fitting(Side::server, report.evidence, protocol.empty() ? "https" : protocol);
  out.insert(out.begin(), servers.begin(), servers.end());
  return out;
}

/// The same question with the upgrade: it shows at once whether that is all.
void add_own_command(Report& report, const Fix& plain) {
  for (const evidence::Fact* offered : report.evidence.all(Kind::upgrade_offered)) {
    Fix fix = plain;
    fix.snippet = fmt::format("whytls {} --starttls {}", target_words(report.target), offered->subject);
    fix.software = "whytls";
    report.fixes.push_back(std::move(fix));
    return;
  }
}

void add_fix(Report& report, Remedy remedy) {
  const remedy::RemedyInfo& info = remedy::info(remedy);
  const Fix plain{info.side, std::string(info.text), {}, {}, info.applicability};
  if (remedy == Remedy::use_starttls) add_own_command(report, plain);
  std::size_t spelt = 0;
  const auto spell = [&](const dialects::Dialect& dialect) {
    const auto text = dialects::snippet(dialect, remedy, report.evidence);
    if (!text || spelt == most_dialects) return;
    Fix fix = plain;
    fix.snippet = *text;
    fix.software = dialect.name;
    report.fixes.push_back(std::move(fix));
    ++spelt;
  };
  for (const dialects::Dialect* dialect : speakers(report, info.side)) spell(*dialect);
  // Keys, requests and parameters are made with the same tool whatever the server is.
  if (spelt == 0 && info.side == Side::server)
    if (const dialects::Dialect* tool = dialects::dialect("openssl")) spell(*tool);
  if (spelt == 0) report.fixes.push_back(plain);
}

}  // namespace

void add_fixes(Report& report) {
  report.fixes.clear();
  if (!report.diagnosis.verdict) return;
  const diagnosis::Verdict& verdict = *report.diagnosis.verdict;
  const auto& remedies = verdict.finding.remedies.empty() ? verdict.cause->remedies : verdict.finding.remedies;
  for (const Remedy remedy : remedies) {
    add_fix(report, remedy);
    add_missing_certificate(report, remedy);
  }
}

}  // namespace whytls::report
