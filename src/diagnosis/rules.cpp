// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "registry/registry.h"

namespace whytls::diagnosis {
namespace {

/// Yes and no only where the fact is there.
Answer sent(const Evidence& evidence, Kind list) { return evidence.find(list) ? answer(!evidence.list(list).empty()) : Answer::unknown; }

Answer larger(const Evidence& evidence, std::int64_t size) { return evidence.at_least(Kind::offered_size, size); }

}  // namespace

Answer decides(const Evidence& evidence, std::string_view changed) {
  const Answer cures = evidence.is(Kind::cures, changed);
  const Answer breaks = evidence.is(Kind::breaks, changed);
  if (known_yes(cures) || known_yes(breaks)) return Answer::yes;
  return known_no(cures) ? Answer::no : Answer::unknown;
}

std::vector<Ref> pair_of(const Evidence& evidence, std::string_view changed) {
  std::vector<Ref> out;
  for (const Kind kind : {Kind::cures, Kind::breaks})
    if (known_yes(evidence.is(kind, changed))) out.push_back({kind, std::string(changed)});
  return out;
}

Confidence pair_confidence(const Evidence& evidence, std::string_view changed) {
  for (const Kind kind : {Kind::cures, Kind::breaks}) {
    const evidence::Fact* fact = evidence.find(kind, changed);
    if (fact && known_yes(evidence.is(kind, changed)) && fact->certainty == evidence::Certainty::observed) return Confidence::certain;
  }
  return Confidence::likely;
}

Answer presupposed(const Evidence& e, std::string_view changed) {
  const Answer named = e.find(Kind::offered_server_name) ? answer(!e.text(Kind::offered_server_name).empty()) : Answer::unknown;
  if (changed == change::server_name_added) return !named;
  if (changed == change::server_name_dropped || changed == change::server_name_other) return named;
  if (changed == change::without_tls13) return e.includes(Kind::offered_versions, "tls1.3");
  if (changed == change::alpn_dropped) return sent(e, Kind::offered_alpn);
  if (changed == change::post_quantum_dropped || changed == change::post_quantum_padded) return offers_hybrid(e);
  if (changed == change::smaller_256) return larger(e, 256);
  if (changed == change::smaller_512) return larger(e, 512);
  if (changed == change::smaller_1400) return larger(e, 1400);
  if (changed == change::fallback_scsv_dropped) return e.includes(Kind::offered_suites, "TLS_FALLBACK_SCSV");
  if (changed == change::starttls_dropped) return e.find(Kind::starttls) ? answer(!e.text(Kind::starttls).empty()) : Answer::unknown;
  return Answer::unknown;
}

bool can_change(const Evidence& evidence, const Ref& need) {
  return need.kind != Kind::cures || !known_no(presupposed(evidence, need.subject));
}

bool failed_at(const Evidence& evidence, std::initializer_list<Stage> stages) {
  const auto failed = stage_named(evidence.text(Kind::failed_stage));
  return failed && std::find(stages.begin(), stages.end(), *failed) != stages.end();
}

bool repeated(const Evidence& evidence) { return known_yes(evidence.at_least(Kind::failures_seen, 2)); }

bool server_alert(const Evidence& evidence, std::string_view name) {
  return evidence.text(Kind::failure) == "alert" && evidence.text(Kind::alert) == name && evidence.text(Kind::alert_from) != "client";
}

bool tried_a_known_name(const Evidence& e) {
  const auto names = e.list(Kind::leaf_names);
  const bool asked_is_known = !names.empty() && e.text(Kind::name_mismatch).empty();
  return asked_is_known || std::any_of(names.begin(), names.end(), [](const std::string& n) {
           return !n.empty() && n.find('*') == std::string::npos && std::isalpha(static_cast<unsigned char>(n.back())) != 0;
         });
}

Answer any_decides(const Evidence& evidence, std::initializer_list<std::string_view> changes) {
  Answer out = Answer::no;
  for (const std::string_view changed : changes) out = out || decides(evidence, changed);
  return out;
}

Answer offers_hybrid(const Evidence& evidence) {
  if (!evidence.find(Kind::offered_groups)) return Answer::unknown;
  for (const std::string& name : evidence.list(Kind::offered_groups)) {
    const registry::Group* group = registry::group(registry::group_code(name).value_or(0));
    if (group && group->family == registry::GroupFamily::hybrid) return Answer::yes;
  }
  return Answer::no;
}

Answer older(const std::string& a, const std::string& b) {
  const auto code_a = registry::version_code(a);
  const auto code_b = registry::version_code(b);
  if (!code_a || !code_b) return Answer::unknown;
  const auto datagram = [](std::uint16_t code) { return code >= 0xfe00; };
  if (datagram(*code_a) != datagram(*code_b)) return Answer::unknown;
  return answer(datagram(*code_a) ? *code_a > *code_b : *code_a < *code_b);  // DTLS counts downwards (RFC 9147 5.3)
}

std::optional<Finding> residual(const Evidence& evidence, std::string_view failure, const std::string& words) {
  if (evidence.text(Kind::failure) != failure || !repeated(evidence)) return std::nullopt;
  const bool before_hello = failed_at(evidence, {Stage::proxy, Stage::starttls});
  if (!before_hello && !known_no(evidence.is(Kind::any_offer_works))) return std::nullopt;
  const bool all_tried = !before_hello && evidence.all(Kind::untried).empty();
  Finding f{.confidence = all_tried ? Confidence::certain : Confidence::likely,
            .rests_on = {{Kind::failure, ""}, {Kind::failures_seen, ""}}};
  if (!before_hello) f.rests_on.push_back({Kind::any_offer_works, ""});
  const std::string when = failed_at(evidence, {Stage::proxy})          ? " in the proxy's dialogue"
                           : failed_at(evidence, {Stage::starttls})     ? " in the dialogue before TLS"
                           : failed_at(evidence, {Stage::client_hello}) ? " after the ClientHello, whatever is offered"
                                                                        : " in the middle of the handshake, whatever is offered";
  f.summary = words + when;
  if (!all_tried)
    f.to_be_surer =
        before_hello ? "look at the server's log at that time" : "parts of the offer were not tried; allow more with --max-connections";
  return f;
}

std::optional<Finding> configured(const Evidence& evidence, Kind kind, Stage stage, const std::string& words) {
  const auto all = evidence.all(kind);
  if (all.empty()) return std::nullopt;
  const evidence::Fact& fact = *all.front();
  Finding f{.confidence = fact.certainty == evidence::Certainty::observed ? Confidence::certain : Confidence::likely};
  if (!evidence.find(Kind::failed_stage)) f.stage = stage;
  if (evidence.text(Kind::config_side) == "client") f.side = Side::client;
  const std::string where = evidence.text(kind, fact.subject);
  f.summary = words + where;
  f.detail = {{"where", where}};
  f.rests_on = {{kind, fact.subject}};
  return f;
}

bool hello_failed(const Evidence& evidence) {
  return evidence.text(Kind::failed_stage) == "client-hello" && evidence.text(Kind::failure) != "plaintext" &&
         evidence.text(Kind::failure) != "malformed";
}

Side either(const Evidence& evidence, bool client_below_floor) {
  return client_below_floor || known_yes(evidence.is(Kind::default_works)) ? Side::client : Side::server;
}

std::string titles(const std::vector<std::string>& versions) {
  std::vector<std::string> out;
  for (const std::string& name : versions) {
    std::string title = registry::version_title(registry::version_code(name).value_or(0));
    if (!out.empty() && title.rfind("TLS ", 0) == 0 && out.front().rfind("TLS ", 0) == 0) title = title.substr(4);
    out.push_back(std::move(title));
  }
  return base::join(out, ", ");
}

std::string few(const std::vector<std::string>& list) {
  const std::size_t shown = list.size() <= 4 ? list.size() : 3;
  const std::string head = base::join({list.begin(), list.begin() + static_cast<std::ptrdiff_t>(shown)}, ", ");
  return shown == list.size() ? head : fmt::format("{} and {} more", head, list.size() - shown);
}

std::string failure_words(const Evidence& evidence) {
  std::string failure = evidence.text(Kind::failure);
  if (failure == "alert" && evidence.text(Kind::alert).empty()) return "an alert that is encrypted";
  if (failure == "alert") return "alert " + evidence.text(Kind::alert);
  if (failure == "reset") return "a reset";
  if (failure == "closed") return "a close without an alert";
  if (failure == "timeout") return "silence";
  if (failure == "refused") return "a refusal";
  return failure;
}

}  // namespace whytls::diagnosis
