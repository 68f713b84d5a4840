// SPDX-License-Identifier: Apache-2.0
#include "report/document.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "registry/registry.h"
#include "report/flow.h"
#include "report/words.h"

namespace whytls::report {
namespace {

constexpr std::size_t longest_text = 65536;

std::string clean(std::string_view text) { return base::printable(text, longest_text); }

/// Texts of several lines: the lines are ours, what stands in them may not be. PEM ends with its line, so that more can be put behind it.
std::string clean_lines(std::string_view text) {
  std::vector<std::string> lines = base::split(text, "\n");
  for (std::string& line : lines) line = clean(line);
  return base::join(lines, "\n") + (text.starts_with("-----BEGIN ") ? "\n" : "");
}

/// A key and its value, which the object takes over.
struct Member {
  std::string_view key;
  mutable Json value;
};

/// (A list in braces that the library itself makes an object of takes five allocations for each member, and copies keys again and again.)
Json object(std::initializer_list<Member> members) {
  constexpr std::size_t added_later = 3;
  Json::object_t out;
  out.reserve(members.size() + added_later);
  for (const Member& member : members) out.emplace_back(std::string(member.key), std::move(member.value));
  return out;
}

Json text_or_null(std::string_view text) { return text.empty() ? Json(nullptr) : Json(clean(text)); }

template <class T>
Json list(const std::vector<T>& values, Json (*each)(const T&)) {
  Json::array_t out;
  out.reserve(values.size());
  for (const T& value : values) out.push_back(each(value));
  return out;
}

Json strings(const std::vector<std::string>& values) {
  return list<std::string>(values, [](const std::string& value) { return Json(clean(value)); });
}

Json codes(const std::vector<std::uint16_t>& values, std::string (*name)(std::uint16_t)) {
  Json::array_t out;
  out.reserve(values.size());
  for (const std::uint16_t value : values) out.emplace_back(registry::is_grease(value) ? "grease" : name(value));
  return out;
}

std::string suite_hex(std::uint16_t code) { return fmt::format("0x{:04x}", code); }

/// Seconds, to the microsecond: what lies below is noise. A capture's clock may run backwards; nothing comes before the beginning.
double seconds(double value) { return std::max(0.0, std::round(value * 1e6) / 1e6); }

Json target_json(const Target& target) {
  return object({{"host", clean(target.host)},
                 {"port", target.port},
                 {"address", text_or_null(target.address)},
                 {"servername", target.servername ? Json(clean(*target.servername)) : Json(nullptr)},
                 {"starttls", text_or_null(target.starttls)}});
}

Json time_or_null(std::optional<base::Time> time) { return time ? Json(base::rfc3339(*time)) : Json(nullptr); }

Json end_json(const FlowEnd& end) {
  Json out = object({{"from", peer_name(end.from)}, {"text", clean(end.text)}, {"at", seconds(end.at)}});
  if (end.packet) out["packet"] = *end.packet;
  return out;
}

Json flow_json(const Flow& flow) {
  return object({{"client", clean(flow.client)},
                 {"server", clean(flow.server)},
                 {"protocol", clean(flow.protocol)},
                 {"number", flow.number},
                 {"first_packet", flow.first_packet},
                 {"start", time_or_null(flow.start)},
                 {"file", text_or_null(flow.file)},
                 {"upgrade", text_or_null(flow.upgrade)},
                 {"history", text_or_null(flow.history)},
                 {"community_id", text_or_null(flow.community_id)},
                 {"client_guess", text_or_null(flow.client_guess)},
                 {"ja3s", text_or_null(flow.ja3s)},
                 {"ended", flow.ended ? end_json(*flow.ended) : Json(nullptr)}});
}

Json file_json(const File& file) {
  return object({{"path", clean(file.path)}, {"format", clean(file.format)}, {"holds", clean(file.holds)}});
}

/// What the report is about: a target, files, or a watched flow.
std::pair<std::string, Json> subject_json(const Report& report) {
  if (report.flow) return {"flow", flow_json(*report.flow)};
  if (report.files.empty()) return {"target", target_json(report.target)};
  return {"files", list<File>(report.files, file_json)};
}

Json value_json(const evidence::Value& value) {
  return std::visit(
      [](const auto& v) -> Json {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, std::string>) return v.starts_with("-----BEGIN ") ? clean_lines(v) : clean(v);
        if constexpr (std::is_same_v<T, std::vector<std::string>>) return strings(v);
        if constexpr (std::is_same_v<T, base::Time>) return base::rfc3339(v);
        if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, std::int64_t>) return v;
      },
      value);
}

