// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "cli/capture/flow_report.h"
#include "observe/fingerprint.h"
#include "registry/registry.h"
#include "sources/probe/profiles.h"
#include "wire/upgrade.h"

namespace whytls::cli {
namespace {

using Codes = std::vector<std::uint16_t>;

/// What can stand in a shell without quotes.
bool plain(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_' || c == '/' || c == '+';
  });
}

/// " --option A:B" for a list so short that it may be the reason; empty for others.
std::string short_list(const char* option, const Codes& codes, std::string (*name)(std::uint16_t)) {
  constexpr std::size_t few = 4;
  std::vector<std::string> names;
  for (const std::uint16_t code : codes) {
    const registry::Suite* suite = name == registry::suite_name ? registry::suite(code) : nullptr;
    if (!registry::is_grease(code) && !(suite && suite->signalling)) names.push_back(name(code));
  }
  return names.empty() || names.size() > few ? std::string() : fmt::format(" {} {}", option, base::join(names, ":"));
}

/// The versions, where they are not those of every current client.
std::string version_words(const Codes& offered) {
  Codes versions;
  std::copy_if(offered.begin(), offered.end(), std::back_inserter(versions),
               [](std::uint16_t v) { return v >= registry::version::ssl3 && v <= registry::version::tls13; });
  if (versions.empty()) return {};
  const auto [lowest, highest] = std::minmax_element(versions.begin(), versions.end());
  std::string out;
  if (*highest < registry::version::tls13) out += " --max-version " + registry::version_name(*highest);
  if (*lowest > registry::version::tls12) out += " --min-version " + registry::version_name(*lowest);
  return out;
}

const probe::Profile* recorded(const std::string& ja4) {
  for (const probe::Profile& profile : probe::profiles())
    if (!ja4.empty() && observe::ja4(profile.hello) == ja4) return &profile;
  return nullptr;
}

}  // namespace

std::string asking_line(const sources::capture::Handshake& h, const report::Offer& offered, const std::string& file) {
  const std::string name = base::printable(offered.server_name.value_or(""), 255);
  std::string line = "whytls ";
  line += plain(name) ? fmt::format("{}:{} --connect {}", name, h.server.port, h.server.text()) : h.server.text();
  const wire::UpgradeProtocol* upgrade = wire::upgrade_protocol(h.upgrade);
  if (upgrade && !upgrade->proxy) line += " --starttls " + h.upgrade;
  if (const auto* client = recorded(offered.ja4)) return line + " --client " + client->name;
  if (plain(file) && file != "-" && h.carrier == sources::capture::Carrier::tls && !h.ssl2_form)
    return fmt::format("{} --client pcap:{}#{}", line, file, h.number);
  line += version_words(offered.versions);
  line += short_list("--ciphers", offered.suites, registry::suite_name);
  line += short_list("--groups", offered.groups, registry::group_name);
  line += short_list("--sigalgs", offered.signature_algorithms, registry::signature_scheme_name);
  const bool web = std::any_of(offered.alpn.begin(), offered.alpn.end(), [](const std::string& p) { return p == "h2" || p == "http/1.1"; });
  if (!web && !offered.alpn.empty() && std::all_of(offered.alpn.begin(), offered.alpn.end(), plain))
    line += " --alpn " + base::join(offered.alpn, ",");
  return line;
}

}  // namespace whytls::cli
