// SPDX-License-Identifier: Apache-2.0
#include "cli/cert_present.h"

#include <algorithm>

#include "base/text.h"
#include "cli/present.h"
#include "report/words.h"
#include "sources/certs/bundle.h"
#include "sources/system/trust_table.h"

namespace whytls::cli {
namespace {

using diagnosis::Outcome;

std::string role_name(certs::Link::Role role) {
  using enum certs::Link::Role;
  return role == leaf ? "leaf" : role == intermediate ? "intermediate" : role == root ? "root" : "unused";
}

std::string purpose_of(const x509::Certificate& certificate) {
  if (certificate.is_ca) return "may issue";
  return certificate.extended_key_usage ? base::join(*certificate.extended_key_usage, ", ") : "";
}

report::Certificate row_of(const certs::Link& link, std::size_t position, base::Time at) {
  report::Certificate out = certificate_of(link.certificate, position);
  out.place = link.place;
  out.role = role_name(link.role);
  out.purpose = purpose_of(link.certificate);
  out.left = certs::percent_left(link.certificate, at);
  return out;
}

report::Severity severity_of(certs::Remark::Weight weight) {
  using Weight = certs::Remark::Weight;
  return weight == Weight::error ? report::Severity::error : weight == Weight::warning ? report::Severity::warning : report::Severity::note;
}

report::Sibling sibling_of(const report::Report& report) {
  const auto& rows = report.handshake.certificates;
  const auto& verdict = report.diagnosis.verdict;
  return {rows.empty() ? "" : rows.front().subject, report.diagnosis.outcome, verdict ? std::string(verdict->cause->id) : "",
          verdict ? report::headline(report) : ""};
}

/// Where a bundle mends it, this program writes one.
void add_own_fix(report::Report& report) {
  if (report.diagnosis.outcome != Outcome::failed || !report.bundle || !report.bundle->holds) return;
  std::string files;
  for (const report::File& file : report.files) files += " " + file.path;
  report.fixes.insert(report.fixes.begin(),
                      {remedy::Side::server, "let the server send the bundle that this writes",
                       "whytls cert" + files + " --fix fullchain.pem", "whytls", remedy::Applicability::safe_to_paste});
}

}  // namespace

report::Report report_of(const certs::Review& review, const std::vector<certs::File>& files, base::Time at) {
  report::Report out;
  for (const certs::File& file : files)
    out.files.push_back({file.path, std::string(x509::format_name(file.contents.format)), x509::summary(file.contents)});
  out.evidence = review.evidence;
  out.diagnosis = diagnosis::diagnose(review.evidence);
  for (const certs::Link& link : review.links) out.handshake.certificates.push_back(row_of(link, out.handshake.certificates.size(), at));
  for (const certs::Remark& remark : review.remarks) out.findings.push_back({remark.rule, severity_of(remark.weight), remark.text});
  std::stable_sort(out.findings.begin(), out.findings.end(), [](const auto& a, const auto& b) { return a.severity > b.severity; });
  if (!review.bundle.empty()) out.bundle = report::Bundle{certs::bundle_text(review.bundle), review.bundle_holds, {}};
  report::add_fixes(out);
  add_own_fix(out);
  return out;
}

std::size_t leading(const std::vector<report::Report>& reports) {
  const auto rank = [](const report::Report& report) {
    return report.diagnosis.outcome == Outcome::failed ? 0 : report.diagnosis.outcome == Outcome::undetermined ? 1 : 2;
  };
  const auto lead = std::min_element(reports.begin(), reports.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  return static_cast<std::size_t>(lead - reports.begin());
}

report::Report with_siblings(const std::vector<report::Report>& reports, std::size_t lead) {
  report::Report out = reports.at(lead);
  for (std::size_t i = 0; i < reports.size(); ++i)
    if (i != lead) out.siblings.push_back(sibling_of(reports[i]));
  return out;
}

void add_stores(report::Report& report, const std::vector<x509::Certificate>& chain, base::Time at) {
  const auto verdicts = system::who_trusts(chain, at, system::Environment::of_process());
  for (const system::StoreVerdict& one : verdicts) {
    const std::string path = one.named_by.empty() ? one.path : one.path + " (" + one.named_by + ")";
    report.stores.push_back({one.who, path, std::string(system::state_name(one.state)), one.text, one.root});
  }
  for (evidence::Fact& fact : system::trust_facts(verdicts)) report.evidence.add(std::move(fact));
}

}  // namespace whytls::cli