Json verdict_json(const diagnosis::Verdict& verdict) {
  Json detail = Json::object();
  for (const auto& [key, value] : verdict.finding.detail) detail[clean(key)] = value_json(value);
  Json out = object({{"cause", verdict.cause->id},
                     {"side", remedy::side_name(verdict.side)},
                     {"confidence", diagnosis::confidence_name(verdict.finding.confidence)},
                     {"stage", diagnosis::stage_name(verdict.stage)},
                     {"summary", clean(verdict.finding.summary.empty() ? verdict.cause->title : std::string_view(verdict.finding.summary))},
                     {"detail", std::move(detail)}});
  if (!verdict.finding.to_be_surer.empty()) out["to_be_surer"] = clean(verdict.finding.to_be_surer);
  return out;
}

Json no_verdict_json(const Report& report) {
  const bool ok = report.diagnosis.outcome == diagnosis::Outcome::ok;
  return object({{"cause", nullptr},
                 {"side", nullptr},
                 {"confidence", ok ? "certain" : "possible"},
                 {"stage", diagnosis::stage_name(report.diagnosis.stage)},
                 {"summary", clean(headline(report))},
                 {"detail", Json::object()}});
}

Json verdicts(const std::vector<diagnosis::Verdict>& values) { return list<diagnosis::Verdict>(values, verdict_json); }

Json fact_json(const evidence::Fact& fact) {
  constexpr std::array<std::string_view, 3> certainty{"assumed", "inferred", "observed"};
  const evidence::KindInfo& info = evidence::info(fact.kind);
  Json out = object({{"source", clean(fact.provenance.source)},
                     {"text", clean(fact.text.empty() ? evidence::to_text(fact) : fact.text)},
                     {"kind", info.name},
                     {"subject", text_or_null(fact.subject)},
                     {"value", value_json(fact.value)},
                     {"certainty", certainty[static_cast<std::size_t>(fact.certainty)]}});
  if (!fact.provenance.where.empty()) out["where"] = clean(fact.provenance.where);
  return out;
}

Json fix_json(const Fix& fix) {
  constexpr std::array<std::string_view, 3> applicability{"safe-to-paste", "adapt-first", "ask-somebody"};
  return object({{"side", remedy::side_name(fix.side)},
                 {"text", clean(fix.text)},
                 {"snippet", fix.snippet.empty() ? Json(nullptr) : Json(clean_lines(fix.snippet))},
                 {"for", text_or_null(fix.software)},
                 {"applicability", applicability[static_cast<std::size_t>(fix.applicability)]}});
}

Json offer_json(const Offer& offer) {
  return object({{"versions", codes(offer.versions, registry::version_name)},
                 {"suites", codes(offer.suites, suite_hex)},
                 {"groups", codes(offer.groups, registry::group_name)},
                 {"signature_algorithms", codes(offer.signature_algorithms, registry::signature_scheme_name)},
                 {"server_name", offer.server_name ? Json(clean(*offer.server_name)) : Json(nullptr)},
                 {"alpn", strings(offer.alpn)},
                 {"ja3", text_or_null(offer.ja3)},
                 {"ja4", text_or_null(offer.ja4)}});
}

Json named(std::optional<std::uint16_t> code, std::string (*name)(std::uint16_t)) {
  return code ? Json(registry::is_grease(*code) ? "grease" : name(*code)) : Json(nullptr);
}

Json selection_json(const Selection& selection) {
  return object({{"version", named(selection.version, registry::version_name)},
                 {"suite", named(selection.suite, suite_hex)},
                 {"suite_name", named(selection.suite, registry::suite_name)},
                 {"group", named(selection.group, registry::group_name)},
                 {"signature_algorithm", named(selection.signature_algorithm, registry::signature_scheme_name)},
                 {"alpn", text_or_null(selection.alpn)},
                 {"resumed", selection.resumed ? Json(*selection.resumed) : Json(nullptr)}});
}

Json alert_json(const Alert& alert) {
  Json out = object({{"from", peer_name(alert.from)},
                     {"level", alert.fatal ? "fatal" : "warning"},
                     {"description", registry::alert_name(alert.description)},
                     {"code", alert.description},
                     {"encrypted", alert.encrypted}});
  if (alert.at) out["at"] = seconds(*alert.at);
  return out;
}

Json certificate_json(const Certificate& certificate) {
  Json out = object({{"position", certificate.position},
                     {"subject", clean(certificate.subject)},
                     {"issuer", clean(certificate.issuer)},
                     {"not_before", time_or_null(certificate.not_before)},
                     {"not_after", time_or_null(certificate.not_after)},
                     {"sha256", clean(certificate.sha256)},
                     {"names", strings(certificate.names)},
                     {"key", text_or_null(certificate.key)},
                     {"signature", text_or_null(certificate.signature)},
                     {"serial", text_or_null(certificate.serial)}});
  if (!certificate.pem.empty()) out["pem"] = clean_lines(certificate.pem);
  if (certificate.place.empty()) return out;
  out["place"] = clean(certificate.place);
  out["role"] = text_or_null(certificate.role);
  out["purpose"] = text_or_null(certificate.purpose);
  out["validity_left"] = certificate.left ? Json(*certificate.left) : Json(nullptr);
  return out;
}

