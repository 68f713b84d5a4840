// SPDX-License-Identifier: Apache-2.0
#include "cli/capture/tally.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "cli/capture/flow_report.h"
#include "diagnosis/rules.h"
#include "observe/conversation.h"
#include "registry/registry.h"
#include "report/words.h"
#include "sources/capture/write/anonymize.h"
#include "wire/glance.h"
#include "x509/host.h"

namespace whytls::cli {
namespace {

using evidence::Kind;
using sources::capture::Assessment;
using sources::capture::Carrier;
using sources::capture::Handshake;
using sources::capture::Standing;
using Event = observe::Event;

constexpr std::size_t most_kept_bytes = std::size_t{48} * 1024 * 1024;
constexpr std::size_t most_groups = 400, most_silent = 64, most_findings = 200, most_flows = 8, most_clients = 5;
constexpr std::size_t most_clients_counted = 10000, most_proof = 100000, most_proven = 3;

/// Where TLS begins at once by custom (IANA's names with TLS in them, and what is usual beside them).
bool tls_port(std::uint16_t port) {
  static constexpr std::array<std::uint16_t, 32> known{443,  465,  563,  614,  636,  685,  853,  989,  990,  992,  993,
                                                       994,  995,  2083, 2087, 2096, 2376, 3269, 3389, 4433, 4843, 5061,
                                                       5223, 5349, 5671, 6443, 6514, 6697, 8443, 8883, 9443, 10443};
  return std::binary_search(known.begin(), known.end(), port);
}

bool nothing_said(const Handshake& h) {
  return h.carrier == Carrier::tls && h.conversation.events.empty() && h.conversation.not_tls.empty() && !h.refusal;
}

std::size_t size_of(const Handshake& h) {
  std::size_t out = sizeof(Handshake) + h.packets.size() * sizeof(std::uint64_t) + h.preface_client.size() + h.preface_server.size();
  for (const Event& e : h.conversation.events) out += sizeof(Event) + e.raw.capacity();
  return out;
}

std::string ended_words(const report::Report& report) {
  const evidence::Fact* failure = report.evidence.find(Kind::failure);
  if (failure && !failure->text.empty()) return failure->text;
  return diagnosis::failure_words(report.evidence);
}

/// The server name that was asked for, in place.
std::string_view name_in(const Handshake& h) {
  for (const Event& e : h.conversation.events)
    if (e.kind == Event::Kind::handshake && !e.opaque && e.type == wire::HandshakeType::client_hello && e.raw.size() > 4)
      return base::text(wire::glance_client_hello(base::ByteView(e.raw).subspan(4)).server_name);
  return {};
}

}  // namespace

void Tally::note(Handshake&& h, const std::string& file) {
  ++summary_.connections;
  key_use_.note(h);
  const Assessment assessment = sources::capture::assess(h);
  if (nothing_said(h)) {
    if (assessment.standing == Standing::failed) note_unconnected(std::move(h), file, assessment);
    return;
  }
  ledger_.note(h, assessment.standing);
  shown_.note(h);
  const bool healthy = assessment.standing == Standing::complete && !assessment.sent_nothing;
  if (healthy) {
    look_at_healthy(h);
    if (!options_.all && !options_.stream && !options_.flow) {
      ++summary_.handshakes.ok;
      return;
    }
  }
  const bool settled = healthy || assessment.standing == Standing::unseen;
  if (options_.stream && settled) return judge({std::move(h), file, 0});
  keep(std::move(h), file);
}

/// A connection that did not come about is no handshake: where there are others it is worth a remark, and the answer only where there is
/// nothing else.
void Tally::note_unconnected(Handshake&& h, const std::string& file, const Assessment& assessment) {
  const std::string rule = assessment.failure == "refused"   ? "network.connection-refused"
                           : assessment.failure == "timeout" ? "network.connection-timeout"
                           : assessment.failure == "reset"   ? "network.reset-in-handshake"
                                                             : "network.unreachable";
  if (tls_port(h.server.port)) add_finding(h, "", {rule, report::Severity::note, "the connection does not come about: " + assessment.text});
  if (silent_.size() < most_silent) silent_.push_back({std::move(h), file, 0});
}

void Tally::keep(Handshake&& h, const std::string& file) {
  const std::size_t size = size_of(h);
  kept_size_ += size;
  kept_.push_back({std::move(h), file, size});
  while (kept_size_ > most_kept_bytes) judge_oldest();
}

void Tally::judge_oldest() {
  Kept kept = std::move(kept_.front());
  kept_.pop_front();
  kept_size_ -= kept.size;
  judge(std::move(kept));
}

void Tally::judge(Kept&& kept) {
  const Handshake& h = kept.handshake;
  sources::capture::Facts facts =
      sources::capture::facts_of(h, {options_.store, options_.store_given, shown_.for_hidden(h), ledger_.went_on(h), &chains_});
  const Standing standing = facts.assessment.standing;
  if (standing == Standing::failed || standing == Standing::abandoned) facts.evidence.add(ledger_.facts_for(h));
  const bool unseen = standing == Standing::unseen;
  const std::uint64_t likeness = likeness_of(h, facts.evidence);
  const auto before = judged_.find(likeness);
  const bool shown = options_.stream || options_.on_failure || (wanted(h) && summary_.shown.size() < options_.most_shown);
  if (before != judged_.end() && !shown) return count_alike(h, before->second);
  diagnosis::WatchedDiagnosis watched;
  if (!unseen) watched = diagnosis::diagnose_watched(facts.evidence);
  if (unseen) watched.diagnosis.stage = diagnosis::stage_named(observe::stage_of(h.conversation)).value_or(watched.diagnosis.stage);
  const diagnosis::Outcome outcome = watched.diagnosis.outcome;
  const bool bad = outcome == diagnosis::Outcome::failed || (outcome == diagnosis::Outcome::undetermined && !unseen);
  Alike alike{outcome, unseen, watched.diagnosis.verdict ? std::string(watched.diagnosis.verdict->cause->id) : std::string(), {}};
  count(alike);
  if (options_.flow && wanted(h)) add_proof(h, kept.file);
  if (bad || options_.all || options_.stream || (options_.flow && wanted(h))) {
    report::Report report = report_of(h, facts, watched, {kept.file, kept.file.empty() ? options_.only_file : kept.file});
    if (bad) alike.group = add_to_group(report, h);
    const auto group = groups_.find(alike.group);
    if (bad && !options_.flow && group != groups_.end() && group->second.group.count <= most_proven) add_proof(h, kept.file);
    if (bad && options_.on_failure) options_.on_failure(report, h);
    if (wanted(h)) show(std::move(report));
  }
  constexpr std::size_t most_judged = 50000;
  if (bad && judged_.size() < most_judged) judged_.emplace(likeness, std::move(alike));
}

/// What makes two failures alike: the same offer to the same server, and the same facts but for times and counts.
std::uint64_t Tally::likeness_of(const Handshake& h, const evidence::Evidence& evidence) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  const auto mix = [&](std::string_view text) { hash = (hash ^ std::hash<std::string_view>{}(text)) * 0x100000001b3ULL; };
  mix(h.server.text());
  for (const evidence::Fact& fact : evidence.facts()) {
    hash = (hash ^ static_cast<std::uint64_t>(fact.kind)) * 0x100000001b3ULL;
    mix(fact.subject);
    if (const auto* text = std::get_if<std::string>(&fact.value)) mix(*text);
    if (const auto* list = std::get_if<std::vector<std::string>>(&fact.value))
      for (const std::string& each : *list) mix(each);
    if (const auto* flag = std::get_if<bool>(&fact.value)) mix(*flag ? "yes" : "no");
    if (const auto* number = std::get_if<std::int64_t>(&fact.value)) mix(*number == 0 ? "none" : *number == 1 ? "one" : "more");
  }
  return hash;
}

