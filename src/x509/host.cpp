// SPDX-License-Identifier: Apache-2.0
#include "x509/host.h"

#include <arpa/inet.h>

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace whytls::x509 {
namespace {

std::optional<base::Bytes> address_bytes(const std::string& host) {
  std::array<std::uint8_t, 16> raw{};
  if (inet_pton(AF_INET, host.c_str(), raw.data()) == 1) return base::Bytes(raw.begin(), raw.begin() + 4);
  if (inet_pton(AF_INET6, host.c_str(), raw.data()) == 1) return base::Bytes(raw.begin(), raw.end());
  return std::nullopt;
}

std::string_view without_dot(std::string_view name) {
  if (!name.empty() && name.back() == '.') name.remove_suffix(1);
  return name;
}

/// Labels that both names share, counted from the right; then characters at the left. Only for the order of messages.
std::size_t likeness(std::string_view a, std::string_view b) {
  std::size_t shared = 0;
  while (shared < a.size() && shared < b.size() &&
         base::equals_nocase(a.substr(a.size() - shared - 1, 1), b.substr(b.size() - shared - 1, 1)))
    ++shared;
  return shared;
}

std::vector<std::string> nearest_names(const Certificate& c, const std::string& host) {
  std::vector<std::string> names = c.dns_names;
  names.insert(names.end(), c.ip_addresses.begin(), c.ip_addresses.end());
  const std::size_t most = std::min<std::size_t>(names.size(), 5);
  std::stable_sort(names.begin(), names.end(), [&](const auto& a, const auto& b) { return likeness(a, host) > likeness(b, host); });
  names.resize(most);
  return names;
}

std::string why_not(const Certificate& c, const std::string& host, bool address, bool only_common_name) {
  if (c.dns_names.empty() && c.ip_addresses.empty()) {
    return only_common_name ? "the name stands only in the common name, which clients no longer read"
                            : "the certificate has no subject alternative name";
  }
  if (address && c.ip_addresses.empty()) return "an address was asked for and the certificate has names only";
  if (!address && c.dns_names.empty()) return "a name was asked for and the certificate has addresses only";
  const std::string_view asked = without_dot(host);
  const auto too_deep = [&](const std::string& name) {
    return base::starts_with_nocase(name, "*.") && asked.size() > name.size() - 1 &&
           base::equals_nocase(asked.substr(asked.size() - (name.size() - 1)), std::string_view(name).substr(1));
  };
  if (!address && std::any_of(c.dns_names.begin(), c.dns_names.end(), too_deep)) return "a wildcard covers one label only";
  return "the certificate names others";
}

}  // namespace

bool is_dns_name(std::string_view name) {
  if (name.empty() || name.size() > 253) return false;
  std::size_t label = 0;
  for (const char c : name) {
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (c == '.' ? label == 0 : !allowed) return false;
    label = c == '.' ? 0 : label + 1;
    if (label > 63) return false;
  }
  return label > 0;
}

bool is_address(const std::string& host) { return address_bytes(host).has_value(); }

bool matches_dns(std::string_view presented, std::string_view asked) {
  presented = without_dot(presented);
  asked = without_dot(asked);
  if (!is_dns_name(asked)) return false;
  if (!base::starts_with_nocase(presented, "*.")) return is_dns_name(presented) && base::equals_nocase(presented, asked);
  // RFC 9525 6.3: the wildcard is the whole left-most label, the only one, and stands for exactly one label.
  const std::string_view suffix = presented.substr(1);
  if (!is_dns_name(suffix.substr(1)) || suffix.find('.', 1) == std::string_view::npos) return false;
  const std::size_t dot = asked.find('.');
  return dot != std::string_view::npos && base::equals_nocase(asked.substr(dot), suffix);
}

HostMatch match_host(const Certificate& certificate, const std::string& host) {
  HostMatch out;
  const auto address = address_bytes(host);
  const auto covers = [&](const std::string& name) { return address ? address_bytes(name) == address : matches_dns(name, host); };
  // RFC 9525 6.2: an address is matched by iPAddress names only, a DNS name by dNSName only.
  const auto& names = address ? certificate.ip_addresses : certificate.dns_names;
  const auto found = std::find_if(names.begin(), names.end(), covers);
  if (found != names.end()) {
    out.covered = true;
    out.matched = *found;
    return out;
  }
  out.only_common_name = !certificate.common_name.empty() && covers(certificate.common_name);
  out.nearest = nearest_names(certificate, host);
  out.reason = why_not(certificate, host, address.has_value(), out.only_common_name);
  return out;
}

}  // namespace whytls::x509
