// SPDX-License-Identifier: Apache-2.0
// From a watched handshake to facts: the conversation goes through observe, as the live probe's does; the rest is what a watcher can
// see besides, and what he cannot.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "evidence/evidence.h"
#include "sources/capture/handshake.h"
#include "sources/capture/shown_chains.h"
#include "sources/capture/standing.h"
#include "x509/judge.h"

namespace whytls::sources::capture {

/// Judges chains by one store and keeps what came of it: a busy server's chain is parsed and judged once in a second of the capture.
class ChainJudge {
 public:
  /// As x509::judge, to the second. Holds until the next call.
  const x509::Judgement& judge(const std::vector<base::Bytes>& served, x509::JudgeOptions how);

  static constexpr std::size_t most_known = 256;
  std::size_t size() const { return known_.size(); }

 private:
  std::unordered_map<std::string, x509::Judgement> known_;  ///< by all that differs from one call to the next
};

struct FactOptions {
  const x509::TrustStore* store = nullptr;  ///< by which a visible chain is judged; must outlive the call
  bool store_given = false;                 ///< the user named it: it is the client's own
  const ShownChain* shown = nullptr;        ///< of a handshake that hides its own: what the same server showed for the same name
  bool went_on_elsewhere = false;           ///< the same offer to this server was followed by data: whoever makes it minds nothing
  ChainJudge* chains = nullptr;             ///< of this store; none: nothing is kept
};

struct Facts {
  Assessment assessment;
  evidence::Evidence evidence;
  std::vector<x509::Certificate> chain;  ///< of the server, as far as it is visible
};

Facts facts_of(const Handshake& handshake, const FactOptions& options);

/// The chain as it stands in the conversation, judged at the time of the capture and by the name that the client asked for, in the light
/// of what the client did: by an alert that speaks of trust it has not come to look at names and dates, and this machine's trust store
/// is not the client's.
evidence::Evidence chain_facts(const Handshake& handshake, const Assessment& assessment, const FactOptions& options,
                               std::vector<x509::Certificate>& chain);

}  // namespace whytls::sources::capture
