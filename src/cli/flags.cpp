// SPDX-License-Identifier: Apache-2.0
#include "cli/flags.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "base/text.h"
#include "cli/lists.h"
#include "cli/target.h"
#include "report/format.h"
#include "wire/upgrade.h"

namespace whytls::cli {
namespace {

using Done = base::Result<void>;

auto refuse(std::string what) { return base::fail(base::Fault::misuse, std::move(what)); }

template <class T>
Done store(T& place, base::Result<T> value) {
  if (!value) return tl::unexpected(value.error());
  place = std::move(*value);
  return {};
}

template <class T>
Done store(std::optional<T>& place, base::Result<T> value) {
  if (!value) return tl::unexpected(value.error());
  place = std::move(*value);
  return {};
}

Done text_into(std::string& place, const std::string& value) {
  if (value.empty()) return refuse("the value is empty");
  place = value;
  return {};
}

Done connect(Options& o, const std::string& value) {
  const auto target = parse_host_port(value);
  if (!target) return tl::unexpected(target.error());
  o.request.connect_host = target->host;
  o.request.connect_port = *target->port;
  return {};
}

Done servername(Options& o, const std::string& value) {
  if (value.empty() || value.size() > 255) return refuse("expected a host name");
  o.request.servername = value;
  return {};
}

Done starttls(Options& o, const std::string& value) {
  o.starttls_given = true;
  const std::string name = base::lower(value);
  if (name == "none") return o.request.starttls.clear(), Done{};
  std::vector<std::string> names;
  for (const wire::UpgradeProtocol* each : wire::upgrade_protocols)
    if (!each->proxy) names.emplace_back(each->name);
  const wire::UpgradeProtocol* known = wire::upgrade_protocol(name);
  if (known && !known->proxy) return text_into(o.request.starttls, std::string(known->name));
  const auto near = base::nearest(name, names);
  return refuse(fmt::format("no dialogue '{}' is known{}; there are {}", base::printable(value, 40),
                            near ? ": did you mean " + *near + "?" : "", base::join(names, ", ")));
}

Done family(Options& o, investigate::Family wanted) {
  if (o.request.family != investigate::Family::any && o.request.family != wanted) return refuse("-4 and -6 contradict each other");
  o.request.family = wanted;
  return {};
}

Done at(Options& o, const std::string& value) {
  const auto time = base::parse_time(value);
  if (!time) return refuse("expected a time such as 2026-11-21, 2026-11-21T04:05:06Z or @1795233906");
  o.request.at = *time;
  return {};
}

/// "15", "0.5", "15s", "500ms"; at most a day.
Done timeout(Options& o, const std::string& value) {
  std::string_view number = value;
  double unit = 1000;
  if (number.ends_with("ms")) {
    unit = 1;
    number.remove_suffix(2);
  } else if (number.ends_with("s")) {
    number.remove_suffix(1);
  }
  double amount = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), amount, std::chars_format::fixed);
  const double ms = amount * unit;
  if (error != std::errc{} || end != number.data() + number.size() || !(ms >= 1) || ms > 86400000)
    return refuse(fmt::format("'{}' is no time span: expected seconds, such as 15 or 0.5", base::printable(value, 40)));
  o.request.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(ms));
  o.request.step = std::min(o.request.step, o.request.timeout);
  return {};
}

Done max_connections(Options& o, const std::string& value) {
  const auto number = base::number(value, 1000);
  if (!number || *number == 0) return refuse("expected a number from 1 to 1000");
  o.request.max_connections = static_cast<int>(*number);
  return {};
}

Done format(Options& o, const std::string& value) {
  if (report::format(value)) return text_into(o.output.format, value);
  const auto names = report::format_names();
  const auto near = base::nearest(value, names);
  return refuse(fmt::format("there is no format '{}'{}; there are {}", base::printable(value, 40),
                            near ? ": did you mean " + *near + "?" : "", base::join(names, ", ")));
}

Done colour(Options& o, const std::string& value) {
  if (value == "auto") return o.output.colour = Colour::automatic, Done{};
  if (value == "always") return o.output.colour = Colour::always, Done{};
  if (value == "never") return o.output.colour = Colour::never, Done{};
  return refuse("expected auto, always or never");
}

Done fail_on(Options& o, const std::string& value) {
  o.output.fail_on = report::severity_named(value);
  if (!o.output.fail_on) return refuse("expected error, warning or note");
  return {};
}

