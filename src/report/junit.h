// SPDX-License-Identifier: Apache-2.0
// Test suites as JUnit's XML, in the common subset that CI systems read. Knows how a report becomes a test case.
#pragma once

#include <string>
#include <vector>

#include "report/format.h"
#include "report/report.h"

namespace whytls::report {

struct JunitCase {
  enum class Result : std::uint8_t { passed, failed, error, skipped };
  std::string name;
  double seconds = 0;
  Result result = Result::passed;
  std::string type;     ///< id of the cause or rule; of failures and errors
  std::string message;  ///< one line; of all but those that passed
  std::string text;     ///< what else there is to say; may be empty
};

struct JunitSuite {
  std::string name;
  std::optional<base::Time> start;
  std::vector<JunitCase> cases;
};

/// A handshake: failed where a cause is named, an error where it is undetermined, skipped where the client gave up or too little was seen.
JunitCase junit_case(const Report& report);
JunitCase junit_case(const Finding& finding, const Style& style);
std::string junit_document(const std::vector<JunitSuite>& suites);

}  // namespace whytls::report
