// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/text.h"
#include "report/capture_summary.h"
#include "report/capture_words.h"
#include "report/words.h"

namespace whytls::report {
namespace {

Json clean(std::string_view text) { return base::printable(text, 8192); }
Json text_or_null(std::string_view text) { return text.empty() ? Json(nullptr) : clean(text); }
Json time_or_null(std::optional<base::Time> time) { return time ? Json(base::rfc3339(*time)) : Json(nullptr); }

template <class T, class F>
Json list(const std::vector<T>& values, F each) {
  Json out = Json::array();
  for (const T& value : values) out.push_back(each(value));
  return out;
}

Json counts_json(const HandshakeCounts& counts) {
  return {{"handshakes", counts.all()},          {"ok", counts.ok},        {"failed", counts.failed}, {"aborted", counts.aborted},
          {"undetermined", counts.undetermined}, {"unseen", counts.unseen}};
}

Json group_json(const CaptureGroup& group) {
  const auto& verdict = group.example.diagnosis.verdict;
  return {{"cause", text_or_null(group.cause)},
          {"side", verdict ? Json(remedy::side_name(verdict->side)) : Json(nullptr)},
          {"confidence", verdict ? Json(diagnosis::confidence_name(verdict->finding.confidence)) : Json(nullptr)},
          {"summary", clean(verdict ? verdict->finding.summary.empty() ? verdict->cause->title : std::string_view(verdict->finding.summary)
                                    : std::string_view(group.ended))},
          {"count", group.count},
          {"first", time_or_null(group.first)},
          {"last", time_or_null(group.last)},
          {"server", clean(group.server)},
          {"server_name", text_or_null(group.name)},
          {"ja4", text_or_null(group.ja4)},
          {"client_guess", text_or_null(group.client_guess)},
          {"clients", list(group.clients, clean)},
          {"client_count", group.client_count},
          {"flows", group.flows},
          {"example", group.example.flow ? Json(group.example.flow->number) : Json(nullptr)}};
}

Json finding_json(const CaptureFinding& each) {
  return {{"rule", clean(each.finding.rule)},       {"severity", severity_name(each.finding.severity)},
          {"text", clean(each.finding.text)},       {"server", clean(each.server)},
          {"server_name", text_or_null(each.name)}, {"count", each.count},
          {"first", time_or_null(each.first)},      {"last", time_or_null(each.last)}};
}

Json file_json(const CaptureFile& file) {
  return {{"path", clean(file.path)}, {"format", clean(file.format)}, {"packets", file.packets}, {"bytes", file.bytes}};
}

Json undecoded_json(const std::pair<std::string, std::uint64_t>& row) { return {{"what", clean(row.first)}, {"packets", row.second}}; }

}  // namespace

Json capture_document(const CaptureSummary& summary) {
  return {{"schema", "whytls.capture/1"},
          {"files", list(summary.files, file_json)},
          {"packets", summary.packets},
          {"bytes", summary.bytes},
          {"first", time_or_null(summary.first)},
          {"last", time_or_null(summary.last)},
          {"connections", summary.connections},
          {"counts", counts_json(summary.handshakes)},
          {"damage", list(summary.damage, clean)},
          {"undecoded", list(summary.undecoded, undecoded_json)},
          {"groups", list(summary.groups, group_json)},
          {"groups_left_out", summary.groups_left_out},
          {"failures_left_out", summary.failures_left_out},
          {"findings", list(summary.findings, finding_json)},
          {"findings_left_out", summary.findings_left_out},
          {"handshakes", list(summary.shown, document)},
          {"handshakes_left_out", summary.shown_left_out},
          {"interrupted", summary.interrupted}};
}

}  // namespace whytls::report
