// SPDX-License-Identifier: Apache-2.0
#include "sources/message/place.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"

namespace whytls::sources::message {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }
bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool of_name(char c) { return letter(c) || digit(c) || c == '-' || c == '.' || c == '_'; }
bool of_path(char c) { return of_name(c) || c == '/' || c == '+' || c == '@' || c == '%' || c == '~'; }

struct Scheme {
  std::string_view name;
  std::uint16_t port;
  std::string_view starttls;
};
constexpr std::array<Scheme, 20> schemes{{{"https", 443, ""},
                                          {"wss", 443, ""},
                                          {"smtps", 465, ""},
                                          {"smtp", 25, "smtp"},
                                          {"imaps", 993, ""},
                                          {"imap", 143, "imap"},
                                          {"pop3s", 995, ""},
                                          {"pop3", 110, "pop3"},
                                          {"ldaps", 636, ""},
                                          {"ldap", 389, "ldap"},
                                          {"postgres", 5432, "postgres"},
                                          {"postgresql", 5432, "postgres"},
                                          {"mysql", 3306, "mysql"},
                                          {"amqps", 5671, ""},
                                          {"mqtts", 8883, ""},
                                          {"rediss", 6379, ""},
                                          {"ftps", 990, ""},
                                          {"ftp", 21, "ftp"},
                                          {"tls", 443, ""},
                                          {"http", 80, ""}}};

/// Ends of words that look like host names and are files.
constexpr std::array<std::string_view, 34> file_ends{
    "c",   "cc",  "cpp",  "go",  "py",  "rb",  "rs",  "js",  "ts", "java", "h",    "php", "pem",  "crt", "key", "cer", "p12",
    "pfx", "jks", "conf", "cnf", "cfg", "ini", "log", "txt", "so", "json", "yaml", "yml", "toml", "sh",  "exe", "dll", "jar"};

bool is_v4(std::string_view word) {
  const auto parts = base::split(word, ".");
  return parts.size() == 4 &&
         std::all_of(parts.begin(), parts.end(), [](const std::string& p) { return base::number(p, 255).has_value(); });
}

std::optional<std::uint16_t> port_at(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && size < 6 && digit(text[size])) ++size;
  const auto number = base::number(text.substr(0, size), 65535);
  return number && *number > 0 ? std::optional<std::uint16_t>(static_cast<std::uint16_t>(*number)) : std::nullopt;
}

std::string_view word_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && of_name(text[end])) ++end;
  while (end > at && (text[end - 1] == '.' || text[end - 1] == '-')) --end;
  return text.substr(at, end - at);
}

bool set_host(Place& place, std::string_view word) {
  if (!is_host(word) && word != "localhost") return false;
  place.host = base::lower(word);
  return true;
}

/// "[2001:db8::1]" at the front, without the brackets.
std::string_view bracketed(std::string_view text) {
  if (!text.starts_with('[')) return {};
  const std::size_t end = text.substr(0, 48).find(']');
  const std::string_view inner = end == std::string_view::npos ? "" : text.substr(1, end - 1);
  const bool hex =
      inner.find(':') != std::string_view::npos && inner.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
  return hex ? inner : "";
}

/// The host of a URL may be a bare word: names of containers and services are.
bool take_authority(Place& place, std::string_view rest, const Scheme& scheme) {
  if (const std::size_t user = rest.substr(0, 200).find('@'); user < rest.find_first_of("/ ?#\"'")) rest.remove_prefix(user + 1);
  const std::string_view six = bracketed(rest);
  const std::string_view host = six.empty() ? word_at(rest, 0) : six;
  if (host.empty() || host.front() == '-' || host.front() == '.') return false;
  place.host = base::lower(host);
  place.starttls = scheme.starttls;
  place.port = scheme.port;
  rest.remove_prefix(six.empty() ? host.size() : six.size() + 2);
  if (rest.starts_with(':'))
    if (const auto port = port_at(rest.substr(1))) place.port = port;
  return true;
}

/// Sites of manuals that error texts point to: no server in question.
bool is_reference(std::string_view host) {
  constexpr std::array<std::string_view, 6> sites{"curl.haxx.se",       "curl.se",         "go.microsoft.com",
                                                  "docs.microsoft.com", "docs.python.org", "stackoverflow.com"};
  return std::find(sites.begin(), sites.end(), host) != sites.end();
}

const Scheme* scheme_before(std::string_view text, std::size_t colon) {
  std::size_t begin = colon;
  while (begin > 0 && colon - begin < 12 && (letter(text[begin - 1]) || digit(text[begin - 1]))) --begin;
  const std::string name = base::lower(text.substr(begin, colon - begin));
  const auto* found = std::find_if(schemes.begin(), schemes.end(), [&](const Scheme& s) { return s.name == name; });
  return found == schemes.end() ? nullptr : found;
}

