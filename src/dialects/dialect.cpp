// SPDX-License-Identifier: Apache-2.0
#include "dialects/dialect.h"

#include <algorithm>

#include "base/text.h"
#include "dialects/placeholders.h"
#include "registry/registry.h"

namespace whytls::dialects {
namespace {

using remedy::Side;

/// The template with its words filled in. A word that nobody knows is our own mistake and is left to be seen by the tests.
std::string filled(std::string_view text, Side side, const Evidence& evidence) {
  std::string out;
  while (!text.empty()) {
    const std::size_t open = std::min(text.find('{'), text.size());
    out += text.substr(0, open);
    text.remove_prefix(open);
    if (text.empty()) break;
    const std::size_t close = text.find('}');
    if (text.starts_with("{{") || close == std::string_view::npos) {
      out += '{';
      text.remove_prefix(text.starts_with("{{") ? 2 : 1);
      continue;
    }
    const auto value = placeholder(text.substr(1, close - 1), side, evidence);
    out += value ? base::printable(*value) : std::string(text.substr(0, close + 1));
    text.remove_prefix(close + 1);
  }
  return out;
}

/// Nobody is told to switch on what lies below the floor of TLS 1.2.
bool advisable(Remedy remedy, const Evidence& evidence) {
  if (remedy != Remedy::enable_version) return true;
  const auto offered = evidence.list(Kind::offered_versions);
  return offered.empty() || std::any_of(offered.begin(), offered.end(), [](const std::string& name) {
           const auto code = registry::version_code(name);
           return code && *code >= registry::version::tls12 && *code <= registry::version::tls13;
         });
}

bool applies(const Spelling& spelling, Side side, const Evidence& evidence) {
  if (spelling.when == When::always) return true;
  const registry::Suite* suite = registry::suite(suite_in_question(side, evidence));
  const bool tls13 = suite && suite->min_version == registry::version::tls13;
  return tls13 == (spelling.when == When::tls13_suite);
}

bool is_called(const Dialect& dialect, const std::string& software) {
  return std::any_of(dialect.words.begin(), dialect.words.end(),
                     [&](std::string_view word) { return software.find(word) != std::string::npos; });
}

std::vector<const Dialect*> named(std::initializer_list<std::string_view> names) {
  std::vector<const Dialect*> out;
  for (const std::string_view name : names)
    if (const Dialect* found = dialect(name)) out.push_back(found);
  return out;
}

std::vector<const Dialect*> clients(const Evidence& evidence, std::string_view protocol) {
  const Dialect* asked = dialect(evidence.text(Kind::client));
  if (asked && asked->client) return {asked};
  return protocol == "https" ? named({"curl", "openssl", "java"}) : named({"openssl", "gnutls", "java"});
}

std::vector<const Dialect*> usual_servers(std::string_view protocol) {
  std::vector<const Dialect*> out;
  for (const Dialect* each : all_dialects)
    if (std::find(each->protocols.begin(), each->protocols.end(), protocol) != each->protocols.end()) out.push_back(each);
  return out.empty() ? named({"nginx", "apache", "haproxy"}) : out;
}

}  // namespace

const Dialect* dialect(std::string_view name) {
  const auto found = std::find_if(all_dialects.begin(), all_dialects.end(), [&](const Dialect* each) { return each->name == name; });
  return found == all_dialects.end() ? nullptr : *found;
}

std::optional<std::string> snippet(const Dialect& dialect, Remedy remedy, const Evidence& evidence) {
  const Side side = remedy::info(remedy).side;
  if (!advisable(remedy, evidence)) return std::nullopt;
  for (const Spelling& spelling : dialect.spellings)
    if (spelling.remedy == remedy && applies(spelling, side, evidence)) return filled(spelling.text, side, evidence);
  return std::nullopt;
}

std::vector<const Dialect*> fitting(Side side, const Evidence& evidence, std::string_view protocol) {
  if (side == Side::client) return clients(evidence, protocol);
  if (side == Side::network) return {};
  const std::string software = base::lower(evidence.text(Kind::server_software));
  if (!software.empty())
    for (const Dialect* each : all_dialects)
      if (is_called(*each, software)) return {each};
  return usual_servers(protocol);
}

}  // namespace whytls::dialects
