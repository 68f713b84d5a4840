// SPDX-License-Identifier: Apache-2.0
// Failed handshakes in a log, line by line and in one pass: which messages a line has, when, and for whom. What is kept does not grow with
// the log.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sources/message/log_line.h"
#include "sources/message/matcher.h"

namespace whytls::sources::message {

/// The messages that a line has (and the next line of the same process, which tells the reason of a wrapper): lines of the same messages
/// mean the same.
struct Signature {
  std::vector<std::size_t> rows;  ///< places in rows(), sorted
  std::string example;            ///< the first such line, or two of them
};

struct LogEvent {
  std::size_t signature = 0;
  std::optional<base::Time> time;
  std::string client, name, version;
  std::string line;
};

class LogScan {
 public:
  LogScan(const Matcher& matcher, base::Time now, std::function<void(const LogEvent&)> on_event);

  /// Whole lines.
  void lines(std::string_view block);
  /// After the last line.
  void finish();

  std::uint64_t line_count() const { return line_count_; }
  const std::vector<Signature>& signatures() const { return signatures_; }

  static constexpr std::size_t most_signatures = 2048, longest_line = 4096;

 private:
  /// A wrapper that waits for the line with its reason.
  struct Waiting {
    LogEvent event;
    std::vector<std::size_t> rows;
    std::string process;
    std::uint64_t events_before = 0;
  };

  void line(std::string_view text, const std::vector<std::size_t>& rows);
  void emit(LogEvent event, const std::vector<std::size_t>& rows);
  bool join(LogEvent& event, std::vector<std::size_t>& rows, std::string_view process);
  void release_old();

  const Matcher& matcher_;
  base::Time now_;
  std::function<void(const LogEvent&)> on_event_;
  std::uint64_t line_count_ = 0, events_ = 0;
  std::vector<Signature> signatures_;
  std::map<std::vector<std::size_t>, std::size_t> known_;
  std::vector<Waiting> waiting_;
};

}  // namespace whytls::sources::message
