// SPDX-License-Identifier: Apache-2.0
#include "cli/explain/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <thread>

#include "cli/explain/message.h"
#include "cli/output.h"
#include "report/log_summary.h"
#include "sources/message/log_input.h"
#include "sources/message/log_scan.h"
#include "sources/message/tally.h"

namespace whytls::cli {
namespace {

namespace message = sources::message;

/// What a signature means, found out once.
struct Meaning {
  diagnosis::LeftOpen open;
  std::string words;
};

/// One run over all files.
class Run {
 public:
  Run(const message::Matcher& matcher, bool follow, const Output& output)
      : matcher_(matcher),
        output_(output),
        style_(style_for(output)),
        follow_(follow),
        stream_(follow || output.format == "jsonl"),
        scan_(matcher, base::now(), [this](const message::LogEvent& event) { take(event); }) {}

  base::Result<void> read(const std::string& path);
  report::LogSummary summary();
  bool interrupted() const { return *interruption(); }
  /// What could not be printed; printing goes on as if nothing had been.
  const base::Result<void>& printed() const { return printed_; }

 private:
  void take(const message::LogEvent& event);
  const Meaning& meaning(const message::LogEvent& event);
  void print(const message::LogEvent& event);
  void wait() const { std::this_thread::sleep_for(std::chrono::milliseconds(200)); }

  const message::Matcher& matcher_;
  const Output& output_;
  report::Style style_;
  bool follow_, stream_;
  base::Result<void> printed_;
  std::uint64_t bytes_ = 0, failures_ = 0;
  std::map<std::size_t, Meaning> meanings_;
  std::map<std::size_t, message::Tally> tallies_;
  message::LogScan scan_;
};

const Meaning& Run::meaning(const message::LogEvent& event) {
  const auto known = meanings_.find(event.signature);
  if (known != meanings_.end()) return known->second;
  const report::Explanation explained = explanation_of(matcher_, event.line);
  Meaning out{explained.left_open, explained.messages.empty() ? "a failed handshake" : explained.messages.front().meaning};
  return meanings_.emplace(event.signature, std::move(out)).first->second;
}

void Run::take(const message::LogEvent& event) {
  const Meaning& means = meaning(event);
  if (means.open.candidates.empty()) return;  // an ordinary close, a remark
  ++failures_;
  tallies_[event.signature].add(event);
  if (stream_) print(event);
}

void Run::print(const message::LogEvent& event) {
  const Meaning& means = meaning(event);
  const report::LogFailure failure{event.time, event.client, event.client.empty() ? "" : message::network_of(event.client),
                                   event.name, event.line,   &means.open.candidates,
                                   means.words};
  const std::string text =
      output_.format == "text" ? report::failure_text(failure, style_) : report::to_text(report::failure_document(failure), -1) + "\n";
  if (auto done = write_result({.file = "-"}, text); !done) printed_ = std::move(done);
}

base::Result<void> Run::read(const std::string& path) {
  auto input = message::LogInput::open(path);
  if (!input) return tl::unexpected(input.error());
  while (!interrupted()) {
    const auto block = input->next(follow_);
    if (!block) return tl::unexpected(block.error());
    if (block->empty() && !follow_) break;
    if (block->empty()) {
      scan_.finish();
      if (!input->reopen_if_replaced()) wait();
      continue;
    }
    scan_.lines(*block);
  }
  bytes_ += input->bytes();
  scan_.finish();
  return {};
}

/// Kinds with the same best cause are one where it is more than a guess; else what the message says tells them apart.
std::string group_key(const Meaning& means) {
  const auto& best = means.open.candidates.front();
  return best.confidence == diagnosis::Confidence::possible ? "?" + means.words : std::string(best.cause->id);
}

report::LogGroup group_of(const Meaning& means, const message::Tally& tally, std::optional<base::Time> log_end) {
  report::LogGroup out;
  out.causes = means.open.candidates;
  out.meaning = means.words;
  out.count = tally.count;
  out.clients = tally.clients.size();
  out.more_clients = tally.more_clients;
  out.first = tally.first;
  out.last = tally.last;
  out.networks = tally.networks.sorted();
  out.names = tally.names.sorted();
  out.versions = tally.versions.sorted();
  for (const auto& [hour, count] : tally.hours) out.hours.emplace_back(base::Time(std::chrono::hours(hour)), count);
  if (log_end) out.trend = message::trend_name(tally.trend(*log_end));
  out.examples = tally.examples;
  return out;
}

report::LogSummary Run::summary() {
  report::LogSummary out;
  out.lines = scan_.line_count();
  out.bytes = bytes_;
  out.failures = failures_;
  out.interrupted = interrupted() && !follow_;
  std::map<std::string, std::pair<const Meaning*, message::Tally>> groups;
  for (const auto& [signature, tally] : tallies_) {
    const Meaning& means = meanings_.at(signature);
    auto& [first, sum] = groups[group_key(means)];
    if (!first) first = &means;
    sum.add(tally);
    if (tally.first && (!out.first || *tally.first < *out.first)) out.first = tally.first;
    if (tally.last && (!out.last || *tally.last > *out.last)) out.last = tally.last;
  }
  for (const auto& [key, group] : groups) out.groups.push_back(group_of(*group.first, group.second, out.last));
  std::stable_sort(out.groups.begin(), out.groups.end(), [](const auto& a, const auto& b) { return a.count > b.count; });
  return out;
}

}  // namespace

Exit explain_log(const std::vector<std::string>& files, bool follow, const Output& output) {
  const auto matcher = message::Matcher::make();
  if (!matcher) return complain(matcher.error().text()), Exit::broken;
  if (follow && files.size() > 1) return complain("one log is followed at a time"), Exit::usage;
  Run run(*matcher, follow, output);
  for (const std::string& path : files)
    if (const auto done = run.read(path); !done) return complain(done.error().text()), Exit::usage;
  const report::LogSummary summary = run.summary();
  std::string text;
  if (output.format == "json") text = report::to_text(report::log_document(summary), 2) + "\n";
  if (output.format == "text") text = report::log_text(summary, style_for(output));
  auto written = text.empty() ? run.printed() : write_result(output, text);
  if (!written) return complain(written.error().text()), Exit::broken;
  if (run.interrupted() && !follow) return Exit::interrupted;
  return summary.failures > 0 ? Exit::ok : Exit::undetermined;
}

}  // namespace whytls::cli
