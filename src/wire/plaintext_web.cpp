// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "base/text.h"
#include "wire/plaintext_answer.h"

namespace whytls::wire {
namespace {

/// What servers say on a TLS port when they are spoken to in plain HTTP.
constexpr std::array<std::string_view, 6> tls_expected{
    "plain HTTP request was sent to HTTPS port",           // nginx
    "speaking plain HTTP to an SSL-enabled server port",   // Apache httpd
    "Client sent an HTTP request to an HTTPS server",      // Go
    "combination of host and port requires TLS",           // Tomcat
    "HTTP request was sent to an HTTPS port",              // OpenLiteSpeed and others
    "This is an SSL port, but the request is plain HTTP",  // Squid's https_port wording and others
};

int three_digits(std::string_view text) {
  const auto value = base::number(text.substr(0, 3), 999);
  return value && text.size() >= 3 && *value >= 100 ? static_cast<int>(*value) : 0;
}

/// "HTTP/1.1 400 …", "RTSP/1.0 400 …", "SIP/2.0 400 …" (RFC 9112 4, RFC 7826 8.1, RFC 3261 7.2).
bool status_line(const Answer& answer, std::string_view name, std::string_view protocol, Plaintext& found) {
  if (!answer.text.starts_with(name) || answer.text.size() <= name.size() || answer.text[name.size()] != '/') return false;
  const std::size_t space = answer.line.find(' ');
  if (space != std::string_view::npos) found.status = three_digits(answer.line.substr(space + 1));
  return is(found, protocol);
}

/// A page without a header, as servers answer what they take for HTTP 0.9.
bool bare_page(const Answer& answer, Plaintext& found) {
  const std::string_view start = base::trim(answer.text);
  const bool page = base::starts_with_nocase(start, "<!doctype html") || base::starts_with_nocase(start, "<html") ||
                    base::starts_with_nocase(start, "<head>") || (base::starts_with_nocase(start, "<?xml") && answer.has("<html"));
  if (!page) return false;
  const std::string lower = base::lower(answer.text);
  const std::size_t title = lower.find("<title>");
  if (title != std::string::npos) {
    const std::string_view words = answer.text.substr(title + 7, lower.find("</title>", title) - (title + 7));
    found.status = three_digits(words);
    found.excerpt = words;
  }
  const std::size_t code = lower.find("error code: ");  // Python's http.server
  if (found.status == 0 && code != std::string::npos) found.status = three_digits(answer.text.substr(code + 12));
  return is(found, "http");
}

/// RFC 9113 3.4: an HTTP/2 server that was not asked begins with a SETTINGS frame on stream 0.
bool http2_settings(const Answer& answer, Plaintext& found) {
  if (answer.bytes.size() < 9 || answer.at(2) % 6 != 0 || answer.at(3) != 4) return false;
  for (const std::size_t zero : std::initializer_list<std::size_t>{0, 1, 4, 5, 6, 7, 8})
    if (answer.at(zero) != 0) return false;
  found.excerpt = "HTTP/2 SETTINGS frame";
  return is(found, "http");
}

/// RFC 6120 4.2. The namespace tells a server's port from a client's.
bool xmpp(const Answer& answer, Plaintext& found) {
  const bool stream = answer.has("<stream:stream") || answer.starts("<stream:error") || answer.starts("</stream:stream>");
  if (!stream || !(answer.starts("<?xml") || answer.starts("<stream:") || answer.starts("</stream:"))) return false;
  const bool server = answer.has("jabber:server") || (answer.port == 5269 && !answer.has("jabber:client"));
  return is(found, "xmpp", server ? "xmpp-server" : "xmpp");
}

}  // namespace

bool recognise_web(const Answer& answer, Plaintext& found) {
  if (xmpp(answer, found)) return true;
  if (status_line(answer, "RTSP", "rtsp", found) || status_line(answer, "SIP", "sip", found)) return true;
  if (http2_settings(answer, found)) return true;
  if (!status_line(answer, "HTTP", "http", found) && !bare_page(answer, found)) return false;
  for (const std::string_view words : tls_expected) found.says_tls_expected = found.says_tls_expected || answer.has(words);
  return true;
}

}  // namespace whytls::wire
