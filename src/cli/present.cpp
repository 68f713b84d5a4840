// SPDX-License-Identifier: Apache-2.0
#include "cli/present.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "diagnosis/rules.h"
#include "observe/fingerprint.h"
#include "registry/registry.h"

namespace whytls::cli {
namespace {

using investigate::Investigation;
using report::Step;

report::Peer peer(probe::From from) { return from == probe::From::client ? report::Peer::client : report::Peer::server; }

double seconds(std::chrono::microseconds time) { return std::chrono::duration<double>(time).count(); }

/// What would have been offered, where no ClientHello went out.
report::Offer offer_of(const probe::Offer& offer) {
  report::Offer out;
  out.versions = offer.versions;
  out.suites = offer.suites;
  out.groups = offer.groups;
  out.signature_algorithms = offer.signature_algorithms;
  out.server_name = offer.server_name;
  out.alpn = offer.alpn;
  return out;
}

report::Selection selection_of(const probe::Transcript& t) {
  report::Selection out;
  out.version = t.selected.version;
  out.suite = t.selected.suite;
  if (t.selected.group != 0) out.group = t.selected.group;
  if (t.server_key && t.server_key->signature_scheme != 0) out.signature_algorithm = t.server_key->signature_scheme;
  out.alpn = t.selected.alpn.value_or("");
  if (t.server_hello) out.resumed = t.selected.resumed;
  return out;
}

std::string message_type(const probe::Event& event) {
  switch (event.kind) {
    case probe::EventKind::handshake:
      return wire::handshake_type_name(static_cast<wire::HandshakeType>(event.type));
    case probe::EventKind::alert:
      return "alert";
    case probe::EventKind::change_cipher_spec:
      return "change_cipher_spec";
    case probe::EventKind::application_data:
      return "application_data";
    case probe::EventKind::other:
      break;
  }
  return fmt::format("record_{}", event.type);
}

report::Message message_of(const probe::Event& event) {
  report::Message out{peer(event.from), message_type(event), seconds(event.at), event.bytes, {}};
  if (event.kind == probe::EventKind::alert) out.text = registry::alert_name(event.type);
  return out;
}

report::Probe probe_of(const investigate::ProbeRun& run) {
  report::Probe out;
  out.id = run.spoils ? "spoil." + run.change : run.change;
  out.changed = run.words.empty() ? run.change : run.words;
  out.times = run.times;
  out.same = run.same;
  out.works = run.works;
  out.ended = run.ended;
  out.address = run.address;
  if (run.attempt) out.handshake = handshake_of(*run.attempt);
  return out;
}

/// The ladder's word for a step.
std::string_view step_name(probe::Stage stage) {
  switch (stage) {
    case probe::Stage::client_hello:
    case probe::Stage::server_hello:
      return "hello";
    case probe::Stage::key_exchange:
      return "key exchange";
    case probe::Stage::client_certificate:
      return "client certificate";
    case probe::Stage::established:
      return "after the handshake";
    default:
      return probe::stage_name(stage);
  }
}

std::string milliseconds(std::chrono::microseconds took) {
  return took.count() < 1000 ? "<1 ms" : fmt::format("{} ms", took.count() / 1000);
}

/// The words beside the rung at which it stopped.
std::string stop_words(const Investigation& found) {
  const evidence::Evidence& e = found.evidence;
  const std::string failure = e.text(evidence::Kind::failure);
  if (failure == "client" || failure == "dns") return {};
  if (failure == "alert") return fmt::format("alert {} from the {}", e.text(evidence::Kind::alert), e.text(evidence::Kind::alert_from));
  if (failure == "plaintext") return "an answer that is no TLS";
  const bool before_answer = found.diagnosis.stage <= diagnosis::Stage::client_hello;
  return found.main && before_answer ? probe::ending_words(*found.main) : diagnosis::failure_words(e);
}

/// Which rungs a connection of this kind has, in their order.
std::vector<probe::Stage> rungs(const Investigation& found) {
  using enum probe::Stage;
  std::vector<probe::Stage> out;
  if (!probe::is_address(found.request.connect_host.value_or(found.request.host)) && !found.address.empty()) out.push_back(dns);
  if (found.address.empty()) out.push_back(dns);
  out.push_back(tcp);
  if (!found.request.proxy.empty()) out.push_back(proxy);
  if (!found.request.starttls.empty()) out.push_back(starttls);
  out.insert(out.end(), {server_hello, certificate, key_exchange, client_certificate, finished, established});
  return out;
}

/// The contract's stage of the verdict on the ladder, where ClientHello and ServerHello are one rung.
probe::Stage failed_rung(const Investigation& found) {
  const auto stage = static_cast<probe::Stage>(found.diagnosis.stage);
  return stage == probe::Stage::client_hello ? probe::Stage::server_hello : stage;
}

std::string climbed_words(const Investigation& found, probe::Stage stage) {
  if (!found.main) return {};
  if (stage == probe::Stage::tcp && found.main->dial.tcp_took.count() > 0) return milliseconds(found.main->dial.tcp_took);
  if (stage == probe::Stage::starttls) return found.request.starttls;
  const auto& t = found.main->transcript;
  if (stage == probe::Stage::server_hello && t && t->selected.version) return registry::version_title(*t->selected.version);
  return {};
}

/// A rung that this handshake does not have is passed in silence.
bool worth_showing(const Investigation& found, probe::Stage stage) {
  if (!found.main || !found.main->transcript) return true;
  const probe::Transcript& t = *found.main->transcript;
  if (stage == probe::Stage::client_certificate) return t.client_certificate.requested;
  if (stage == probe::Stage::key_exchange) return false;
  return stage != probe::Stage::established;
}

std::vector<report::Certificate> certificates_of(const std::vector<x509::Certificate>& chain) {
  std::vector<report::Certificate> out;
  for (std::size_t i = 0; i < chain.size(); ++i) out.push_back(certificate_of(chain[i], i));
  return out;
}

std::optional<std::string> sent_name(const report::Handshake& handshake) {
  const auto& name = handshake.offered.server_name;
  return name && !name->empty() ? name : std::nullopt;
}

}  // namespace

report::Offer offer_of(const wire::ClientHello& hello) {
  report::Offer out;
  out.versions = hello.versions();
  out.suites = hello.cipher_suites;
  out.groups = hello.supported_groups();
  out.signature_algorithms = hello.signature_algorithms();
  out.server_name = hello.server_name();
  out.alpn = hello.alpn();
  out.ja3 = observe::ja3(hello);
  out.ja4 = observe::ja4(hello);
  return out;
}

report::Certificate certificate_of(const x509::Certificate& certificate, std::size_t position) {
  report::Certificate out;
  out.position = position;
  out.subject = certificate.subject;
  out.issuer = certificate.issuer;
  if (certificate.not_before != base::Time{}) out.not_before = certificate.not_before;
  if (certificate.not_after != base::Time{}) out.not_after = certificate.not_after;
  out.sha256 = x509::fingerprint(certificate);
  out.names = certificate.dns_names;
  out.names.insert(out.names.end(), certificate.ip_addresses.begin(), certificate.ip_addresses.end());
  out.key = certificate.key.name;
  out.signature = certificate.signature_algorithm;
  out.serial = certificate.serial;
  out.pem = x509::to_pem(certificate);
  return out;
}

report::Handshake handshake_of(const probe::Attempt& attempt) {
  report::Handshake out;
  out.offered = offer_of(attempt.trial.offer);
  if (!attempt.transcript) return out;
  const probe::Transcript& t = *attempt.transcript;
  out.complete = t.handshake_complete;
  if (!t.hello.cipher_suites.empty()) out.offered = offer_of(t.hello);
  out.selected = selection_of(t);
  for (const probe::AlertSeen& seen : t.alerts)
    out.alerts.push_back({peer(seen.from), seen.fatal, seen.description, seen.encrypted, seconds(seen.at)});
  for (const probe::Event& event : t.events) out.messages.push_back(message_of(event));
  return out;
}

std::vector<Step> steps_of(const Investigation& found) {
  std::vector<Step> out;
  const bool failed = found.diagnosis.outcome != diagnosis::Outcome::ok;
  const probe::Stage stop = failed_rung(found);
  bool reached = true;
  for (const probe::Stage stage : rungs(found)) {
    Step step{std::string(step_name(stage)), reached ? Step::State::ok : Step::State::not_reached, {}};
    if (failed && stage == stop) {
      step.state = Step::State::failed;
      step.text = stop_words(found);
      reached = false;
    } else if (!reached || !worth_showing(found, stage)) {
      if (reached) continue;
    } else {
      step.text = climbed_words(found, stage);
    }
    out.push_back(std::move(step));
  }
  return out;
}

report::Report report_of(const Investigation& found) {
  report::Report out;
  out.client = found.request.client.empty() ? "default" : found.request.client;
  out.diagnosis = found.diagnosis;
  out.evidence = found.evidence;
  out.handshake.offered = offer_of(found.offer);
  if (found.main) out.handshake = handshake_of(*found.main);
  out.handshake.certificates = certificates_of(found.chain);
  out.target = {found.request.host, found.request.port, found.address, sent_name(out.handshake), found.request.starttls};
  out.steps = steps_of(found);
  for (const investigate::ProbeRun& run : found.probes) out.probes.push_back(probe_of(run));
  for (const investigate::Remark& remark : found.remarks)
    out.findings.push_back({remark.rule,
                            remark.error     ? report::Severity::error
                            : remark.warning ? report::Severity::warning
                                             : report::Severity::note,
                            remark.text});
  out.connections = found.connections;
  out.elapsed = found.elapsed;
  out.interrupted = found.interrupted;
  report::add_fixes(out);
  return out;
}

}  // namespace whytls::cli
