// SPDX-License-Identifier: Apache-2.0
// URLs from certificates and from the environment. Property: what was read from a URL, written as a URL, reads the same; nothing
// that could break out of a request line comes through.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "net/dial.h"
#include "net/fetch/http.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

std::string bracketed(const std::string& host) { return host.find(':') == std::string::npos ? host : "[" + host + "]"; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(whytls::base::text({data, size}));
  if (const auto url = whytls::net::parse_http_url(text)) {
    require(!url->host.empty() && url->port != 0 && url->target.starts_with('/'));
    for (const std::string& part : {url->host, url->target})
      require(std::none_of(part.begin(), part.end(), [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; }));
    const auto again = whytls::net::parse_http_url(fmt::format("http://{}:{}{}", bracketed(url->host), url->port, url->target));
    require(again && again->host == url->host && again->port == url->port && again->target == url->target);
  }
  if (const auto proxy = whytls::net::parse_proxy(text)) {
    require(!proxy->host.empty() && proxy->port != 0 && proxy->user.empty() && proxy->password.empty());
    const std::string_view scheme = proxy->kind == whytls::net::Proxy::Kind::http ? "http" : "socks5";
    const auto again = whytls::net::parse_proxy(fmt::format("{}://{}:{}", scheme, bracketed(proxy->host), proxy->port));
    require(again && again->host == proxy->host && again->port == proxy->port && again->kind == proxy->kind);
  }
  return 0;
}