void Tally::count(const Alike& alike) {
  report::HandshakeCounts& counts = summary_.handshakes;
  using enum diagnosis::Outcome;
  switch (alike.outcome) {
    case ok:
      ++counts.ok;
      break;
    case failed:
      ++counts.failed;
      ++causes_[alike.cause];
      break;
    case aborted:
      ++counts.aborted;
      break;
    case undetermined:
      ++(alike.unseen ? counts.unseen : counts.undetermined);
      break;
  }
}

/// One like those before it: nothing about it has to be thought again.
void Tally::count_alike(const Handshake& h, const Alike& alike) {
  count(alike);
  const auto found = groups_.find(alike.group);
  if (found == groups_.end())
    ++summary_.failures_left_out;
  else
    add_to(found->second, h);
  ++summary_.shown_left_out;
}

void Tally::add_proof(const Handshake& h, const std::string& file) {
  auto& packets = proof_[file];
  if (packets.size() >= most_proof) return;
  packets.insert(h.packets.begin(), h.packets.end());
  for (std::string& name : sources::capture::names_of(h)) names_.insert(std::move(name));
}

void Tally::settle(std::int64_t before) {
  while (!kept_.empty() && kept_.front().handshake.last.at < before) judge_oldest();
}

std::vector<report::WatchGroup> Tally::largest(std::size_t most) const {
  std::vector<const report::CaptureGroup*> sorted;
  for (const auto& [key, group] : groups_) sorted.push_back(&group.group);
  const std::size_t count = std::min(most, sorted.size());
  std::partial_sort(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(count), sorted.end(),
                    [](const auto* a, const auto* b) { return a->count > b->count; });
  std::vector<report::WatchGroup> out;
  for (std::size_t i = 0; i < count; ++i) {
    const report::CaptureGroup& g = *sorted[i];
    const std::string client = !g.client_guess.empty() ? g.client_guess : g.clients.empty() ? std::string() : g.clients.front();
    out.push_back({g.cause, client, g.server, g.name, g.count, g.last});
  }
  return out;
}

