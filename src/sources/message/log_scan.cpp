// SPDX-License-Identifier: Apache-2.0
#include "sources/message/log_scan.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace whytls::sources::message {
namespace {

constexpr std::size_t most_rows = 48, most_waiting = 16, patience = 6;

/// Words without which a line that speaks of a reset, an end or a time-out speaks of something else.
constexpr std::array<std::string_view, 11> words{"verify error", "ssl",    "tls",   "cert",     "x509", "handshake",
                                                 "pkix",         "0x8009", "alert", "schannel", "ah0"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool speaks_of_tls(std::string_view line) {
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char first = lower(line[at]);
    for (const std::string_view word : words) {
      if (first != word.front() || line.size() - at < word.size()) continue;
      if (std::equal(word.begin(), word.end(), line.begin() + static_cast<std::ptrdiff_t>(at),
                     [](char a, char b) { return a == lower(b); }))
        return true;
    }
  }
  return false;
}

bool tells_reason(std::size_t row) { return is_message(rows()[row]) && !rows()[row].wrapper; }
bool tells_anything(std::size_t row) { return is_message(rows()[row]); }

/// The line of the block that the byte at `at` lies in.
std::string_view line_around(std::string_view block, std::size_t at) {
  const std::size_t before = at == 0 ? std::string_view::npos : block.rfind('\n', at - 1);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  const std::size_t after = block.find('\n', at);
  return block.substr(begin, (after == std::string_view::npos ? block.size() : after) - begin);
}

void insert(std::vector<std::size_t>& sorted, std::size_t row) {
  const auto at = std::lower_bound(sorted.begin(), sorted.end(), row);
  if ((at == sorted.end() || *at != row) && sorted.size() < most_rows) sorted.insert(at, row);
}

}  // namespace

LogScan::LogScan(const Matcher& matcher, base::Time now, std::function<void(const LogEvent&)> on_event)
    : matcher_(matcher), now_(now), on_event_(std::move(on_event)) {}

void LogScan::lines(std::string_view block) {
  std::string_view current;
  std::vector<std::size_t> found;
  const auto flush = [&] {
    if (std::any_of(found.begin(), found.end(), tells_anything) && speaks_of_tls(current)) line(current, found);
    found.clear();
  };
  matcher_.each(block, [&](std::size_t row, std::size_t end) {
    const char* last = block.data() + end - 1;
    if (current.empty() || last >= current.data() + current.size()) {
      flush();
      current = line_around(block, end - 1);
    }
    insert(found, row);
  });
  flush();
  line_count_ += static_cast<std::uint64_t>(std::count(block.begin(), block.end(), '\n'));
  if (!block.empty() && block.back() != '\n') ++line_count_;
}

void LogScan::line(std::string_view text, const std::vector<std::size_t>& found) {
  text = text.substr(0, longest_line);
  const LogLine parts = log_line(text, now_);
  LogEvent event{0, parts.time, std::string(parts.client), std::string(parts.name), std::string(parts.version), std::string(text)};
  std::vector<std::size_t> all = found;
  ++events_;
  release_old();
  if (std::none_of(all.begin(), all.end(), tells_reason)) {
    if (parts.process.empty() || waiting_.size() == most_waiting) return emit(std::move(event), all);
    // Another wrapper of the same process belongs to the same failure.
    for (Waiting& each : waiting_)
      if (each.process == parts.process) {
        for (const std::size_t row : all) insert(each.rows, row);
        return;
      }
    waiting_.push_back({std::move(event), std::move(all), std::string(parts.process), events_});
    return;
  }
  join(event, all, parts.process);
  emit(std::move(event), all);
}

bool LogScan::join(LogEvent& event, std::vector<std::size_t>& all, std::string_view process) {
  const auto found = std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& w) { return w.process == process; });
  if (process.empty() || found == waiting_.end()) return false;
  for (const std::size_t row : found->rows) insert(all, row);
  if (event.client.empty()) event.client = found->event.client;
  if (event.name.empty()) event.name = found->event.name;
  if (event.version.empty()) event.version = found->event.version;
  event.line = found->event.line + "\n" + event.line;
  waiting_.erase(found);
  return true;
}

void LogScan::release_old() {
  for (std::size_t i = 0; i < waiting_.size();) {
    if (events_ - waiting_[i].events_before < patience) {
      ++i;
      continue;
    }
    Waiting old = std::move(waiting_[i]);
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
    emit(std::move(old.event), old.rows);
  }
}

void LogScan::emit(LogEvent event, const std::vector<std::size_t>& all) {
  auto found = known_.find(all);
  if (found == known_.end()) {
    if (signatures_.size() == most_signatures) {
      event.signature = most_signatures - 1;
      return on_event_(event);
    }
    found = known_.emplace(all, signatures_.size()).first;
    signatures_.push_back({all, event.line});
  }
  event.signature = found->second;
  on_event_(event);
}

void LogScan::finish() {
  for (Waiting& each : waiting_) emit(std::move(each.event), each.rows);
  waiting_.clear();
}

}  // namespace whytls::sources::message
