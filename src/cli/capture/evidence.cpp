// SPDX-License-Identifier: Apache-2.0
#include "cli/capture/evidence.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/time.h"

namespace whytls::cli {
namespace {

/// "20261121T121500Z-17.pcapng"; nothing of a peer's enters the name.
std::string name_of(const report::Report& report) {
  std::string time = base::rfc3339(report.flow->start.value_or(base::Time{}));
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  return fmt::format("{}Z-{}.pcapng", time.substr(0, time.find('.')), report.flow->number);
}

}  // namespace

base::Result<std::string> EvidenceFolder::add(const report::Report& report, const sources::capture::Handshake& h) {
  constexpr std::size_t most_kinds = 10000;
  const auto& verdict = report.diagnosis.verdict;
  const std::string cause = verdict ? std::string(verdict->cause->id) : "undetermined";
  const std::string kind = cause + " " + report.flow->server + " " + report.handshake.offered.ja4;
  if (alike_.size() >= most_kinds) alike_.clear();
  if (++alike_[kind] > most_alike) return std::string();
  const std::vector<sources::capture::KeptPacket> packets = ring_.take(h.packets);
  if (packets.empty()) return std::string();
  std::string path = folder_ + "/" + name_of(report);
  if (auto done = sources::capture::write_capture(path, packets, cause); !done) return tl::unexpected(done.error());
  files_.push_back(path);
  if (files_.size() > most_files) {
    unlink(files_.front().c_str());
    files_.pop_front();
  }
  return path;
}

}  // namespace whytls::cli
