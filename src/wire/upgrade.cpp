// SPDX-License-Identifier: Apache-2.0
#include "wire/upgrade.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace whytls::wire {
namespace {

/// What other tools call the same thing.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> aliases{{{"postgresql", "postgres"},
                                                                                {"pgsql", "postgres"},
                                                                                {"mariadb", "mysql"},
                                                                                {"managesieve", "sieve"},
                                                                                {"submission", "smtp"},
                                                                                {"xmpp-client", "xmpp"},
                                                                                {"jabber", "xmpp"},
                                                                                {"socks5h", "socks5"}}};

std::string_view usual_name(std::string_view name) {
  const auto* found =
      std::find_if(aliases.begin(), aliases.end(), [&](const auto& alias) { return base::equals_nocase(alias.first, name); });
  return found == aliases.end() ? name : found->second;
}

}  // namespace

const UpgradeProtocol* upgrade_protocol(std::string_view name) {
  const std::string_view wanted = usual_name(name);
  for (const UpgradeProtocol* protocol : upgrade_protocols)
    if (base::equals_nocase(protocol->name, wanted)) return protocol;
  return nullptr;
}

const UpgradeProtocol* upgrade_for_port(std::uint16_t port) {
  for (const UpgradeProtocol* protocol : upgrade_protocols)
    if (!protocol->proxy && std::find(protocol->ports.begin(), protocol->ports.end(), port) != protocol->ports.end()) return protocol;
  return nullptr;
}

}  // namespace whytls::wire
