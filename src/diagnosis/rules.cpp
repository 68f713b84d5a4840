// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/rules.h"

#include <fmt/format.h>

#include "base/text.h"
#include "registry/registry.h"

namespace whytls::diagnosis {

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
  const std::string failure = evidence.text(Kind::failure);
  if (failure == "alert") return "alert " + evidence.text(Kind::alert);
  if (failure == "reset") return "a reset";
  if (failure == "closed") return "a close without an alert";
  if (failure == "timeout") return "silence";
  return failure;
}

}  // namespace whytls::diagnosis
