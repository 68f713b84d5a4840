// SPDX-License-Identifier: Apache-2.0
// A name with several addresses: which of them fail, each asked twice where it matters, all side by side.
#include <algorithm>

#include "base/text.h"
#include "investigate/session.h"

namespace whytls::investigate {
namespace {

using evidence::Kind;

constexpr std::size_t most_addresses = 4;

/// Why the client in question would not go on with this attempt, by the cause where one is plain; empty when it would.
std::string fault_of(Session& s, const probe::Attempt& attempt) {
  Investigation scratch;
  scratch.request = s.request;
  scratch.offer = s.out.offer;
  Session alone{s.request, scratch, s.runner, s.progress, s.cancel, s.recorded, s.policy, s.identity, {}};
  state_question(alone);
  take_in(alone, attempt);
  alone.add(Kind::failures_seen, std::int64_t{2});
  if (attempt.transcript && attempt.transcript->secret_unavailable) return {};
  if (healthy(alone) && !alone.diagnose().verdict) return {};
  const auto verdict = alone.diagnose().verdict;
  return verdict ? std::string(verdict->cause->id) : scratch.evidence.text(Kind::failure);
}

/// What came of one address, as facts about it.
struct Outcome {
  std::int64_t good = 0, bad = 0;
  std::string words;
};

void note_attempt(Session& s, const std::string& ip, const probe::Attempt& attempt, Outcome& outcome) {
  if (attempt.cut_short) return;
  const std::string fault = fault_of(s, attempt);
  ++(fault.empty() ? outcome.good : outcome.bad);
  outcome.words = fault.empty() ? "ok" : fault;
  s.out.probes.push_back({.change = "address",
                          .words = "the same offer to " + ip,
                          .times = 1,
                          .same = 1,
                          .works = fault.empty(),
                          .ended = probe::ending_words(attempt),
                          .address = attempt.address.text()});
}

/// Asked once more unless it works as the first address does: then nothing differs, and once is enough.
void note_address(Session& s, OtherAddress& other) {
  Outcome outcome;
  for (auto& attempt : other.attempts) note_attempt(s, other.ip, attempt.get(), outcome);
  if (other.attempts.size() == 1 && !(outcome.bad == 0 && s.healthy_first))
    if (auto again = s.runner.start(trial_of(s), place_for(s, other.ip))) note_attempt(s, other.ip, again->get(), outcome);
  s.add(Kind::address_outcome, outcome.words, other.ip + ": " + outcome.words, other.ip);
  if (outcome.good > 0) s.add(Kind::address_successes, outcome.good, {}, other.ip);
  if (outcome.bad > 0) s.add(Kind::address_failures, outcome.bad, {}, other.ip);
  other.works = outcome.bad == 0;
}

/// The addresses differ: then the first one's outcome is a fact beside theirs.
void note_first(Session& s, const std::optional<diagnosis::Verdict>& verdict) {
  const std::string id = verdict ? std::string(verdict->cause->id) : s.out.evidence.text(Kind::failure);
  const std::string outcome = s.healthy_first ? "ok" : id;
  s.add(Kind::address_outcome, outcome, s.out.address + ": " + outcome, s.out.address);
  s.add(s.healthy_first ? Kind::address_successes : Kind::address_failures,
        s.healthy_first ? std::int64_t{1} : s.out.evidence.number(Kind::failures_seen).value_or(2), {}, s.out.address);
  if (verdict) s.add(Kind::address_cause, std::string(verdict->cause->id), {}, s.out.address);
}

}  // namespace

void begin_addresses(Session& s, int times) {
  for (std::size_t i = 0; i < std::min(s.addresses.size(), most_addresses); ++i) {
    const std::string& ip = s.addresses[i];
    if (ip == s.out.address) continue;
    if (!net::routable(ip)) {
      s.add(Kind::no_route_for_family, true, {}, ip.find(':') == std::string::npos ? "ipv4" : "ipv6");
      continue;
    }
    s.say("asking the address " + ip);
    OtherAddress other{.ip = ip};
    for (int n = 0; n < times; ++n)
      if (auto future = s.runner.start(trial_of(s), place_for(s, ip))) other.attempts.push_back(std::move(*future));
    if (!other.attempts.empty()) s.others.push_back(std::move(other));
  }
}

void compare_addresses(Session& s) {
  const auto verdict = s.diagnose().verdict;
  s.healthy_first = healthy(s) && !verdict;
  if (s.others.empty()) begin_addresses(s, 1);
  for (OtherAddress& other : s.others)  // one that is slow to answer is repeated while it is
    if (other.attempts.size() == 1 && other.attempts.front().wait_for(slow) != std::future_status::ready)
      if (auto again = s.runner.start(trial_of(s), place_for(s, other.ip))) other.attempts.push_back(std::move(*again));
  for (OtherAddress& other : s.others) note_address(s, other);
  if (std::any_of(s.others.begin(), s.others.end(), [&](const OtherAddress& other) { return other.works != s.healthy_first; }))
    note_first(s, verdict);
}

std::vector<std::string> usable_addresses(const Request& request, std::vector<std::string> addresses) {
  std::vector<std::string> reachable;
  std::copy_if(addresses.begin(), addresses.end(), std::back_inserter(reachable),
               [](const std::string& ip) { return ip.empty() || net::routable(ip); });
  if (reachable.empty()) return addresses;
  const std::string host = request.connect_host.value_or(request.host);
  const bool local = base::equals_nocase(host, "localhost") && reachable.size() > 1;
  if (!local) return reachable;
  const std::uint16_t port = request.connect_host ? request.connect_port : request.port;
  for (const std::string& ip : reachable)
    if (auto connected = net::connect({ip, port}, {}, net::Clock::now() + std::chrono::seconds(1), nullptr); connected.stream) return {ip};
  return {reachable.front()};
}

}  // namespace whytls::investigate