constexpr std::array<Flag, 24> connecting{{
    {"servername", 0, "NAME", Group::who, "send and check this server name",
     "Send NAME as the server name (SNI) and check the certificate against it, instead of the host.", servername},
    {"no-servername", 0, "", Group::who, "send no server name", "Send no server name; the certificate is still checked against the host.",
     [](Options& o, const std::string&) -> Done { return o.request.no_servername = true, Done{}; }},
    {"connect", 0, "HOST:PORT", Group::way, "connect there instead",
     "Connect to HOST:PORT and behave as if it were the target: one server behind a load balancer, or one that the name does not point to "
     "yet.",
     connect, true, false},
    {"starttls", 0, "PROTO", Group::way, "upgrade from this protocol first",
     "Speak PROTO and ask it for TLS first: smtp, lmtp, imap, pop3, ftp, nntp, sieve, ldap, xmpp, xmpp-server, irc, postgres, mysql, rdp. "
     "A URL's "
     "scheme sets it too; none switches that off.",
     starttls},
    {"proxy", 0, "URL", Group::way, "go through this proxy",
     "Go through http://HOST:PORT or socks5://HOST:PORT. Without it HTTPS_PROXY, ALL_PROXY and NO_PROXY are honoured.",
     [](Options& o, const std::string& v) { return text_into(o.request.proxy, v); }, true, false},
    {"proxy-auth-file", 0, "FILE", Group::way, "the proxy's user:password", "Read the proxy's user:password from the first line of FILE.",
     [](Options& o, const std::string& v) { return text_into(o.request.proxy_auth_file, v); }, true, false},
    {"ipv4", '4', "", Group::way, "IPv4 only", "Ask for and use IPv4 addresses only.",
     [](Options& o, const std::string&) { return family(o, investigate::Family::v4); }},
    {"ipv6", '6', "", Group::way, "IPv6 only", "Ask for and use IPv6 addresses only.",
     [](Options& o, const std::string&) { return family(o, investigate::Family::v6); }},
    {"client", 0, "PROFILE", Group::client, "diagnose for this client",
     "The client in question: openssl, gnutls or java of this machine with this machine's policy, or a recorded one such as chrome or "
     "firefox, or pcap:FILE, the one whose ClientHello comes first in a capture (pcap:FILE#N: that of flow N). "
     "Without it: a current mainstream client.",
     [](Options& o, const std::string& v) { return text_into(o.request.client, v); }},
    {"min-version", 0, "V", Group::client, "lowest version it offers",
     "The lowest version that the client offers: ssl2, ssl3, tls1.0, tls1.1, tls1.2, tls1.3, or a code point 0xNNNN.",
     [](Options& o, const std::string& v) { return store(o.min_version, parse_version(v)); }},
    {"max-version", 0, "V", Group::client, "highest version it offers", "The highest version that the client offers, written as above.",
     [](Options& o, const std::string& v) { return store(o.max_version, parse_version(v)); }},
    {"ciphers", 0, "LIST", Group::client, "cipher suites it offers",
     "The cipher suites that the client offers, in its order: names of OpenSSL or IANA or code points 0xNNNN, joined by : or ,. No "
     "expressions.",
     [](Options& o, const std::string& v) { return store(o.request.ciphers, parse_suites(v)); }},
    {"groups", 0, "LIST", Group::client, "key-exchange groups it offers",
     "The groups that the client offers, such as X25519:P-256 or X25519MLKEM768.",
     [](Options& o, const std::string& v) { return store(o.request.groups, parse_groups(v)); }},
    {"sigalgs", 0, "LIST", Group::client, "signature algorithms it offers",
     "The signature algorithms that the client offers, such as RSA+SHA256:ecdsa_secp256r1_sha256.",
     [](Options& o, const std::string& v) { return store(o.request.sigalgs, parse_signature_schemes(v)); }},
    {"alpn", 0, "LIST", Group::client, "application protocols it offers",
     "The application protocols that the client offers (ALPN), such as h2,http/1.1; none sends no list.",
     [](Options& o, const std::string& v) { return store(o.request.alpn, parse_alpn(v)); }},
    {"ca-file", 0, "FILE", Group::client, "roots it trusts, as PEM",
     "Trust the certificates in FILE (PEM) instead of this machine's store.",
     [](Options& o, const std::string& v) { return text_into(o.request.ca_file, v); }},
    {"ca-dir", 0, "DIR", Group::client, "roots it trusts, a folder",
     "Trust the certificates in the folder DIR instead of this machine's store.",
     [](Options& o, const std::string& v) { return text_into(o.request.ca_dir, v); }},
    {"cert", 0, "FILE", Group::client, "client certificate, as PEM",
     "The client's certificate, its intermediates after it (PEM). Its key may stand in the same file.",
     [](Options& o, const std::string& v) { return text_into(o.request.cert_file, v); }, true, false},
    {"key", 0, "FILE", Group::client, "its private key", "The private key of the client's certificate (PEM).",
     [](Options& o, const std::string& v) { return text_into(o.request.key_file, v); }, true, false},
    {"passphrase-file", 0, "FILE", Group::client, "the key's passphrase",
     "Read the passphrase of the private key from the first line of FILE.",
     [](Options& o, const std::string& v) { return text_into(o.request.passphrase_file, v); }, true, false},
    {"at", 0, "TIME", Group::client, "judge validity at this time",
     "Judge certificates as of TIME instead of now: 2026-11-21, 2026-11-21T04:05:06Z, or @SECONDS since 1970.", at},
    {"timeout", 0, "S", Group::limits, "seconds for the whole command (15)",
     "Bound the whole command to S seconds (default 15); each step has its own deadline of 5 seconds within it.", timeout},
    {"max-connections", 0, "N", Group::limits, "connections at most (24)", "Make at most N connections to find the reason (default 24).",
     max_connections},
    {"offline", 0, "", Group::limits, "speak to the target only",
     "Speak to nothing but the target itself: no fetching of missing certificates or revocation answers, no proxy from the environment.",
     [](Options& o, const std::string&) -> Done { return o.request.offline = true, Done{}; }},
}};