Json store_json(const Store& store) {
  return object({{"who", clean(store.who)},
                 {"path", clean(store.path)},
                 {"state", clean(store.state)},
                 {"text", text_or_null(store.text)},
                 {"root", text_or_null(store.root)}});
}

Json sibling_json(const Sibling& sibling) {
  return object({{"subject", clean(sibling.subject)},
                 {"outcome", diagnosis::outcome_name(sibling.outcome)},
                 {"cause", text_or_null(sibling.cause)},
                 {"summary", text_or_null(sibling.summary)}});
}

/// What only a report about files has.
void add_files(const Report& report, Json& out) {
  if (!report.stores.empty()) out["stores"] = list<Store>(report.stores, store_json);
  if (report.files.empty()) return;
  out["others"] = list<Sibling>(report.siblings, sibling_json);
  if (!report.bundle) return;
  out["bundle"] = object(
      {{"pem", clean_lines(report.bundle->pem)}, {"holds", report.bundle->holds}, {"written", text_or_null(report.bundle->written)}});
}

Json message_json(const Message& message) {
  Json out =
      object({{"from", peer_name(message.from)}, {"type", clean(message.type)}, {"at", seconds(message.at)}, {"bytes", message.bytes}});
  if (!message.text.empty()) out["text"] = clean(message.text);
  if (message.packet) out["packet"] = *message.packet;
  return out;
}

Json handshake_json(const Handshake& handshake) {
  return object({{"complete", handshake.complete},
                 {"offered", offer_json(handshake.offered)},
                 {"selected", selection_json(handshake.selected)},
                 {"alerts", list<Alert>(handshake.alerts, alert_json)},
                 {"certificates", list<Certificate>(handshake.certificates, certificate_json)},
                 {"messages", list<Message>(handshake.messages, message_json)}});
}

Json step_json(const Step& step) {
  constexpr std::array<std::string_view, 3> states{"ok", "failed", "not-reached"};
  return object({{"name", clean(step.name)}, {"state", states[static_cast<std::size_t>(step.state)]}, {"text", text_or_null(step.text)}});
}

Json probe_json(const Probe& probe) {
  Json out = object({{"id", clean(probe.id)},
                     {"changed", clean(probe.changed)},
                     {"times", probe.times},
                     {"same", probe.same},
                     {"works", probe.works},
                     {"ended", clean(probe.ended)}});
  if (!probe.address.empty()) out["address"] = clean(probe.address);
  if (probe.handshake) out["handshake"] = handshake_json(*probe.handshake);
  return out;
}

Json finding_json(const Finding& finding) {
  return object({{"rule", clean(finding.rule)}, {"severity", severity_name(finding.severity)}, {"text", clean(finding.text)}});
}

}  // namespace

Json document(const Report& report) {
  const diagnosis::Diagnosis& found = report.diagnosis;
  auto [kind, subject] = subject_json(report);
  Json out = object({{"schema", "whytls.report/1"},
                     {kind, std::move(subject)},
                     {"client", clean(report.client)},
                     {"outcome", diagnosis::outcome_name(found.outcome)},
                     {"verdict", found.verdict ? verdict_json(*found.verdict) : no_verdict_json(report)},
                     {"also", verdicts(found.also)},
                     {"doubts", verdicts(found.doubts)},
                     {"evidence", list<evidence::Fact>(report.evidence.facts(), fact_json)},
                     {"fixes", list<Fix>(report.fixes, fix_json)},
                     {"steps", list<Step>(report.steps, step_json)},
                     {"handshake", handshake_json(report.handshake)},
                     {"probes", list<Probe>(report.probes, probe_json)},
                     {"findings", list<Finding>(report.findings, finding_json)},
                     {"left_open", strings(left_open(report))},
                     {"to_decide", strings(to_decide(report))},
                     {"connections", report.connections},
                     {"elapsed", static_cast<double>(report.elapsed.count()) / 1000.0},
                     {"interrupted", report.interrupted}});
  if (const std::string surer = surer_words(report); report.flow && !surer.empty()) out["verdict"]["to_be_surer"] = clean(surer);
  add_files(report, out);
  return out;
}

std::string to_text(const Json& json, int indent) { return json.dump(indent, ' ', false, Json::error_handler_t::replace); }

}  // namespace whytls::report
