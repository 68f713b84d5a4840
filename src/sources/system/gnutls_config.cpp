// SPDX-License-Identifier: Apache-2.0
#include "sources/system/gnutls_config.h"

#include <fmt/format.h>

#include "base/text.h"
#include "sources/system/environment.h"

namespace whytls::system {

const GnutlsValue* GnutlsConfig::last(std::string_view section, std::string_view name) const {
  for (auto at = values.rbegin(); at != values.rend(); ++at) {
    if (at->section == section && at->name == name) return &*at;
  }
  return nullptr;
}

GnutlsConfig parse_gnutls_config(std::string_view text, const std::string& file) {
  GnutlsConfig out;
  std::string section;
  std::size_t number = 0;
  for (const std::string_view raw : lines_of(text)) {
    ++number;
    std::string_view line = base::trim(raw);
    const auto problem = [&](std::string_view what) {
      if (out.problems.size() < 20) out.problems.push_back(fmt::format("{}:{}: {}", file, number, what));
    };
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[') {
      const std::size_t end = line.find(']');
      if (end == std::string_view::npos) {
        problem("a section name without its closing bracket");
      } else {
        section = base::lower(base::trim(line.substr(1, end - 1)));
      }
      continue;
    }
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || base::trim(line.substr(0, equals)).empty()) {
      problem("no \"name = value\"");
      continue;
    }
    std::string_view value = line.substr(equals + 1);
    // inih, which GnuTLS reads with, starts a comment at a semicolon behind a space.
    const std::size_t comment = value.find(" ;");
    if (comment != std::string_view::npos) value = value.substr(0, comment);
    if (out.values.size() >= 10000) break;
    out.values.push_back(
        {section, base::lower(base::trim(line.substr(0, equals))), std::string(base::trim(value)), number, std::string(line)});
  }
  return out;
}

std::string expand_priority(const GnutlsConfig& config, std::string_view priority) {
  std::string out(priority);
  for (int depth = 0; depth < 8 && !out.empty() && out.front() == '@' && out.size() < 4096; ++depth) {
    // "@A,B:rest": the first keyword that is defined stands for itself.
    const std::size_t colon = std::min(out.find(':'), out.size());
    const std::string rest = out.substr(colon);
    std::string found;
    for (const std::string& name : base::split(std::string_view(out).substr(1, colon - 1), ",")) {
      const GnutlsValue* value = config.last("priorities", base::lower(name));
      if (value == nullptr) continue;
      found = value->value;
      break;
    }
    if (found.empty()) return out;
    out = found + rest;
  }
  return out;
}

}  // namespace whytls::system