constexpr std::array<Flag, 8> output{{
    {"format", 0, "NAME", Group::output, "text, json, jsonl, html, junit or prometheus",
     "How the result is written: text for people, json for one document, jsonl for one a line, html for a page of its own, junit for CI, "
     "prometheus for metrics.",
     format},
    {"output", 'o', "FILE", Group::output, "write the result to FILE",
     "Write the result to FILE instead of standard output; FILE is replaced only when all of it is written.",
     [](Options& o, const std::string& v) { return text_into(o.output.file, v); }, true, false},
    {"color", 0, "WHEN", Group::output, "auto, always or never",
     "Use colour: auto (on a terminal, unless NO_COLOR is set), always, or never.", colour},
    {"quiet", 'q', "", Group::output, "the verdict only", "Print the verdict only, and no progress.",
     [](Options& o, const std::string&) -> Done { return o.output.quiet = true, Done{}; }},
    {"fail-on", 0, "SEVERITY", Group::output, "exit 1 for findings too",
     "Exit with 1 also where the handshake works but a finding is at or above SEVERITY: error, warning or note.", fail_on},
    {"help-short", 'h', "", Group::help, "this help", "The short help.",
     [](Options& o, const std::string&) -> Done { return o.short_help = true, Done{}; }, false},
    {"help", 0, "", Group::help, "all options, with examples", "All options, with examples.",
     [](Options& o, const std::string&) -> Done { return o.long_help = true, Done{}; }, false},
    {"version", 0, "", Group::help, "the program's version", "Print the program's version.",
     [](Options& o, const std::string&) -> Done { return o.version = true, Done{}; }, false},
}};

}  // namespace

std::string_view group_title(Group group) {
  constexpr std::array<std::string_view, 6> titles{"The name", "The client in question", "The way to the server", "Limits", "Output",
                                                   "Help"};
  return titles[static_cast<std::size_t>(group)];
}

std::span<const Flag> connecting_flags() { return connecting; }
std::span<const Flag> output_flags() { return output; }

std::string spelling(const Flag& flag) {
  if (flag.name == "help-short") return "-h";
  std::string out = flag.letter == 0 ? "" : fmt::format("-{}, ", flag.letter);
  out += "--" + std::string(flag.name);
  if (!flag.value.empty()) out += " " + std::string(flag.value);
  return out;
}

std::string environment_name(const Flag& flag) {
  std::string out = "WHYTLS_";
  for (const char c : flag.name) out += c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

}  // namespace whytls::cli
