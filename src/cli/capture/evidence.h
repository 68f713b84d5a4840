// SPDX-License-Identifier: Apache-2.0
// Small captures of failed connections in a folder, each of a few packets; the oldest go when there are too many. For whoever watches and
// wants to look at it later.
#pragma once

#include <deque>
#include <map>
#include <string>

#include "report/report.h"
#include "sources/capture/handshake.h"
#include "sources/capture/write/kept.h"

namespace whytls::cli {

class EvidenceFolder {
 public:
  explicit EvidenceFolder(std::string folder) : folder_(std::move(folder)) {}

  void keep(const sources::capture::Packet& packet) { ring_.keep(packet); }
  /// Writes the packets of a failure, unless enough like it stand there already. Returns the file's name, or nothing.
  base::Result<std::string> add(const report::Report& report, const sources::capture::Handshake& handshake);

  static constexpr std::size_t most_files = 200, most_alike = 3;

 private:
  std::string folder_;
  sources::capture::PacketRing ring_;
  std::deque<std::string> files_;  ///< written by this run, the oldest first
  std::map<std::string, std::size_t> alike_;
};

}  // namespace whytls::cli
