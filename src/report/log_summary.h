// SPDX-License-Identifier: Apache-2.0
// The failed handshakes of a log, grouped by cause, as a value and in its forms: text, and whytls.log/1 and whytls.event/1 for programs
// (docs/schema/log-1.schema.json, event-1.schema.json).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "diagnosis/readings.h"
#include "report/document.h"
#include "report/format.h"

namespace whytls::report {

using Numbered = std::vector<std::pair<std::string, std::uint64_t>>;  ///< most frequent first

struct LogGroup {
  std::vector<diagnosis::Candidate> causes;  ///< best first
  std::string meaning;                       ///< what the messages say
  std::uint64_t count = 0, clients = 0;
  bool more_clients = false;
  std::optional<base::Time> first, last;
  Numbered networks, names, versions;
  std::vector<std::pair<base::Time, std::uint64_t>> hours;
  std::string trend;
  std::vector<std::string> examples;
};

struct LogSummary {
  std::uint64_t lines = 0, bytes = 0, failures = 0;
  std::optional<base::Time> first, last;
  std::vector<LogGroup> groups;  ///< most frequent first
  bool interrupted = false;
};

struct LogFailure {
  std::optional<base::Time> time;
  std::string client, network, name, line;
  const std::vector<diagnosis::Candidate>* causes = nullptr;
  std::string meaning;
};

std::string log_text(const LogSummary& summary, const Style& style);
Json log_document(const LogSummary& summary);
std::string failure_text(const LogFailure& failure, const Style& style);
Json failure_document(const LogFailure& failure);

}  // namespace whytls::report
