// SPDX-License-Identifier: Apache-2.0
// A small HTTP/1.1 client over plain TCP for what certificates point to: missing issuers (AIA), OCSP, CRLs. Never https: what it
// fetches is signed, and a TLS that needs TLS would never end. One request, bounded in bytes and time; follows redirects to http.
//
//   auto answer = net::fetch({.url = "http://ca.example/issuer.crt", .timeout = 3s, .cancel = &cancel});
//   if (answer.failure.empty()) use(answer.body);                      // the status was 200
//   auto ocsp = net::fetch({.url = url, .method = "POST", .body = request, .content_type = "application/ocsp-request"});
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/time.h"
#include "net/stream.h"

namespace whytls::net {

struct HttpRequest {
  std::string url;
  std::string method = "GET";
  base::Bytes body;
  std::string content_type;
  std::chrono::milliseconds timeout{5000};  ///< for all of it: name, connection, redirects
  std::size_t max_bytes = 1 << 20;          ///< of the body
  int max_redirects = 3;
  const CancelFlag* cancel = nullptr;
};

struct HttpResponse {
  int status = 0;  ///< 0 where there was no answer
  base::Bytes body;
  std::optional<base::Time> date;  ///< of the Date header; also where the status is not 200
  std::string url;                 ///< where it came from in the end
  std::string failure;             ///< printable; empty exactly when the status is 200 and the body whole
  bool timed_out = false;
};

HttpResponse fetch(const HttpRequest& request);

/// The parts of an http:// URL, for those who must check one before it is fetched.
struct HttpUrl {
  std::string host;  ///< without brackets
  std::uint16_t port = 80;
  std::string target;  ///< path and query, at least "/"
};
std::optional<HttpUrl> parse_http_url(std::string_view url);

}  // namespace whytls::net