/// The last URL of TLS; one of plain HTTP only where there is no other.
bool from_url(Place& place, std::string_view text) {
  bool any = false;
  for (std::size_t at = text.find("://"); at != std::string_view::npos; at = text.find("://", at + 3)) {
    const Scheme* scheme = scheme_before(text, at);
    Place found;
    if (!scheme || !take_authority(found, text.substr(at + 3), *scheme) || is_reference(found.host)) continue;
    if (any && (scheme->name == "http" || place.port != 80)) continue;
    place.host = found.host;
    place.port = found.port;
    place.starttls = found.starttls;
    any = true;
  }
  return any;
}

struct Cue {
  std::string_view words;
  bool bare = false;  ///< a word without a dot is a host here too
};
/// Words after which a host stands; the surest first.
constexpr std::array<Cue, 26> cues{{{"-connect ", true},
                                    {"host='", true},
                                    {"host=\"", true},
                                    {"in connection to ", true},
                                    {"Failed to connect to ", true},
                                    {"Could not resolve host: ", true},
                                    {"getaddrinfo ENOTFOUND ", true},
                                    {"Connected to ", true},
                                    {"connection to server at \"", true},
                                    {"connect to server \"", true},
                                    {"SSL_connect error to ", true},
                                    {"dial tcp: lookup ", true},
                                    {"dial tcp ", false},
                                    {"peeraddr=", false},
                                    {"target host name '", true},
                                    {"wanted to match ", true},
                                    {"certificate is not valid for '", false},
                                    {"DNS name matching ", false},
                                    {"No name matching ", false},
                                    {"connect to ", false},
                                    {"connecting to ", false},
                                    {"connection to ", false},
                                    {"host: \"", false},
                                    {"-servername ", false},
                                    {"handshake with ", false},
                                    {" to ", false}}};

std::size_t find_nocase(std::string_view text, std::string_view words, std::size_t from) {
  const auto same = [](char a, char b) { return a == b || (letter(a) && letter(b) && (a | 0x20) == (b | 0x20)); };
  const auto found = std::search(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), words.begin(), words.end(), same);
  return found == text.end() ? std::string_view::npos : static_cast<std::size_t>(found - text.begin());
}

/// A port after a host: "host:443", "host[192.0.2.1]:443", "host (192.0.2.1) port 443", "host', port=443", "host port 443".
std::optional<std::uint16_t> port_behind(std::string_view rest) {
  rest = rest.substr(0, 80);
  if (rest.starts_with(':')) return port_at(rest.substr(1));
  if (rest.starts_with('['))
    if (const std::size_t end = rest.find("]:"); end != std::string_view::npos) return port_at(rest.substr(end + 2));
  for (const std::string_view words : {"port=", "port "})
    if (const std::size_t at = rest.find(words); at != std::string_view::npos) return port_at(rest.substr(at + words.size()));
  return std::nullopt;
}

bool from_cue(Place& place, std::string_view text, const Cue& cue) {
  for (std::size_t at = find_nocase(text, cue.words, 0); at != std::string_view::npos; at = find_nocase(text, cue.words, at + 1)) {
    const std::string_view rest = text.substr(at + cue.words.size());
    const std::string_view six = bracketed(rest);
    const std::string_view word = six.empty() ? word_at(rest, 0) : six;
    const auto port = port_behind(rest.substr(six.empty() ? word.size() : six.size() + 2));
    const bool named = is_host(word) || !six.empty() || (!word.empty() && (cue.bare || word == "localhost") && (port || cue.bare));
    if (!named || word == "server" || word == "the") continue;
    place.host = base::lower(word);
    if (port) place.port = port;
    return true;
  }
  return false;
}

/// "host:443" anywhere.
bool from_pair(Place& place, std::string_view text) {
  for (std::size_t colon = text.find(':'); colon != std::string_view::npos; colon = text.find(':', colon + 1)) {
    const auto port = port_at(text.substr(colon + 1));
    if (!port || (colon + 1 < text.size() && !digit(text[colon + 1]))) continue;
    std::size_t begin = colon;
    while (begin > 0 && of_name(text[begin - 1])) --begin;
    if (begin > 0 && (text[begin - 1] == '/' || text[begin - 1] == '\\')) continue;  // a source file's line
    if (!set_host(place, text.substr(begin, colon - begin))) continue;
    place.port = port;
    return true;
  }
  return false;
}

/// A file by its path: quoted or bare, with a slash and an end that keys and certificates have, or in a folder of configurations.
std::string path_in(std::string_view text) {
  constexpr std::array<std::string_view, 13> ends{".pem",  ".crt", ".key", ".cer", ".p12", ".pfx",  ".jks",
                                                  ".conf", ".cnf", ".csr", ".der", ".ca",  ".chain"};
  std::string folder;
  for (std::size_t at = text.find('/'); at != std::string_view::npos; at = text.find('/', at + 1)) {
    if (at > 0 && (of_path(text[at - 1]) || text[at - 1] == ':')) continue;
    std::size_t end = at;
    while (end < text.size() && of_path(text[end])) ++end;
    while (end > at && (text[end - 1] == '.' || text[end - 1] == '/')) --end;
    const std::string_view path = text.substr(at, end - at);
    const bool of_keys = std::any_of(ends.begin(), ends.end(), [&](std::string_view e) { return path.ends_with(e); });
    if (of_keys && !path.ends_with(".conf") && !path.ends_with(".cnf")) return std::string(path);
    if (folder.empty() && (of_keys || path.find("/ssl/") != std::string_view::npos || path.find("/certs") != std::string_view::npos))
      folder = path;
    at = std::max(at, end - (end > at ? 1 : 0));
  }
  return folder;
}

