// SPDX-License-Identifier: Apache-2.0
#include "cli/cert_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "cli/output.h"
#include "report/document.h"
#include "report/layout.h"
#include "sources/certs/folder.h"

namespace whytls::cli {
namespace {

using certs::FolderEntry;
using certs::FolderTotals;
using report::Json;
using State = FolderEntry::State;

constexpr std::size_t most_lines = 100, most_entries = 10000;

std::string_view state_name(State state) {
  constexpr std::array<std::string_view, 4> names{"expired", "not-yet-valid", "soon", "unreadable"};
  return names[static_cast<std::size_t>(state)];
}

std::string clean(const std::string& text) { return base::printable(text, 4096); }
Json time_or_null(const std::optional<base::Time>& time) { return time ? Json(base::rfc3339(*time)) : Json(nullptr); }
Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(clean(text)); }

Json entry_json(const FolderEntry& entry) {
  return {{"state", state_name(entry.state)},
          {"path", clean(entry.path)},
          {"line", entry.line == 0 ? Json(nullptr) : Json(entry.line)},
          {"subject", text_or_null(entry.subject)},
          {"not_before", time_or_null(entry.not_before)},
          {"not_after", time_or_null(entry.not_after)},
          {"text", text_or_null(entry.text)}};
}

Json totals_json(const FolderTotals& totals, const Options& options, base::Time at) {
  Json folders = Json::array();
  for (const std::string& word : options.words) folders.push_back(clean(word));
  return {{"schema", "whytls.folder/1"},
          {"folders", folders},
          {"at", base::rfc3339(at)},
          {"files", totals.files},
          {"certificates", totals.certificates},
          {"expired", totals.expired},
          {"not_yet_valid", totals.not_yet_valid},
          {"soon", totals.soon},
          {"unreadable", totals.unreadable},
          {"others", totals.others},
          {"next_end", time_or_null(totals.next_end)},
          {"next_path", text_or_null(totals.next_path)}};
}

void add(FolderTotals& sum, const FolderTotals& one) {
  sum.files += one.files;
  sum.certificates += one.certificates;
  sum.expired += one.expired;
  sum.not_yet_valid += one.not_yet_valid;
  sum.soon += one.soon;
  sum.unreadable += one.unreadable;
  sum.others += one.others;
  if (!one.next_end || (sum.next_end && *sum.next_end <= *one.next_end)) return;
  sum.next_end = one.next_end;
  sum.next_path = one.next_path;
}

std::string where(const FolderEntry& entry) { return entry.line == 0 ? entry.path : fmt::format("{}:{}", entry.path, entry.line); }

std::string line_of(const FolderEntry& entry) {
  if (entry.state == State::unreadable) return fmt::format("unreadable     {}: {}", where(entry), entry.text);
  const auto& time = entry.state == State::not_yet_valid ? entry.not_before : entry.not_after;
  return fmt::format("{:<13}  {}  {}  {}", state_name(entry.state), time ? base::date(*time) : "", where(entry), entry.subject);
}

std::string counts(const FolderTotals& totals) {
  std::string out = fmt::format("{} certificates in {} files: {} expired, {} yet to come, {} end soon, {} unreadable", totals.certificates,
                                totals.files, totals.expired, totals.not_yet_valid, totals.soon, totals.unreadable);
  if (totals.others > 0) out += fmt::format("; {} files hold no certificate", totals.others);
  if (totals.next_end) out += fmt::format("; the next to end is {} on {}", totals.next_path, base::date(*totals.next_end));
  return out;
}

/// The worst first; among equals the one that ended longest ago, then by path, so that two runs say the same.
bool before(const FolderEntry& a, const FolderEntry& b) {
  if (a.state != b.state) return a.state < b.state;
  if (a.not_after != b.not_after) return a.not_after < b.not_after;
  return std::tie(a.path, a.line) < std::tie(b.path, b.line);
}

std::string as_text(const Options& options, const FolderTotals& totals, const std::vector<FolderEntry>& entries) {
  report::Sheet sheet(style_for(options.output));
  const bool bad = totals.expired + totals.not_yet_valid > 0;
  sheet.headline(bad ? report::Tone::bad : report::Tone::good, bad ? sheet.cross() : sheet.tick(), counts(totals), "");
  if (options.output.quiet) return sheet.take();
  const std::size_t all = totals.expired + totals.not_yet_valid + totals.soon + totals.unreadable;
  for (std::size_t i = 0; i < std::min(entries.size(), most_lines); ++i) sheet.verbatim(2, line_of(entries[i]));
  if (all > most_lines) sheet.paragraph(2, fmt::format("and {} more: --format jsonl", all - most_lines));
  return sheet.take();
}

std::string as_json(const Options& options, base::Time at, const FolderTotals& totals, const std::vector<FolderEntry>& entries) {
  Json out = totals_json(totals, options, at);
  Json list = Json::array();
  for (const FolderEntry& entry : entries) list.push_back(entry_json(entry));
  out["entries"] = std::move(list);
  return report::to_text(out, 2) + "\n";
}

/// A stream to standard output is written as it comes; to a file it is kept, since a file is replaced at once.
class Lines {
 public:
  explicit Lines(const Output& output) : output_(output), streamed_(output.file.empty() || output.file == "-") {}
  void add(const Json& json) {
    text_ += report::to_text(json, -1) + "\n";
    if (streamed_ && text_.size() > 65536 && written_) flush();
  }
  void flush() {
    written_ = write_result(output_, text_);
    text_.clear();
  }
  const base::Result<void>& written() const { return written_; }

 private:
  const Output& output_;
  bool streamed_;
  std::string text_;
  base::Result<void> written_;
};

}  // namespace

Exit check_folders(const Options& options, base::Time at) {
  if (!has_format(options.output, "the look at a folder")) return Exit::usage;
  const bool stream = options.output.format == "jsonl";
  Lines lines(options.output);
  FolderTotals totals;
  std::vector<FolderEntry> entries;
  const auto sink = [&](const FolderEntry& entry) {
    if (stream) return lines.add({{"schema", "whytls.folder/1"}, {"entry", entry_json(entry)}});
    if (entries.size() < most_entries) entries.push_back(entry);
  };
  for (const std::string& word : options.words) add(totals, certs::scan_folder(word, at, sink, interruption()));
  std::sort(entries.begin(), entries.end(), before);
  base::Result<void> written;
  if (stream) {
    lines.add(totals_json(totals, options, at));
    if (lines.written()) lines.flush();
    written = lines.written();
  } else {
    written = write_result(options.output,
                           options.output.format == "text" ? as_text(options, totals, entries) : as_json(options, at, totals, entries));
  }
  if (!written) {
    complain(written.error().text());
    return Exit::broken;
  }
  if (interruption()->load()) return Exit::interrupted;
  const auto fail_on = options.output.fail_on.value_or(report::Severity::error);
  const bool soon = totals.soon > 0 && fail_on <= report::Severity::warning;
  return totals.expired + totals.not_yet_valid > 0 || soon ? Exit::failed : Exit::ok;
}

}  // namespace whytls::cli
