// SPDX-License-Identifier: Apache-2.0
// What the parts of one investigation share while it runs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "investigate/investigation.h"
#include "investigate/runner.h"
#include "sources/certs/revocation.h"
#include "sources/probe/probe.h"
#include "sources/probe/profiles.h"
#include "sources/system/policy.h"

namespace whytls::investigate {

/// An attempt that has not ended by then is slow: something else is tried meanwhile.
inline constexpr std::chrono::milliseconds slow{800};

/// Another address of the name, asked as the first was.
struct OtherAddress {
  std::string ip;
  std::vector<std::future<probe::Attempt>> attempts;
  bool works = false;
};

struct Session {
  const Request& request;
  Investigation& out;
  Runner& runner;
  const Progress& progress;
  const net::CancelFlag* cancel;
  const probe::Profile* recorded = nullptr;     ///< the client in question is a recorded one
  std::optional<system::LibraryPolicy> policy;  ///< the client in question is a library of this machine
  probe::ClientIdentity identity;
  std::optional<probe::Attempt> working;                  ///< an attempt that gets past the step at which the one in question fails
  bool healthy_first = false;                             ///< the first address of the name works
  bool silent = false;                                    ///< the attempt in question is still without an answer: haste is due
  std::shared_future<probe::Attempt>* pending = nullptr;  ///< the first attempt, while others go on as if it had failed
  std::optional<std::future<probe::Attempt>> twin;        ///< the same offer once more, begun while the first was slow
  std::optional<probe::Attempt> worked_again;             ///< the same offer, where a repetition got further
  bool asking_in_other_words = false;                     ///< what needs quiet, a pause, has to wait
  bool changing = false;                                  ///< the last repetition failed, and in another way
  std::optional<probe::Attempt> recovered;                ///< the first failed, and the same offer then worked twice
  std::optional<certs::Revocations> revocations;          ///< of the chain with this leaf: asked once a run
  base::Bytes revocations_of;
  std::vector<std::string> addresses;  ///< of the name, the one in question first
  std::vector<OtherAddress> others;    ///< those that are being asked beside it
  net::Clock::time_point begun = net::Clock::now();

  /// The slow first attempt has ended meanwhile, and not as it was presumed: what is being tried stands on the wrong ground.
  bool overtaken() const {
    return pending && pending->wait_for(std::chrono::seconds(0)) == std::future_status::ready &&
           !probe::ended_alike(pending->get(), *out.main);
  }
  bool cancelled() const { return cancel && cancel->load(); }
  void say(const std::string& line) const {
    if (progress) progress(line);
  }
  diagnosis::Diagnosis diagnose() const { return diagnosis::diagnose(out.evidence); }
  void add(evidence::Kind kind, evidence::Value value, std::string text = {}, std::string subject = {}) {
    out.evidence.add(kind, std::move(value), std::move(text), std::move(subject));
  }
};

// ---- question.cpp ---------------------------------------------------------------------------------------------------
void state_question(Session& session);
probe::Place place_of(const Request& request, const std::string& ip, const std::optional<net::Proxy>& proxy, net::Deadline overall,
                      const net::CancelFlag* cancel);
/// As the runner's, at another address.
probe::Place place_for(const Session& session, const std::string& ip);
/// What this attempt says, chain and demands included, replaces what an earlier one said.
void take_in(Session& session, const probe::Attempt& attempt);
/// The handshake in question came to its end.
bool healthy(const Session& session);

// ---- addresses.cpp --------------------------------------------------------------------------------------------------
/// Addresses of families that this machine can reach, where there are any. A name of this machine itself stands for whichever of
/// its addresses has a listener.
std::vector<std::string> usable_addresses(const Request& request, std::vector<std::string> addresses);
/// Begins to ask the other addresses of the name, so often each.
void begin_addresses(Session& session, int times);
/// What came of them beside the one in question, as facts. On this machine itself a name like localhost has addresses of both
/// families, and a server that listens on one of them only is nothing unusual.
void compare_addresses(Session& session);

// ---- investigation.cpp ----------------------------------------------------------------------------------------------
/// The offer in question, through to what follows the handshake.
probe::Trial trial_of(const Session& session);

/// Whether an attempt gets past the step at which the one in question stopped.
bool gets_further(const probe::Attempt& attempt, const probe::Attempt& asked);

// ---- differential.cpp -----------------------------------------------------------------------------------------------
/// Repeats the failure, climbs down the ladder, and makes minimal pairs until one cause remains. Leaves off, with `recovered` set,
/// where the failure does not come again.
void differ(Session& session);
/// An attempt that nothing answered, as it will stand when its deadline has passed: ground to go on while the first is still silent.
probe::Attempt presumed_silent(const Session& session);

// ---- trust.cpp ------------------------------------------------------------------------------------------------------
/// Judges the chain of an attempt as the client in question would, and states it as facts.
void judge_chain(Session& session, const probe::Attempt& attempt);
/// Opens what the options name (CA file, client certificate); Fault::input where it cannot be used.
std::optional<base::Error> open_inputs(Session& session);
/// Facts about the client's own certificate beside what the server asked for.
void judge_identity(Session& session, const probe::Attempt& attempt);

/// What the client in question trusts: the store of the options, or this machine's.
x509::TrustStore trust_store_of(const Request& request);

// ---- dns.cpp --------------------------------------------------------------------------------------------------------
struct DnsAsked;
/// Begins to ask DNS about the server's certificates (TLSA, CAA); nothing where it is not to be asked. It stops when its owner ends.
std::shared_ptr<DnsAsked> begin_dns(const Request& request, bool by_proxy, const net::CancelFlag* cancel);
/// What came meanwhile, as facts and remarks; where a server showed certificates, it is waited for a moment.
void end_dns(Session& session, DnsAsked& asked);

// ---- policy.cpp -----------------------------------------------------------------------------------------------------
/// What this machine's library, where it is the client in question, would refuse of what the server has shown; else, where the
/// handshake fails, what local policies would have to say is only remarked.
void apply_library_policy(Session& session);

// ---- refusals.cpp ---------------------------------------------------------------------------------------------------
/// What the client in question refuses by itself although the server went on: states completed = no with stage and reason.
void apply_client_demands(Session& session);

// ---- plaintext.cpp --------------------------------------------------------------------------------------------------
/// The answer was no TLS: tries the protocol's own upgrade.
void try_upgrades(Session& session);
/// There was no answer at all: what a server would say to other words than a ClientHello. Begun beside other probes, read later.
struct OtherWords {
  std::optional<std::future<probe::Attempt>> proxy_header;
  std::vector<std::pair<std::string, std::future<probe::Attempt>>> upgrades;
  std::optional<std::future<base::Bytes>> plaintext;
};
OtherWords begin_other_words(Session& session);
void end_other_words(Session& session, OtherWords words);

}  // namespace whytls::investigate
