// SPDX-License-Identifier: Apache-2.0
#include "report/report.h"

#include <algorithm>
#include <array>

namespace whytls::report {
namespace {

constexpr std::array<std::string_view, 3> severities{"note", "warning", "error"};

}  // namespace

std::string_view peer_name(Peer peer) { return peer == Peer::client ? "client" : "server"; }
std::string_view severity_name(Severity severity) { return severities[static_cast<std::size_t>(severity)]; }

std::optional<Severity> severity_named(std::string_view name) {
  const auto* found = std::find(severities.begin(), severities.end(), name);
  return found == severities.end() ? std::nullopt : std::optional<Severity>(static_cast<Severity>(found - severities.begin()));
}

}  // namespace whytls::report
