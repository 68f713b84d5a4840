// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/text.h"
#include "net/dial.h"

namespace whytls::net {
namespace {

struct HostPort {
  std::string host;
  std::optional<std::uint16_t> port;
};

/// "host", "host:port", "[v6]", "[v6]:port"; a bare IPv6 address is a host.
std::optional<HostPort> split_host_port(std::string_view text) {
  HostPort out;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    out.host = text.substr(1, end - 1);
    port = text.substr(end + 1);
    if (!port.empty() && !port.starts_with(':')) return std::nullopt;
  } else {
    const std::size_t colon = text.find(':');
    const bool bare_v6 = colon != std::string_view::npos && text.find(':', colon + 1) != std::string_view::npos;
    out.host = text.substr(0, bare_v6 ? std::string_view::npos : colon);
    port = bare_v6 || colon == std::string_view::npos ? std::string_view{} : text.substr(colon);
  }
  const auto odd = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '[' || c == ']'; };
  if (out.host.empty() || std::any_of(out.host.begin(), out.host.end(), odd)) return std::nullopt;
  if (port.empty()) return out;
  const auto number = base::number(port.substr(1), 65535);
  if (!number || *number == 0) return std::nullopt;
  out.port = static_cast<std::uint16_t>(*number);
  return out;
}

/// RFC 3986 2.1; what is no valid escape stays.
std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' && i + 2 < text.size() ? base::unhex(text.substr(i + 1, 2)) : std::nullopt;
    if (byte && byte->size() == 1) {
      out += static_cast<char>((*byte)[0]);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

base::Result<Proxy> parse(const std::string& url, bool allow_credentials, std::string from) {
  const auto misuse = [&](std::string what) { return base::fail(base::Fault::misuse, std::move(what), from); };
  Proxy out;
  out.from = from;
  std::string_view rest = url;
  std::string scheme = "http";
  if (const std::size_t end = rest.find("://"); end != std::string_view::npos) {
    scheme = base::lower(rest.substr(0, end));
    rest.remove_prefix(end + 3);
  }
  if (scheme == "socks5" || scheme == "socks5h")
    out.kind = Proxy::Kind::socks5;
  else if (scheme != "http")
    return misuse(fmt::format("a proxy is http://, socks5:// or socks5h://, not \"{}://\"", base::printable(scheme, 32)));
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
    if (!allow_credentials) return misuse("credentials do not belong into the proxy's URL: use --proxy-auth-file");
    const std::string_view credentials = rest.substr(0, at);
    const std::size_t colon = credentials.find(':');
    out.user = percent_decoded(credentials.substr(0, colon));
    if (colon != std::string_view::npos) out.password = percent_decoded(credentials.substr(colon + 1));
    rest.remove_prefix(at + 1);
  }
  const auto where = split_host_port(rest);
  if (!where) return misuse(fmt::format("\"{}\" names no proxy host and port", base::printable(rest, 120)));
  out.host = where->host;
  out.port = where->port.value_or(out.kind == Proxy::Kind::http ? 80 : 1080);
  return out;
}

struct Ip {
  std::array<std::uint8_t, 16> bytes{};
  std::size_t size = 0;
};

std::optional<Ip> parse_ip(const std::string& text) {
  Ip out;
  if (inet_pton(AF_INET, text.c_str(), out.bytes.data()) == 1) return out.size = 4, out;
  if (inet_pton(AF_INET6, text.c_str(), out.bytes.data()) == 1) return out.size = 16, out;
  return std::nullopt;
}

bool in_network(const Ip& address, std::string_view entry) {
  const std::size_t slash = entry.find('/');
  const auto network = parse_ip(std::string(entry.substr(0, slash)));
  if (slash == std::string_view::npos || !network || network->size != address.size) return false;
  const std::uint64_t bits = base::number(entry.substr(slash + 1), address.size * 8).value_or(UINT64_MAX);
  if (bits == UINT64_MAX) return false;
  for (std::size_t bit = 0; bit < bits; ++bit) {
    const unsigned mask = 0x80U >> (bit % 8);
    if ((address.bytes[bit / 8] & mask) != (network->bytes[bit / 8] & mask)) return false;
  }
  return true;
}

/// One entry of NO_PROXY: "*", "example.com", ".example.com", "*.example.com", an address, a network, each perhaps with a port.
bool exempted_by(std::string_view entry, const std::string& host, std::uint16_t port) {
  if (entry == "*") return true;
  const auto address = parse_ip(host);
  if (address && entry.find('/') != std::string_view::npos) return in_network(*address, entry);
  const auto named = split_host_port(entry);
  if (!named || (named->port && *named->port != port)) return false;
  if (address) {
    const auto other = parse_ip(named->host);
    return other && other->size == address->size && other->bytes == address->bytes;
  }
  std::string_view suffix = named->host;
  if (suffix.starts_with('*')) suffix.remove_prefix(1);
  if (suffix.starts_with('.')) suffix.remove_prefix(1);
  std::string_view name = host;
  if (name.ends_with('.')) name.remove_suffix(1);
  if (suffix.empty() || name.size() < suffix.size() || !base::equals_nocase(name.substr(name.size() - suffix.size()), suffix)) return false;
  return name.size() == suffix.size() || name[name.size() - suffix.size() - 1] == '.';
}

bool is_loopback(const std::string& host) {
  const auto address = parse_ip(host);
  if (address) return address->size == 4 ? address->bytes[0] == 127 : in_network(*address, "::1/128");
  return base::equals_nocase(host, "localhost") || base::lower(host).ends_with(".localhost");
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing here changes the environment
  return value == nullptr ? std::string{} : std::string(base::trim(value));
}

bool exempted(const std::string& host, std::uint16_t port) {
  if (is_loopback(host)) return true;
  const std::string upper = variable("NO_PROXY");
  const std::vector<std::string> entries = base::split(upper.empty() ? variable("no_proxy") : upper, ", \t");
  return std::any_of(entries.begin(), entries.end(), [&](const std::string& entry) { return exempted_by(entry, host, port); });
}

}  // namespace

base::Result<Proxy> parse_proxy(const std::string& url) { return parse(url, false, "--proxy"); }

std::optional<Proxy> proxy_from_environment(const std::string& host, std::uint16_t port) {
  for (const char* name : {"HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"}) {
    const std::string url = variable(name);
    if (url.empty()) continue;
    if (exempted(host, port)) return std::nullopt;
    const auto proxy = parse(url, true, name);
    return proxy ? std::optional(*proxy) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace whytls::net