struct Usual {
  std::string_view words, starttls;
  std::uint16_t port;
};
/// Programs whose words say which protocol is spoken, and where.
constexpr std::array<Usual, 15> usual{{{"-starttls smtp", "smtp", 25},
                                       {"-starttls imap", "imap", 143},
                                       {"-starttls pop3", "pop3", 110},
                                       {"-starttls ldap", "ldap", 389},
                                       {"-starttls postgres", "postgres", 5432},
                                       {"-starttls mysql", "mysql", 3306},
                                       {"-starttls ftp", "ftp", 21},
                                       {"ldap_start_tls", "ldap", 389},
                                       {"startTLS at port 389", "ldap", 389},
                                       {"PSQLException", "postgres", 5432},
                                       {"psql:", "postgres", 5432},
                                       {"ERROR 2026 (HY000)", "mysql", 3306},
                                       {"com.mysql", "mysql", 3306},
                                       {"postfix/smtp[", "smtp", 25},
                                       {"nodemailer", "smtp", 587}}};

std::string upgrade_of(std::uint16_t port) {
  switch (port) {
    case 25:
    case 587:
    case 2525:
      return "smtp";
    case 110:
      return "pop3";
    case 143:
      return "imap";
    case 389:
      return "ldap";
    case 21:
      return "ftp";
    case 4190:
      return "sieve";
    case 5222:
      return "xmpp";
    case 5269:
      return "xmpp-server";
    case 5432:
      return "postgres";
    case 3306:
      return "mysql";
    default:
      return {};
  }
}

/// "port 587" of a text that names no host.
std::optional<std::uint16_t> lone_port(std::string_view text) {
  for (const std::string_view words : {"port=", "port: ", "port "})
    for (std::size_t at = find_nocase(text, words, 0); at != std::string_view::npos; at = find_nocase(text, words, at + 1))
      if (const auto port = port_at(text.substr(at + words.size()))) return port;
  return std::nullopt;
}

void settle_protocol(Place& place, std::string_view text) {
  for (const Usual& each : usual) {
    if (find_nocase(text, each.words, 0) == std::string_view::npos) continue;
    if (!place.port) place.port = each.port;
    if (place.starttls.empty() && upgrade_of(*place.port) == each.starttls) place.starttls = each.starttls;
    return;
  }
  if (!place.port) place.port = lone_port(text);
  if (place.port && place.starttls.empty()) place.starttls = upgrade_of(*place.port);
}

/// nginx: the upstream is the server in question where nginx is its client; else its own name.
bool from_nginx(Place& place, std::string_view text, bool server_side) {
  constexpr std::string_view up = "upstream: \"";
  if (const std::size_t at = text.find(up); at != std::string_view::npos && !server_side)
    if (from_url(place, text.substr(at + up.size()))) return true;
  constexpr std::string_view own = ", server: ";
  const std::size_t at = text.find(own);
  if (at == std::string_view::npos || !server_side) return false;
  const std::string_view word = word_at(text, at + own.size());
  return word != "0.0.0.0" && set_host(place, word);
}

}  // namespace

bool is_host(std::string_view word) {
  if (is_v4(word)) return word != "0.0.0.0";
  const std::size_t dot = word.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || word.size() > 253 || word.find("..") != std::string_view::npos) return false;
  const std::string top = base::lower(word.substr(dot + 1));
  if (top.size() < 2 || !std::all_of(top.begin(), top.end(), letter)) return false;
  return std::find(file_ends.begin(), file_ends.end(), top) == file_ends.end() && letter(word.front()) | digit(word.front());
}

Place place_of(std::string_view text, bool server_side) {
  Place place;
  place.path = path_in(text);
  bool found = from_nginx(place, text, server_side) || (!server_side && from_url(place, text));
  if (!server_side)
    for (const Cue& cue : cues) found = found || from_cue(place, text, cue);
  if (!found && !server_side) from_pair(place, text);
  settle_protocol(place, text);
  if (constexpr std::string_view cue = "-servername "; text.find(cue) != std::string_view::npos)
    if (const auto name = word_at(text, text.find(cue) + cue.size()); is_host(name) && name != place.host)
      place.servername = base::lower(name);
  if (place.host == place.servername) place.servername.clear();
  return place;
}

}  // namespace whytls::sources::message