void Tally::show(report::Report&& report) {
  if (options_.stream) return options_.stream(std::move(report));
  if (summary_.shown.size() < options_.most_shown)
    summary_.shown.push_back(std::move(report));
  else
    ++summary_.shown_left_out;
}

std::string Tally::add_to_group(const report::Report& report, const Handshake& h) {
  const auto& verdict = report.diagnosis.verdict;
  const std::string cause = verdict ? std::string(verdict->cause->id) : std::string();
  const std::string name = base::printable(report.handshake.offered.server_name.value_or(""), 255);
  const std::string ended =
      cause.empty() ? fmt::format("{} {}", report.evidence.text(Kind::failure), report.evidence.text(Kind::failed_stage)) : "";
  std::string key = base::join({cause, ended, report.handshake.offered.ja4, report.flow->server, name}, "\n");
  auto found = groups_.find(key);
  if (found == groups_.end()) {
    if (groups_.size() >= most_groups) {
      ++summary_.failures_left_out;
      return key;
    }
    Group fresh;
    fresh.group.cause = cause;
    fresh.group.ended = ended_words(report);
    fresh.group.ja4 = report.handshake.offered.ja4;
    fresh.group.client_guess = report.flow->client_guess;
    fresh.group.server = report.flow->server;
    fresh.group.name = name;
    fresh.group.example = report;
    found = groups_.emplace(key, std::move(fresh)).first;
  }
  add_to(found->second, h);
  return key;
}

void Tally::add_to(Group& into, const Handshake& h) {
  report::CaptureGroup& group = into.group;
  ++group.count;
  if (h.first.at != 0) {
    const base::Time at = h.first.time();
    group.first = group.first ? std::min(*group.first, at) : at;
    group.last = group.last ? std::max(*group.last, at) : at;
  }
  if (group.flows.size() < most_flows) group.flows.push_back(h.number);
  const std::string client = h.client.address.text();
  if (into.clients.size() < most_clients_counted && into.clients.insert(client).second && group.clients.size() < most_clients)
    group.clients.push_back(client);
  group.client_count = into.clients.size();
}

