// SPDX-License-Identifier: Apache-2.0
#include "net/fetch/http.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <memory>

#include "base/text.h"
#include "net/dial.h"
#include "net/fetch/http_answer.h"

namespace whytls::net {
namespace {

constexpr std::size_t max_addresses = 3;

std::string request_text(const HttpRequest& request, const HttpUrl& url) {
  const bool v6 = url.host.find(':') != std::string::npos;
  std::string out = fmt::format("{} {} HTTP/1.1\r\nHost: {}{}{}", request.method, url.target, v6 ? "[" : "", url.host, v6 ? "]" : "");
  if (url.port != 80) out += fmt::format(":{}", url.port);
  out += "\r\nUser-Agent: whytls\r\nAccept: */*\r\nConnection: close\r\n";
  if (!request.content_type.empty()) out += fmt::format("Content-Type: {}\r\n", request.content_type);
  if (!request.body.empty() || request.method == "POST") out += fmt::format("Content-Length: {}\r\n", request.body.size());
  return out + "\r\n";
}

/// One exchange with one URL.
class Exchange {
 public:
  Exchange(const HttpRequest& request, Deadline deadline, HttpResponse& out) : request_(request), deadline_(deadline), out_(out) {}

  /// The Location header of a redirect; empty where this was the end.
  std::string run(const HttpUrl& url) {
    if (!reach(url)) return {};
    const std::string head = request_text(request_, url);
    base::Bytes message(head.begin(), head.end());
    message.insert(message.end(), request_.body.begin(), request_.body.end());
    if (const End end = stream_->write(message, deadline_); end == End::timeout || end == End::cancelled)
      return note_end(end, "sending the request", out_);
    return read_answer(*stream_, request_, deadline_, out_);
  }

 private:
  bool reach(const HttpUrl& url) {
    const Resolved found = resolve(url.host, Family::any, deadline_, request_.cancel);
    if (found.addresses.empty()) {
      out_.timed_out = found.timed_out;
      out_.failure = fmt::format("{}: {}", base::printable(url.host, 255), found.failure);
    }
    for (std::size_t i = 0; i < std::min(found.addresses.size(), max_addresses) && !stream_; ++i) {
      // An address that drops everything must leave time for the next.
      const bool last = i + 1 == std::min(found.addresses.size(), max_addresses);
      const Deadline until = last ? deadline_ : Clock::now() + (deadline_ - Clock::now()) / 2;
      const Address address{.ip = found.addresses[i], .port = url.port};
      Connected connected = connect(address, {}, until, request_.cancel);
      stream_ = std::move(connected.stream);
      out_.timed_out = connected.end == End::timeout;
      out_.failure = stream_ ? "" : fmt::format("{}: {}", address.text(), connected.text);
    }
    return stream_ != nullptr;
  }

  const HttpRequest& request_;
  Deadline deadline_;
  HttpResponse& out_;
  std::unique_ptr<Stream> stream_;
};

/// A Location against the URL that it came from; nothing where it does not lead to http.
std::optional<std::string> redirected(const std::string& location, const HttpUrl& from) {
  if (parse_http_url(location)) return location;
  if (!location.starts_with('/') || location.starts_with("//")) return std::nullopt;
  const bool v6 = from.host.find(':') != std::string::npos;
  return fmt::format("http://{}{}{}:{}{}", v6 ? "[" : "", from.host, v6 ? "]" : "", from.port, location);
}

void follow(const HttpRequest& request, HttpResponse& out) {
  const Deadline deadline = Clock::now() + request.timeout;
  out.url = request.url;
  for (int hop = 0; hop <= request.max_redirects; ++hop) {
    const auto url = parse_http_url(out.url);
    if (!url) {
      out.failure = fmt::format("not an http URL: {}", base::printable(out.url, 200));
      return;
    }
    const std::string location = Exchange(request, deadline, out).run(*url);
    if (location.empty()) {
      if (out.failure.empty() && out.status != 200)
        out.failure = fmt::format("the server answers {} without saying where to go", out.status);
      return;
    }
    const auto next = redirected(location, *url);
    if (!next) {
      out.failure = fmt::format("redirected to {}, which is not followed", base::printable(location, 200));
      return;
    }
    out.url = *next;
  }
  out.failure = fmt::format("more than {} redirects", request.max_redirects);
}

}  // namespace

std::optional<HttpUrl> parse_http_url(std::string_view url) {
  const bool plain = std::all_of(url.begin(), url.end(), [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7f; });
  if (!plain || url.size() > 4096 || !base::starts_with_nocase(url, "http://")) return std::nullopt;
  url.remove_prefix(7);
  HttpUrl out;
  const std::size_t end = std::min(url.find_first_of("/?#"), url.size());
  std::string_view authority = url.substr(0, end);
  std::string_view target = url.substr(end);
  target = target.substr(0, target.find('#'));
  out.target = target.starts_with('/') ? std::string(target) : "/" + std::string(target);
  if (authority.find('@') != std::string_view::npos) return std::nullopt;
  const std::size_t bracket = authority.starts_with('[') ? authority.find(']') : 0;
  if (bracket == std::string_view::npos) return std::nullopt;
  const std::size_t colon = authority.find(':', bracket);
  out.host = bracket == 0 ? authority.substr(0, colon) : authority.substr(1, bracket - 1);
  if (bracket != 0 && bracket + 1 != std::min(colon, authority.size())) return std::nullopt;
  if (colon != std::string_view::npos && colon + 1 < authority.size()) {
    const auto port = base::number(authority.substr(colon + 1), 65535);
    if (!port || *port == 0) return std::nullopt;
    out.port = static_cast<std::uint16_t>(*port);
  }
  if (out.host.empty() || out.host.find_first_of("[]") != std::string::npos) return std::nullopt;
  return out;
}

HttpResponse fetch(const HttpRequest& request) {
  HttpResponse out;
  try {
    follow(request, out);
  } catch (const std::exception& error) {
    out.failure = base::printable(error.what());
  }
  if (!out.failure.empty()) out.body.clear();
  return out;
}

}  // namespace whytls::net
