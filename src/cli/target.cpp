// SPDX-License-Identifier: Apache-2.0
#include "cli/target.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.h"

namespace whytls::cli {
namespace {

using base::Fault;

constexpr std::array<Scheme, 45> table{{{"https", 443, ""},
                                        {"wss", 443, ""},
                                        {"tls", 443, ""},
                                        {"ssl", 443, ""},
                                        {"smtp", 25, "smtp"},
                                        {"submission", 587, "smtp"},
                                        {"smtps", 465, ""},
                                        {"submissions", 465, ""},
                                        {"lmtp", 24, "lmtp"},
                                        {"imap", 143, "imap"},
                                        {"imaps", 993, ""},
                                        {"pop3", 110, "pop3"},
                                        {"pop", 110, "pop3"},
                                        {"pop3s", 995, ""},
                                        {"pops", 995, ""},
                                        {"sieve", 4190, "sieve"},
                                        {"managesieve", 4190, "sieve"},
                                        {"ftp", 21, "ftp"},
                                        {"ftps", 990, ""},
                                        {"nntp", 119, "nntp"},
                                        {"news", 119, "nntp"},
                                        {"nntps", 563, ""},
                                        {"snews", 563, ""},
                                        {"ldap", 389, "ldap"},
                                        {"ldaps", 636, ""},
                                        {"xmpp", 5222, "xmpp"},
                                        {"xmpps", 5223, ""},
                                        {"xmpp-server", 5269, "xmpp-server"},
                                        {"irc", 6667, "irc"},
                                        {"ircs", 6697, ""},
                                        {"postgres", 5432, "postgres"},
                                        {"postgresql", 5432, "postgres"},
                                        {"mysql", 3306, "mysql"},
                                        {"mariadb", 3306, "mysql"},
                                        {"rdp", 3389, "rdp"},
                                        {"amqps", 5671, ""},
                                        {"mqtts", 8883, ""},
                                        {"rediss", 6379, ""},
                                        {"sips", 5061, ""},
                                        {"dot", 853, ""},
                                        {"coaps+tcp", 5684, ""},
                                        {"telnets", 992, ""},
                                        {"mongodb", 27017, ""},
                                        {"grpcs", 443, ""},
                                        {"doh", 443, ""}}};

const Scheme* scheme(std::string_view name) {
  const auto* found = std::find_if(table.begin(), table.end(), [&](const Scheme& row) { return row.name == name; });
  return found == table.end() ? nullptr : found;
}

auto refuse(std::string what) { return base::fail(Fault::misuse, std::move(what)); }

/// With or without a zone (RFC 4007 11), which names an interface.
bool is_v6(const std::string& text) {
  const std::size_t percent = std::min(text.find('%'), text.size());
  const std::string plain = text.substr(0, percent);
  const std::string_view zone = std::string_view(text).substr(std::min(percent + 1, text.size()));
  const bool named = std::all_of(zone.begin(), zone.end(),
                                 [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-'; });
  in6_addr address{};
  return named && (percent == text.size() || !zone.empty()) && plain.find('\0') == std::string::npos &&
         inet_pton(AF_INET6, plain.c_str(), &address) == 1;
}

bool looks_like_v4(std::string_view text) { return text.find_first_not_of("0123456789.") == std::string_view::npos; }

bool is_v4(const std::string& text) {
  in_addr address{};
  return inet_pton(AF_INET, text.c_str(), &address) == 1;
}

/// A name as DNS takes it (RFC 1035 2.3.4), with the underscore that is common in practice.
base::Result<std::string> checked_name(std::string name) {
  if (name.ends_with('.')) name.pop_back();
  if (name.empty()) return refuse("the host is missing: expected host, host:port, [v6]:port or a URL");
  for (const char c : name) {
    const auto u = static_cast<unsigned char>(c);
    if (u >= 0x80)
      return refuse(fmt::format("'{}' has letters beyond ASCII: give its form for DNS, which begins with xn--", base::printable(name)));
    if (!std::isalnum(u) && c != '-' && c != '.' && c != '_')
      return refuse(
          fmt::format("'{}' is no host name or address: expected host, host:port, [v6]:port or a URL", base::printable(name, 80)));
  }
  if (name.size() > 253) return refuse("the host name is longer than 253 characters");
  if (looks_like_v4(name) && !is_v4(name)) return refuse(fmt::format("'{}' is no IPv4 address: expected four numbers up to 255", name));
  for (std::size_t at = 0; at <= name.size();) {
    const std::size_t end = std::min(name.find('.', at), name.size());
    if (end == at) return refuse(fmt::format("'{}' has an empty label", name));
    if (end - at > 63) return refuse(fmt::format("'{}' has a label of more than 63 characters", name));
    at = end + 1;
  }
  return base::lower(name);
}

base::Result<std::uint16_t> port_of(std::string_view text) {
  const auto value = base::number(text, 65535);
  if (!value || *value == 0) return refuse(fmt::format("'{}' is no port: expected a number from 1 to 65535", base::printable(text, 20)));
  return static_cast<std::uint16_t>(*value);
}

/// "[v6]" and what follows it.
base::Result<TargetName> bracketed(std::string_view text) {
  const std::size_t close = text.find(']');
  if (close == std::string_view::npos) return refuse("the closing bracket is missing: expected [v6]:port");
  TargetName out;
  out.host = base::lower(text.substr(1, close - 1));
  if (!is_v6(out.host)) return refuse(fmt::format("'{}' is no IPv6 address", base::printable(out.host, 80)));
  const std::string_view rest = text.substr(close + 1);
  if (rest.empty()) return out;
  if (rest.front() != ':') return refuse("expected a colon and the port after the bracket, as in [::1]:443");
  const auto port = port_of(rest.substr(1));
  if (!port) return tl::unexpected(port.error());
  out.port = *port;
  return out;
}

base::Result<TargetName> authority(std::string_view text) {
  if (text.starts_with('[')) return bracketed(text);
  if (std::string whole = base::lower(text); is_v6(whole)) return TargetName{std::move(whole), std::nullopt, {}, {}};
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos && text.find(':', colon + 1) != std::string_view::npos)
    return refuse("an IPv6 address with a port stands in brackets: [v6]:port");
  auto name = checked_name(std::string(text.substr(0, colon)));
  if (!name) return tl::unexpected(name.error());
  TargetName out{*name, std::nullopt, {}, {}};
  if (colon == std::string_view::npos) return out;
  const auto port = port_of(text.substr(colon + 1));
  if (!port) return tl::unexpected(port.error());
  out.port = *port;
  return out;
}

base::Result<TargetName> url(const std::string& name, std::string_view rest) {
  if (name == "http" || name == "ws") return refuse(name + ":// is plaintext: give " + name + "s://, or host:port to try TLS on that port");
  const Scheme* known = scheme(name);
  if (!known) {
    std::vector<std::string> names;
    names.reserve(table.size());
    for (const Scheme& row : table) names.emplace_back(row.name);
    const auto near = base::nearest(name, names);
    return refuse(fmt::format("no scheme '{}' is known{}", base::printable(name, 40),
                              near ? ": did you mean " + *near + "://?" : ": give host:port and --starttls"));
  }
  rest = rest.substr(0, rest.find_first_of("/?#\\"));
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) rest.remove_prefix(at + 1);
  if (rest.ends_with(':')) rest.remove_suffix(1);  // an empty port is the default one (RFC 3986 3.2.3)
  auto out = authority(rest);
  if (!out) return out;
  out->scheme = known->name;
  out->starttls = known->starttls;
  if (!out->port) out->port = known->port;
  return out;
}

}  // namespace

std::span<const Scheme> schemes() { return table; }

base::Result<TargetName> parse_target(std::string_view text) {
  text = base::trim(text);
  if (text.empty()) return refuse("the target is missing: expected host, host:port, [v6]:port or a URL");
  const std::size_t mark = text.find("://");
  if (mark != std::string_view::npos) return url(base::lower(text.substr(0, mark)), text.substr(mark + 3));
  // "example.com/path" is a pasted URL without its scheme.
  const std::size_t slash = text.find('/');
  return authority(text.substr(0, slash));
}

base::Result<TargetName> parse_host_port(std::string_view text) {
  auto out = authority(base::trim(text));
  if (out && !out->port) return refuse("expected HOST:PORT");
  return out;
}

}  // namespace whytls::cli