void Tally::look_at_healthy(const Handshake& h) {
  base::Bytes room;
  const base::ByteView served = observe::server_leaf(h.conversation, room);
  if (served.empty()) return;
  constexpr std::size_t most_known = 10000, most_names = 100;
  auto found = known_.find(base::text(served));
  if (found == known_.end()) {
    if (known_.size() >= most_known) return;
    found = known_.emplace(base::text(served), Known{x509::examine({served.begin(), served.end()}), {}}).first;
  }
  const x509::Certificate& leaf = found->second.leaf;
  const base::Time at = h.first.time();
  const std::string_view name = name_in(h);
  auto& covers = found->second.covers;
  auto answer = covers.find(name);
  if (answer == covers.end() && covers.size() < most_names)
    answer = covers.emplace(name, name.empty() || leaf.dns_names.empty() || x509::match_host(leaf, std::string(name)).covered).first;
  const bool covered = answer == covers.end() || answer->second;
  if (leaf.not_after != base::Time{} && at > leaf.not_after)
    add_finding(h, name,
                {"certificate.expired", report::Severity::warning,
                 "the server's certificate expired on " + base::date(leaf.not_after) + ", and the client goes on"});
  else if (leaf.not_before != base::Time{} && at < leaf.not_before)
    add_finding(h, name,
                {"certificate.not-yet-valid", report::Severity::warning,
                 "the server's certificate is not valid before " + base::date(leaf.not_before) + ", and the client goes on"});
  else if (!covered)
    add_finding(h, name,
                {"certificate.hostname-mismatch", report::Severity::note,
                 "the server's certificate does not cover the name that was asked for, and the client goes on"});
}

void Tally::add_finding(const Handshake& h, std::string_view name, report::Finding finding) {
  const std::string key = base::join({finding.rule, h.server.text(), std::string(name)}, "\n");
  auto found = findings_.find(key);
  if (found == findings_.end()) {
    if (findings_.size() >= most_findings) {
      ++summary_.findings_left_out;
      return;
    }
    found =
        findings_.emplace(key, report::CaptureFinding{std::move(finding), h.server.text(), base::printable(name, 255), 0, {}, {}}).first;
  }
  ++found->second.count;
  if (h.first.at == 0) return;
  const base::Time at = h.first.time();
  if (!found->second.first) found->second.first = at;
  found->second.last = at;
}

report::CaptureSummary Tally::finish() {
  while (!kept_.empty()) judge_oldest();
  const bool nothing_else = summary_.handshakes.all() == 0;
  if (nothing_else) findings_.clear();
  for (Kept& kept : silent_)
    if (nothing_else) judge(std::move(kept));
  silent_.clear();
  for (auto& [key, group] : groups_) summary_.groups.push_back(std::move(group.group));
  groups_.clear();
  std::stable_sort(summary_.groups.begin(), summary_.groups.end(),
                   [](const auto& a, const auto& b) { return a.count != b.count ? a.count > b.count : a.flows < b.flows; });
  for (auto& [key, finding] : findings_) summary_.findings.push_back(std::move(finding));
  findings_.clear();
  std::stable_sort(summary_.findings.begin(), summary_.findings.end(), [](const auto& a, const auto& b) {
    return a.finding.severity != b.finding.severity ? a.finding.severity > b.finding.severity : a.count > b.count;
  });
  std::stable_sort(summary_.shown.begin(), summary_.shown.end(), [](const auto& a, const auto& b) {
    return a.flow->file != b.flow->file ? a.flow->file < b.flow->file : a.flow->number < b.flow->number;
  });
  summary_.all = options_.all;
  return std::move(summary_);
}

}  // namespace whytls::cli
