// SPDX-License-Identifier: Apache-2.0
// Counts the handshakes of a capture, keeps those that failed until the whole is known, and groups them. A failure is diagnosed when the
// capture is over, since what other clients did to the same server is evidence. Memory is bounded: of too many failures the oldest are
// diagnosed early, and of too many groups the later ones are counted only.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_map>

#include "cli/capture/key_use.h"
#include "report/capture_summary.h"
#include "report/watch_screen.h"
#include "sources/capture/facts.h"
#include "sources/capture/ledger.h"
#include "sources/capture/shown_chains.h"

namespace whytls::cli {

struct TallyOptions {
  bool all = false;                         ///< every handshake is shown, not those alone that failed
  std::size_t most_shown = 1000;            ///< handshakes that are kept to be shown one by one
  std::optional<std::uint64_t> flow;        ///< show this connection alone, whatever came of it
  const x509::TrustStore* store = nullptr;  ///< must outlive the tally
  bool store_given = false;
  std::string only_file;  ///< the capture, where there is but one: the lines that ask again name it
  /// Called for each handshake that failed, with its report, when it is judged.
  std::function<void(const report::Report&, const sources::capture::Handshake&)> on_failure;
  std::function<void(report::Report&&)> stream;  ///< every handshake goes there as soon as it is judged, instead of being kept
};

class Tally {
 public:
  explicit Tally(TallyOptions options) : options_(std::move(options)) {}

  /// `file`: the capture that it stands in.
  void note(sources::capture::Handshake&& handshake, const std::string& file);
  /// Judges what ended before that time (nanoseconds since 1970): for whoever cannot wait for the end.
  void settle(std::int64_t before);
  /// The largest groups so far.
  std::vector<report::WatchGroup> largest(std::size_t most) const;
  /// Failures by cause; undetermined ones are not among them.
  const std::map<std::string, std::uint64_t>& causes() const { return causes_; }
  std::uint64_t connections() const { return summary_.connections; }
  /// Judges all that is still kept. Files, packets and damage are the caller's to fill.
  report::CaptureSummary finish();

  /// Packets that carry a few failed handshakes of each group (or the one that was asked for), by file; and the names in them.
  const std::map<std::string, std::set<std::uint64_t>>& proof() const { return proof_; }
  const std::set<std::string>& names() const { return names_; }
  const report::HandshakeCounts& counts() const { return summary_.handshakes; }
  const KeyUse& key_use() const { return key_use_; }

 private:
  struct Kept {
    sources::capture::Handshake handshake;
    std::string file;
    std::size_t size = 0;
  };
  struct Group {
    report::CaptureGroup group;
    std::set<std::string> clients;
  };

  /// A server's certificate, parsed once, and which names that were asked for it covers.
  struct Known {
    x509::Certificate leaf;
    std::map<std::string, bool, std::less<>> covers;
  };
  /// Looks up by a view what is kept as a string.
  struct Exact {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  void note_unconnected(sources::capture::Handshake&& handshake, const std::string& file, const sources::capture::Assessment& assessment);
  void keep(sources::capture::Handshake&& handshake, const std::string& file);
  void judge(Kept&& kept);
  void judge_oldest();
  /// What came of handshakes that are alike, and the group that they are in.
  struct Alike {
    diagnosis::Outcome outcome{};
    bool unseen = false;
    std::string cause, group;
  };
  static std::uint64_t likeness_of(const sources::capture::Handshake& handshake, const evidence::Evidence& evidence);
  void count(const Alike& alike);
  void count_alike(const sources::capture::Handshake& handshake, const Alike& alike);
  void add_proof(const sources::capture::Handshake& handshake, const std::string& file);
  std::string add_to_group(const report::Report& report, const sources::capture::Handshake& handshake);
  static void add_to(Group& into, const sources::capture::Handshake& handshake);
  void show(report::Report&& report);
  void look_at_healthy(const sources::capture::Handshake& handshake);
  void add_finding(const sources::capture::Handshake& handshake, std::string_view name, report::Finding finding);
  bool wanted(const sources::capture::Handshake& handshake) const { return !options_.flow || handshake.number == *options_.flow; }

  TallyOptions options_;
  report::CaptureSummary summary_;
  KeyUse key_use_;
  sources::capture::Ledger ledger_;
  sources::capture::ShownChains shown_;
  sources::capture::ChainJudge chains_;
  std::deque<Kept> kept_;
  std::deque<Kept> silent_;  ///< connections that did not come about, to ports that are not known for TLS
  std::size_t kept_size_ = 0;
  std::map<std::string, Group> groups_;
  std::map<std::string, std::uint64_t> causes_;
  std::unordered_map<std::uint64_t, Alike> judged_;
  std::map<std::string, report::CaptureFinding> findings_;
  std::map<std::string, std::set<std::uint64_t>> proof_;
  std::set<std::string> names_;
  std::unordered_map<std::string, Known, Exact, std::equal_to<>> known_;  ///< by the DER form
};

}  // namespace whytls::cli
