// SPDX-License-Identifier: Apache-2.0
// For CI: one suite for what was asked about, one test case for the handshake and for each finding.
#include "report/junit.h"

#include "base/text.h"
#include "report/format.h"
#include "report/words.h"

namespace whytls::report::formats {
namespace {

std::string suite_name(const Report& report) {
  if (report.flow) return report.flow->server;
  if (report.files.empty()) return target_words(report.target);
  std::vector<std::string> paths;
  for (const File& file : report.files) paths.push_back(file.path);
  return base::join(paths, " ");
}

JunitCase sibling_case(const Sibling& other) {
  using Result = JunitCase::Result;
  JunitCase out{short_name(other.subject), 0, Result::passed, {}, {}, {}};
  if (other.outcome == diagnosis::Outcome::failed) out.result = Result::failed;
  if (other.outcome == diagnosis::Outcome::undetermined) out.result = Result::error;
  if (out.result == Result::passed) return out;
  out.type = other.cause.empty() ? std::string(diagnosis::outcome_name(other.outcome)) : other.cause;
  out.message = out.type + ": " + other.summary;
  return out;
}

std::string render(const Report& report, const Style& style) {
  JunitSuite suite{suite_name(report), report.flow ? report.flow->start : report.evidence.time(evidence::Kind::now), {junit_case(report)}};
  for (const Sibling& other : report.siblings) suite.cases.push_back(sibling_case(other));
  for (const Finding& finding : report.findings) suite.cases.push_back(junit_case(finding, style));
  return junit_document({suite});
}

}  // namespace

extern const Format junit;
const Format junit{"junit", "XML for CI: the handshake and each finding is a test", render};

}  // namespace whytls::report::formats
