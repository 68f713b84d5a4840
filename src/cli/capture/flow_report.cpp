// SPDX-License-Identifier: Apache-2.0
#include "cli/capture/flow_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "cli/present.h"
#include "diagnosis/rules.h"
#include "observe/fingerprint.h"
#include "registry/registry.h"
#include "sources/capture/community_id.h"
#include "sources/probe/profiles.h"
#include "wire/upgrade.h"

namespace whytls::cli {
namespace {

using evidence::Kind;
using report::Step;
using sources::capture::Carrier;
using sources::capture::Handshake;
using Event = observe::Event;

report::Peer peer(observe::From from) { return from == observe::From::client ? report::Peer::client : report::Peer::server; }

double seconds(std::chrono::microseconds time) { return std::chrono::duration<double>(time).count(); }

std::string message_type(const Event& event) {
  switch (event.kind) {
    case Event::Kind::handshake:
      return event.opaque ? "protected handshake record" : wire::handshake_type_name(event.type);
    case Event::Kind::alert:
      return event.opaque ? "protected alert" : "alert";
    case Event::Kind::change_cipher_spec:
      return "change_cipher_spec";
    case Event::Kind::application_data:
      return event.opaque ? "protected record" : "application_data";
  }
  return {};
}

report::Message message_of(const Event& event) {
  report::Message out{peer(event.from), message_type(event), seconds(event.at), event.wire_bytes, {}, {}};
  if (event.packet != 0) out.packet = event.packet;
  if (event.kind == Event::Kind::alert && !event.opaque)
    out.text = std::string(event.alert.level == 2 ? "fatal " : "") + registry::alert_name(event.alert.description);
  return out;
}

template <class Parse>
auto first_message(const Handshake& h, observe::From from, wire::HandshakeType type, Parse parse, bool last = false) {
  std::optional<decltype(parse(base::ByteView{}))> out;
  for (const Event& e : h.conversation.events) {
    if (e.kind != Event::Kind::handshake || e.opaque || e.from != from || e.type != type || e.raw.size() < 4) continue;
    out = parse(base::ByteView(e.raw).subspan(4));
    if (!last) break;
  }
  return out;
}

/// RFC 5246 7.3: a server that resumes a session goes from its hello to change_cipher_spec, without a flight of its own.
bool abbreviated(const Handshake& h) {
  using enum wire::HandshakeType;
  bool changed = h.conversation.established;
  for (const Event& x : h.conversation.events) {
    if (x.from != observe::From::server || x.opaque) continue;
    changed |= x.kind == Event::Kind::change_cipher_spec;
    if (x.kind == Event::Kind::handshake && (x.type == certificate || x.type == server_key_exchange || x.type == server_hello_done))
      return false;
  }
  return changed;
}

report::Selection selection_of(const Handshake& h, const evidence::Evidence& e, const wire::ServerHello& hello) {
  report::Selection out;
  out.version = hello.version();
  out.suite = hello.cipher_suite;
  out.alpn = e.text(Kind::selected_alpn);
  if (const auto group = registry::group_code(e.text(Kind::selected_group))) out.group = *group;
  if (const auto scheme = registry::signature_scheme_code(e.text(Kind::selected_signature_algorithm))) out.signature_algorithm = *scheme;
  constexpr std::uint16_t pre_shared_key = 41;  // RFC 8446 4.2.11
  const bool tls13 =
      hello.version() == registry::version::dtls13 || (hello.version() >= registry::version::tls13 && hello.version() < 0xfe00);
  out.resumed = tls13 ? wire::find_extension(hello.extensions, pre_shared_key) != nullptr : abbreviated(h);
  return out;
}

report::Handshake handshake_of(const Handshake& h, const sources::capture::Facts& facts) {
  using enum wire::HandshakeType;
  report::Handshake out;
  out.complete = h.conversation.established;
  if (const auto hello = first_message(h, observe::From::client, client_hello, wire::parse_client_hello)) {
    out.offered = offer_of(*hello);
    if (h.carrier == Carrier::quic) out.offered.ja4 = observe::ja4(*hello, true);
    if (h.ssl2_form) out.offered.ja3 = out.offered.ja4 = "";  // neither is defined for that form
  }
  if (const auto answer = first_message(h, observe::From::server, server_hello, wire::parse_server_hello, true))
    out.selected = selection_of(h, facts.evidence, *answer);
  for (const Event& e : h.conversation.events) {
    out.messages.push_back(message_of(e));
    if (e.kind != Event::Kind::alert) continue;
    if (!e.opaque) out.alerts.push_back({peer(e.from), e.alert.level == 2, e.alert.description, e.encrypted, seconds(e.at)});
  }
  for (std::size_t i = 0; i < facts.chain.size(); ++i) out.certificates.push_back(certificate_of(facts.chain[i], i));
  return out;
}

report::Flow flow_of(const Handshake& h, const report::Handshake& shown, const std::string& file) {
  report::Flow out;
  out.client = h.client.text();
  out.server = h.server.text();
  out.protocol = h.carrier == Carrier::tls ? "tls" : h.carrier == Carrier::dtls ? "dtls" : "quic";
  out.number = h.number;
  out.first_packet = h.first.packet;
  if (h.first.at != 0) out.start = h.first.time();
  out.file = file;
  out.upgrade = h.upgrade;
  out.history = h.history;
  out.community_id = sources::capture::community_id(h.client, h.server, h.carrier != Carrier::tls);
  out.client_guess = client_guess(shown.offered.ja4);
  if (const auto answer = first_message(h, observe::From::server, wire::HandshakeType::server_hello, wire::parse_server_hello, true))
    out.ja3s = observe::ja3s(*answer);
  const auto& ends = h.tcp.ends;
  std::optional<std::pair<sources::capture::Moment, report::FlowEnd>> first;
  for (const report::Peer who : {report::Peer::client, report::Peer::server}) {
    const auto& end = ends[who == report::Peer::client ? 0 : 1];
    for (const auto& [moment, word] : {std::pair{end.fin, "closed"}, std::pair{end.reset, "reset"}}) {
      if (moment.packet == 0 || (first && first->first.packet <= moment.packet)) continue;
      first = {moment, {who, word, static_cast<double>(moment.at - h.first.at) / 1e9, moment.packet}};
    }
  }
  if (first) out.ended = first->second;
  return out;
}

/// The rungs that a watched connection shows.
std::vector<Step> steps_of(const Handshake& h, const diagnosis::Diagnosis& d, const evidence::Evidence& e) {
  using diagnosis::Stage;
  struct Rung {
    const char* name;
    Stage last;  ///< the last stage that belongs to it
  };
  static constexpr std::array<Rung, 7> rungs{{{"tcp", Stage::tcp},
                                              {"proxy", Stage::proxy},
                                              {"starttls", Stage::starttls},
                                              {"hello", Stage::server_hello},
                                              {"certificate", Stage::key_exchange},
                                              {"client certificate", Stage::client_certificate},
                                              {"finished", Stage::established}}};
  const wire::UpgradeProtocol* dialogue = wire::upgrade_protocol(h.upgrade);
  const std::string before = !dialogue ? "" : dialogue->proxy ? "proxy" : "starttls";
  std::vector<Step> out;
  const bool stopped = d.outcome == diagnosis::Outcome::failed || d.outcome == diagnosis::Outcome::undetermined;
  bool reached = true;
  for (const Rung& rung : rungs) {
    const bool here = stopped && reached && d.stage <= rung.last;
    const std::string name = rung.name;
    if ((name == "starttls" || name == "proxy") && !here && name != before) continue;
    if (name == "client certificate" && !here && !known_yes(e.is(Kind::requests_certificate))) continue;
    if (h.carrier != Carrier::tls && name == "tcp" && !here) continue;
    const std::string shown = name == "tcp" && h.carrier != Carrier::tls ? "udp" : name;
    Step step{shown, here ? Step::State::failed : reached ? Step::State::ok : Step::State::not_reached, {}};
    if (name == "hello" && step.state == Step::State::ok && !e.text(Kind::selected_version).empty())
      step.text = registry::version_title(registry::version_code(e.text(Kind::selected_version)).value_or(0));
    if (name == "tcp" && step.state == Step::State::ok && h.tcp.round_trip > 0)
      step.text = fmt::format("{:.1f} ms", static_cast<double>(h.tcp.round_trip) / 1e6);
    if (here)
      step.text = e.find(Kind::failure) && !e.find(Kind::failure)->text.empty() ? e.find(Kind::failure)->text : diagnosis::failure_words(e);
    reached = reached && !here;
    out.push_back(std::move(step));
  }
  return out;
}

}  // namespace

std::string client_guess(const std::string& ja4) {
  static const std::map<std::string, std::string> known = [] {
    std::map<std::string, std::string> out;
    for (const probe::Profile& profile : probe::profiles()) {
      std::string& titles = out[observe::ja4(profile.hello)];
      titles += (titles.empty() ? "" : " or ") + profile.title;
    }
    return out;
  }();
  const auto found = known.find(ja4);
  return found == known.end() ? std::string() : found->second;
}

report::Report report_of(const Handshake& h, const sources::capture::Facts& facts, const diagnosis::WatchedDiagnosis& watched,
                         const Origin& origin) {
  report::Report out;
  out.client = "watched";
  out.diagnosis = watched.diagnosis;
  out.evidence = facts.evidence;
  out.handshake = handshake_of(h, facts);
  out.flow = flow_of(h, out.handshake, origin.file);
  out.target = {facts.evidence.text(Kind::host), h.server.port, h.server.address.text(), out.handshake.offered.server_name,
                facts.evidence.text(Kind::starttls)};
  out.steps = steps_of(h, watched.diagnosis, facts.evidence);
  if (out.diagnosis.outcome == diagnosis::Outcome::undetermined && h.carrier == Carrier::tls) {
    for (const std::string_view words : watched.tell_apart) out.to_decide.emplace_back(words);
    if (out.to_decide.size() > 2) out.to_decide.resize(2);
    if (facts.assessment.standing == sources::capture::Standing::failed)
      out.to_decide.push_back(asking_line(h, out.handshake.offered, origin.capture));
  }
  report::add_fixes(out);
  return out;
}

}  // namespace whytls::cli
