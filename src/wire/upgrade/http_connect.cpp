// SPDX-License-Identifier: Apache-2.0
// CONNECT of HTTP proxies: RFC 9110 9.3.6, RFC 9112; basic authentication: RFC 7617.
#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "wire/upgrade/common.h"

namespace whytls::wire {
namespace {

constexpr std::array<std::uint16_t, 2> ports{3128, 8080};

/// RFC 4648 4.
std::string base64(std::string_view text) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) group = group << 8U | (at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i) out += at + i > text.size() ? '=' : alphabet[group >> (18 - 6 * i) & 63U];
  }
  return out;
}

class HttpConnect : public dialogue::LineDialogue {
 public:
  explicit HttpConnect(const UpgradeOptions& options) : LineDialogue("HTTP"), options_(options) {}

 private:
  void open() override {
    if (!dialogue::plain_host(options_.host)) return failed("the host name cannot stand in an HTTP request");
    const bool v6 = options_.host.find(':') != std::string::npos;
    const std::string target = fmt::format("{}{}{}:{}", v6 ? "[" : "", options_.host, v6 ? "]" : "", options_.port);
    say(fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n", target));
    if (!options_.user.empty()) say(fmt::format("Proxy-Authorization: Basic {}\r\n", base64(options_.user + ":" + options_.password)));
    say("\r\n");
  }

  void line(std::string_view text) override {
    if (status_ == 0) return status_line(text);
    if (!text.empty()) return header(text);
    if (status_ >= 100 && status_ < 200) {  // RFC 9110 15.2: an interim response, the final one follows
      status_ = 0;
      return;
    }
    // RFC 9110 9.3.6: any 2xx switches to the tunnel right behind the empty line.
    if (status_ < 300) return upgraded();
    refused(fmt::format("the proxy answers CONNECT with \"{}\"{}{}{}", peer(), reason_.empty() ? "" : " (", reason_,
                        reason_.empty() ? "" : ")"),
            status_);
  }

  /// "HTTP/1.1 200 Connection established"
  void status_line(std::string_view text) {
    const std::size_t blank = text.find(' ');  // none: npos + 1 is 0
    const std::uint64_t code = base::number(text.substr(blank + 1, 3), 999).value_or(0);
    if (!text.starts_with("HTTP/") || code < 100) return not_spoken(base::view(text));
    status_ = static_cast<int>(code);
    hear(text.substr(blank + 1));
  }

  /// The headers that say more than the status does: how to authenticate, and Squid's own error.
  void header(std::string_view text) {
    for (const std::string_view name : {"proxy-authenticate:", "x-squid-error:"})
      if (reason_.empty() && base::starts_with_nocase(text, name)) reason_ = base::printable(base::trim(text.substr(name.size())), 120);
  }

  UpgradeOptions options_;
  int status_ = 0;
  std::string reason_;
};

}  // namespace

extern const UpgradeProtocol http_connect;
const UpgradeProtocol http_connect{
    .name = "http-connect",
    .title = "HTTP proxy",
    .ports = ports,
    .implicit_scheme = "",
    .server_speaks_first = false,
    .proxy = true,
    .begin = dialogue::begin<HttpConnect>,
};

}  // namespace whytls::wire
