// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "report/capture_summary.h"
#include "report/capture_words.h"
#include "report/flow.h"
#include "report/junit.h"

namespace whytls::report {
namespace {

/// Suites in the order in which their servers first come.
class Suites {
 public:
  JunitSuite& of(const std::string& name, const std::string& server, std::optional<base::Time> start) {
    const auto [at, added] = index_.try_emplace({name, server}, suites_.size());
    if (added) suites_.push_back({server_words(name, server), start, {}});
    return suites_[at->second];
  }
  std::vector<JunitSuite> take() { return std::move(suites_); }

 private:
  std::map<std::pair<std::string, std::string>, std::size_t> index_;
  std::vector<JunitSuite> suites_;
};

/// A document without a test reads as a broken one.
JunitSuite nothing_to_list(const CaptureSummary& summary) {
  const CaptureHeadline headline = capture_headline(summary);
  return {"capture", summary.first, {{"no handshake failed", 0, JunitCase::Result::passed, {}, {}, headline.text}}};
}

}  // namespace

std::string capture_junit(const CaptureSummary& summary, const Style& style) {
  Suites suites;
  for (const Report& report : summary.shown)
    if (report.flow)
      suites.of(report.handshake.offered.server_name.value_or(""), report.flow->server, report.flow->start)
          .cases.push_back(junit_case(report));
  for (const CaptureFinding& each : summary.findings)
    suites.of(each.name, each.server, each.first).cases.push_back(junit_case(each.finding, style));
  std::vector<JunitSuite> all = suites.take();
  if (all.empty()) all.push_back(nothing_to_list(summary));
  return junit_document(all);
}

}  // namespace whytls::report
