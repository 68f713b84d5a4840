// SPDX-License-Identifier: Apache-2.0
#include "report/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "diagnosis/rules.h"
#include "registry/registry.h"
#include "report/flow.h"

namespace whytls::report {
namespace {

using diagnosis::Confidence;
using diagnosis::Outcome;
using diagnosis::Stage;
using evidence::Fact;
using evidence::Kind;
using evidence::known_no;
using evidence::known_yes;

std::string_view stage_words(Stage stage) {
  constexpr std::array<std::string_view, 11> words{"when the name is looked up",
                                                   "when connecting",
                                                   "at the proxy",
                                                   "in the dialogue before TLS",
                                                   "in answer to the ClientHello",
                                                   "at the ServerHello",
                                                   "at the server's certificate",
                                                   "in the key exchange",
                                                   "after the server asked for a client certificate",
                                                   "at the end of the handshake",
                                                   "after the handshake"};
  return words[static_cast<std::size_t>(stage)];
}

bool one_of(Kind kind, std::initializer_list<Kind> kinds) { return std::find(kinds.begin(), kinds.end(), kind) != kinds.end(); }

/// Others of the same server in the capture: this one alone is told already.
bool says_more_than_one(const Fact& fact) {
  const auto* count = std::get_if<std::int64_t>(&fact.value);
  return count && *count >= (fact.kind == Kind::worked_here ? 1 : 2);
}

/// What is worth a line beside the facts that the verdict rests on: what speaks of the step at which it stopped.
bool worth_a_line(const Report& report, const Fact& fact) {
  using enum Kind;
  const std::string ended = report.evidence.text(Kind::failure);
  const bool quiet_end = ended == "reset" || ended == "closed" || ended == "timeout";
  if (one_of(fact.kind, {server_software, icmp_error, ends_differently, key_belongs})) return true;
  if (fact.kind == failed_here || fact.kind == worked_here) return report.flow && says_more_than_one(fact);
  if (report.flow && one_of(fact.kind, {abandoned, encrypted_alert, reset_foreign, hello_repeated, falling_versions, other_client_works,
                                        server_chose, close_reason}))
    return true;
  switch (report.diagnosis.stage) {
    case Stage::dns:
      return fact.kind == dns_failure;
    case Stage::tcp:
      return one_of(fact.kind, {address_outcome, Kind::failure});
    case Stage::proxy:
      return one_of(fact.kind, {proxy_name, proxy_answer});
    case Stage::starttls:
      return one_of(fact.kind, {starttls_words, plaintext_excerpt, upgrade_offered, upgrade_works});
    case Stage::client_hello:
    case Stage::server_hello:
      if (one_of(fact.kind, {sent_acknowledged, retransmissions, received_bytes, reset_hops_nearer})) return quiet_end;
      return one_of(fact.kind, {default_works, working_offer, plaintext_excerpt, upgrade_offered, upgrade_works, served_then_refused,
                                address_outcome, violation, proxy_name});
    case Stage::certificate:
      return one_of(fact.kind,
                    {chain_length, issuer_found, other_store_has_root, clock_ahead, revocation_why_unknown, staple, address_outcome});
    case Stage::key_exchange:
    case Stage::client_certificate:
    case Stage::finished:
    case Stage::established:
      break;
  }
  return one_of(fact.kind, {requests_certificate, request_authorities, client_certificate_subject, client_certificate_issuer,
                            client_certificate_sent, http_status, http_words, alert, violation, address_outcome});
}

/// "the server asks for a client certificate: yes", for a fact that came without words.
std::string meaning_words(const Fact& fact) {
  const std::string_view meaning = evidence::info(fact.kind).meaning;
  std::string form = to_text(fact);
  const std::size_t value = form.find(" = ");
  if (value == std::string::npos) return form;
  return fmt::format("{}: {}", base::trim(meaning.substr(0, meaning.find_first_of(";(:"))), form.substr(value + 3));
}

/// "(packet 17)", for what was seen in a capture and does not say so itself.
std::string with_place(const Report& report, const Fact& fact, std::string words) {
  const std::string& where = fact.provenance.where;
  if (!report.flow || where.empty() || words.empty() || words.find(where) != std::string::npos) return words;
  return fmt::format("{} ({})", words, where);
}

/// A fact for people. Without words of its own it is worth a line only as `proof`, and not where the headline and the ladder say it.
std::string fact_words(const Report& report, const Fact& fact, bool proof) {
  if (!fact.text.empty()) return fact.text;
  for (const Probe& probe : report.probes)
    if (!fact.subject.empty() && probe.id == fact.subject && one_of(fact.kind, {Kind::cures, Kind::breaks}))
      return fmt::format("{}: {}, {} of {} times", probe.changed, probe.ended, probe.same, probe.times);
  const bool told = one_of(fact.kind, {Kind::cures, Kind::breaks, Kind::failure, Kind::failed_stage, Kind::failures_seen, Kind::alert,
                                       Kind::alert_from, Kind::any_offer_works, Kind::completed, Kind::untried});
  return told || !proof ? "" : meaning_words(fact);
}

/// How often what was asked for failed, where it did: a line that comes before all others.
const Fact* as_asked(const Report& report) {
  const Fact* seen = report.evidence.find(Kind::failures_seen);
  return seen && !seen->text.empty() ? seen : nullptr;
}

/// The leaf of the files, where they hold one.
const Certificate* leaf_of(const Report& report) {
  for (const Certificate& certificate : report.handshake.certificates)
    if (certificate.role == "leaf") return &certificate;
  return nullptr;
}

std::string paths_of(const Report& report) {
  std::string out = report.files.front().path;
  if (report.files.size() > 1) out += fmt::format(" and {} more", report.files.size() - 1);
  return out;
}

/// What files hold where nothing is wrong with it, or nothing can be said against it.
std::string files_words(const Report& report) {
  const Certificate* leaf = leaf_of(report);
  if (!leaf) return fmt::format("{} holds {}", paths_of(report), report.files.front().holds);
  const std::string host = report.evidence.text(Kind::host);
  const std::string name = short_name(leaf->subject);
  return fmt::format("{}: a client would accept \"{}\"{}", paths_of(report),
                     name.empty() && !leaf->names.empty() ? leaf->names.front() : name, host.empty() ? "" : " for " + host);
}

std::string subject_words(const Report& report) { return report.flow ? flow_words(report) : target_words(report.target); }

std::string ok_words(const Report& report) {
  if (!report.files.empty()) return files_words(report);
  const std::string chosen = selection_words(report.handshake.selected);
  std::string out = subject_words(report) + " works";
  if (!report.target.starttls.empty()) out += " after STARTTLS (" + report.target.starttls + ")";
  return chosen.empty() ? out : out + ": " + chosen;
}

std::string undetermined_words(const Report& report) {
  const std::string how = diagnosis::failure_words(report.evidence);
  const std::string when(stage_words(report.diagnosis.stage));
  if (!report.files.empty()) return files_words(report) + ", and not all of it can be told";
  if (report.interrupted) return target_words(report.target) + ": interrupted before the reason was found";
  for (const Finding& finding : report.findings)
    if (finding.rule == "hidden-by-group") return target_words(report.target) + ": " + finding.text;
  std::string out = subject_words(report) + (report.flow ? " failed " : " fails ") + when;
  if (report.flow && barely_seen(report)) return subject_words(report) + ": too little of it was captured to say how it ended";
  if (!how.empty()) out += " (" + how + ")";
  if (report.flow) return out + ", and what can be seen does not tell why";
  return out + (report.probes.empty() ? ", and the evidence does not tell why" : ", and nothing that was changed tells why");
}

}  // namespace

std::string target_words(const Target& target) {
  const bool v6 = target.host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", v6 ? "[" : "", target.host, v6 ? "]" : "", target.port);
}

std::string headline(const Report& report) {
  if (report.diagnosis.verdict) {
    const diagnosis::Verdict& verdict = *report.diagnosis.verdict;
    const std::string words = verdict.finding.summary.empty() ? std::string(verdict.cause->title) : verdict.finding.summary;
    return report.flow ? flow_words(report) + ": " + words : words;
  }
  if (report.diagnosis.outcome == Outcome::ok) return ok_words(report);
  if (report.diagnosis.outcome == Outcome::aborted) return subject_words(report) + ": the client gave up, and nothing was wrong";
  return undetermined_words(report);
}

std::string whose_move(const Report& report) {
  if (!report.diagnosis.verdict) return {};
  const evidence::Answer others = report.evidence.is(Kind::default_works);
  switch (report.diagnosis.verdict->side) {
    case Side::client:
      return known_yes(others) ? "The client must change: a current mainstream client connects." : "The client must change.";
    case Side::server:
      return known_no(others) ? "The server must change: a current mainstream client fails too." : "The server must change.";
    case Side::network:
      break;
  }
  return "Neither end is broken: something between client and server is in the way.";
}

std::string selection_words(const Selection& selection) {
  std::vector<std::string> parts;
  if (selection.version) parts.push_back(registry::version_title(*selection.version));
  if (selection.suite) parts.push_back(registry::suite_short_name(*selection.suite));
  if (selection.group) parts.push_back(registry::group_name(*selection.group));
  if (!selection.alpn.empty()) parts.push_back(selection.alpn);
  if (selection.resumed.value_or(false)) parts.emplace_back("resumed");
  return base::join(parts, ", ");
}

std::string short_name(std::string_view name) {
  for (std::size_t at = name.find("CN"); at != std::string_view::npos; at = name.find("CN", at + 1)) {
    std::size_t value = name.find_first_not_of(' ', at + 2);
    const bool begins = at == 0 || name[at - 1] == ' ' || name[at - 1] == ',' || name[at - 1] == '/' || name[at - 1] == '+';
    if (!begins || value == std::string_view::npos || name[value] != '=') continue;
    value = std::min(name.find_first_not_of(' ', value + 1), name.size());
    std::size_t end = value;
    while (end < name.size() && name[end] != ',' && name[end] != '+') end += name[end] == '\\' ? 2U : 1U;
    if (end > value) return std::string(name.substr(value, std::min(end, name.size()) - value));
  }
  return std::string(name);
}

std::vector<std::string> left_open(const Report& report) {
  std::vector<std::string> out = report.left_open;
  const auto add = [&](std::string words, std::size_t most) {
    if (out.size() < most && std::find(out.begin(), out.end(), words) == out.end()) out.push_back(std::move(words));
  };
  const auto& found = report.diagnosis;
  const bool certain = found.verdict && found.verdict->finding.confidence == Confidence::certain;
  if (certain || found.outcome == Outcome::ok || found.outcome == Outcome::aborted) return out;
  for (const diagnosis::Verdict& doubt : found.doubts) add(fmt::format("{} ({})", doubt.finding.summary, doubt.cause->id), 3);
  if (found.verdict) return out;
  for (const diagnosis::Open& open : found.open) add(fmt::format("{} ({})", open.cause->title, open.cause->id), 4);
  return out;
}

std::vector<std::string> to_decide(const Report& report) {
  if (!report.files.empty()) return report.to_decide;
  if (!report.to_decide.empty() || report.diagnosis.outcome != Outcome::undetermined) return report.to_decide;
  if (report.flow) return flow_to_decide(report);
  std::vector<std::string> out;
  if (report.interrupted) return {"run it again and let it finish"};
  if (report.diagnosis.stage <= Stage::tcp) return {"run it again from another network"};
  out.emplace_back("read the server's log at the time of the handshake: it knows why it ended the connection");
  out.emplace_back("run it again from another network, or on the server itself, to rule out what lies between");
  return out;
}

std::vector<std::string> evidence_lines(const Report& report, std::size_t most) {
  std::vector<std::string> out;
  std::set<std::string> seen;
  const auto add = [&](const Fact& fact, std::size_t limit, bool proof) {
    const std::string words = with_place(report, fact, fact_words(report, fact, proof));
    if (!words.empty() && out.size() < limit && seen.insert(words).second) out.push_back(words);
  };
  if (const Fact* first = as_asked(report)) add(*first, most, true);
  const std::vector<diagnosis::Ref> none;
  const auto& rests_on = report.diagnosis.verdict ? report.diagnosis.verdict->finding.rests_on : none;
  for (const diagnosis::Ref& ref : rests_on)
    if (const Fact* fact = report.evidence.find(ref.kind, ref.subject)) add(*fact, most, true);
  const std::size_t proven = out.size();
  for (const Fact& fact : report.evidence.facts())
    if (worth_a_line(report, fact) && report.evidence.find(fact.kind, fact.subject) == &fact) add(fact, std::min(most, proven + 4), false);
  // Better the fact's own form than no proof at all.
  if (out.empty())
    for (const diagnosis::Ref& ref : rests_on)
      if (const Fact* fact = report.evidence.find(ref.kind, ref.subject)) out.push_back(to_text(*fact));
  return out;
}

}  // namespace whytls::report
