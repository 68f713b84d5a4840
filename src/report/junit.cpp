// SPDX-License-Identifier: Apache-2.0
#include "report/junit.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/flow.h"
#include "report/markup.h"
#include "report/words.h"

namespace whytls::report {
namespace {

using Result = JunitCase::Result;

std::size_t count(const JunitSuite& suite, Result result) {
  return static_cast<std::size_t>(
      std::count_if(suite.cases.begin(), suite.cases.end(), [&](const JunitCase& each) { return each.result == result; }));
}

double seconds(const JunitSuite& suite) {
  double out = 0;
  for (const JunitCase& each : suite.cases) out += each.seconds;
  return out;
}

Result result_of(const Report& report) {
  switch (report.diagnosis.outcome) {
    case diagnosis::Outcome::ok:
      return Result::passed;
    case diagnosis::Outcome::failed:
      return Result::failed;
    case diagnosis::Outcome::aborted:
      return Result::skipped;
    case diagnosis::Outcome::undetermined:
      break;
  }
  return report.flow && barely_seen(report) ? Result::skipped : Result::error;
}

std::string name_of(const Report& report) {
  if (report.flow) return fmt::format("flow {} of {}", report.flow->number, report.flow->client);
  return report.files.empty() ? "handshake" : "certificate";
}

/// Until the last that was seen of a watched connection; else what the diagnosis took.
double seconds_of(const Report& report) {
  if (!report.flow) return static_cast<double>(report.elapsed.count()) / 1000.0;
  double last = report.flow->ended ? report.flow->ended->at : 0;
  for (const Message& message : report.handshake.messages) last = std::max(last, message.at);
  return last;
}

void add(std::string& out, const JunitCase& each, const std::string& suite) {
  out += fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"", escaped(suite), escaped(each.name), each.seconds);
  if (each.result == Result::passed && each.text.empty()) {
    out += "/>\n";
    return;
  }
  out += ">\n";
  const std::string text = escaped_lines(each.text);
  if (each.result == Result::passed) out += fmt::format("      <system-out>{}</system-out>\n", text);
  if (each.result == Result::skipped) out += fmt::format("      <skipped message=\"{}\"/>\n", escaped(each.message));
  if (each.result == Result::failed || each.result == Result::error) {
    const std::string_view tag = each.result == Result::failed ? "failure" : "error";
    out += fmt::format("      <{0} type=\"{1}\" message=\"{2}\">{3}</{0}>\n", tag, escaped(each.type), escaped(each.message), text);
  }
  out += "    </testcase>\n";
}

}  // namespace

JunitCase junit_case(const Report& report) {
  JunitCase out{name_of(report), seconds_of(report), result_of(report), {}, {}, {}};
  if (out.result == Result::passed) return out;
  const auto& verdict = report.diagnosis.verdict;
  out.type = verdict ? std::string(verdict->cause->id) : std::string(diagnosis::outcome_name(report.diagnosis.outcome));
  out.message = out.result == Result::skipped ? headline(report) : fmt::format("{}: {}", out.type, headline(report));
  if (out.result != Result::skipped) out.text = format("text")->render(report, {});
  return out;
}

JunitCase junit_case(const Finding& finding, const Style& style) {
  const bool fails = style.fail_on && finding.severity >= *style.fail_on;
  JunitCase out{finding.rule, 0, fails ? Result::failed : Result::passed, {}, {}, {}};
  const std::string words = fmt::format("{}: {}", severity_name(finding.severity), finding.text);
  if (fails) out.type = finding.rule;
  if (fails) out.message = fmt::format("{}: {}", finding.rule, words);
  if (!fails) out.text = words;
  return out;
}

std::string junit_document(const std::vector<JunitSuite>& suites) {
  std::size_t tests = 0, failures = 0, errors = 0;
  double time = 0;
  for (const JunitSuite& suite : suites) {
    tests += suite.cases.size();
    failures += count(suite, Result::failed);
    errors += count(suite, Result::error);
    time += seconds(suite);
  }
  std::string out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"whytls\" tests=\"{}\" failures=\"{}\" errors=\"{}\" "
      "time=\"{:.3f}\">\n",
      tests, failures, errors, time);
  for (const JunitSuite& suite : suites) {
    out += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3f}\"",
                       escaped(suite.name), suite.cases.size(), count(suite, Result::failed), count(suite, Result::error),
                       count(suite, Result::skipped), seconds(suite));
    if (suite.start) out += fmt::format(" timestamp=\"{}\"", base::rfc3339(*suite.start).substr(0, 19));
    out += ">\n";
    for (const JunitCase& each : suite.cases) add(out, each, suite.name);
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace whytls::report
