// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/tls/requests.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace whytls::sources::capture {
namespace {

using wire::UpgradeState;
using wire::UpgradeStep;

std::size_t u16(base::ByteView bytes, std::size_t at) { return static_cast<std::size_t>(bytes[at]) << 8U | bytes[at + 1]; }

bool begins(base::ByteView bytes, base::ByteView with) {
  return bytes.size() >= with.size() && std::equal(with.begin(), with.end(), bytes.begin());
}

/// Who says "STARTTLS" and nothing else, by how the server greets (RFC 3207, RFC 2033, RFC 4642, RFC 5804, IRCv3 tls).
std::string_view by_greeting(std::string_view client, std::string_view server) {
  if (server.starts_with('"')) return "sieve";
  if (server.starts_with("200") || server.starts_with("201")) return "nntp";
  const bool code = server.size() > 3 && server[0] == '2' && server[1] >= '0' && server[1] <= '9' && (server[3] == ' ' || server[3] == '-');
  if (code) return base::starts_with_nocase(client, "LHLO") ? "lmtp" : "smtp";
  return "irc";
}

/// MS-RDPBCGR 2.2.1.1: a connection request that asks for TLS or what needs it; the negotiation ends it, or a correlation id of 36 bytes.
bool rdp_request(base::ByteView b) {
  constexpr std::size_t least = 11 + 8, negotiation = 8, correlation = 36;
  if (b.size() < least || b[0] != 3 || b[1] != 0 || (b[5] & 0xf0U) != 0xe0 || u16(b, 2) > b.size() || u16(b, 2) < least) return false;
  for (const std::size_t behind : {negotiation, negotiation + correlation}) {
    if (u16(b, 2) < 11 + behind) continue;
    const base::ByteView asked = b.subspan(u16(b, 2) - behind, negotiation);
    if (asked[0] == 1 && asked[2] == negotiation && asked[3] == 0 && asked[4] != 0) return true;
  }
  return false;
}

/// An SSLRequest: a login packet that ends before the user's name, with the flag SSL ("Connection Phase" in MySQL's internals).
bool mysql_request(base::ByteView b) {
  constexpr std::uint8_t client_ssl_high = 0x08;
  return b.size() == 36 && b[0] == 32 && b[1] == 0 && b[2] == 0 && b[3] == 1 && (b[5] & client_ssl_high) != 0;
}

/// Ports of what never is TLS: who is not let through to them misses something else.
bool plain_port(std::size_t port) { return port == 22 || port == 23 || port == 53 || port == 80; }

bool socks5_request(base::ByteView b) { return b.size() >= 3 && b[0] == 5 && b[1] > 0 && b[1] < 32 && b.size() >= std::size_t{2} + b[1]; }

/// The protocol document of SOCKS 4: version, CONNECT, port, address, user and a zero.
bool socks4_request(base::ByteView b) {
  return b.size() >= 9 && b[0] == 4 && b[1] == 1 && u16(b, 2) != 0 && !plain_port(u16(b, 2)) && b.back() == 0;
}

/// "CONNECT host:port HTTP/1.1" (RFC 9110 9.3.6).
bool connect_request(base::ByteView bytes) {
  constexpr std::string_view method = "CONNECT ";
  std::string_view line = base::text(bytes);
  if (!line.starts_with(method)) return false;
  line = line.substr(method.size(), line.find_first_of("\r\n") - method.size());
  const std::size_t blank = line.find(' ');
  if (blank == std::string_view::npos || !line.substr(blank + 1).starts_with("HTTP/")) return false;
  const std::string_view target = line.substr(0, blank);
  const auto port = base::number(target.substr(target.rfind(':') + 1), 65535);
  return port && !plain_port(*port);
}

/// What a dialogue has to hear before it asks for TLS; then comes the answer.
struct Primer {
  std::string_view protocol, words;
};
constexpr std::array primers{
    Primer{"smtp", "220 x\r\n250-x\r\n250 STARTTLS\r\n"},
    Primer{"lmtp", "220 x\r\n250-x\r\n250 STARTTLS\r\n"},
    Primer{"imap", "* OK x\r\n* CAPABILITY IMAP4rev1 STARTTLS\r\na1 OK x\r\n"},
    Primer{"pop3", "+OK x\r\n+OK x\r\nSTLS\r\n.\r\n"},
    Primer{"ftp", "220 x\r\n"},
    Primer{"nntp", "200 x\r\n101 x\r\nSTARTTLS\r\n.\r\n"},
    Primer{"sieve", "\"STARTTLS\"\r\nOK\r\n"},
    Primer{"xmpp", "<stream:stream><stream:features><starttls/></stream:features>"},
    Primer{"xmpp-server", "<stream:stream><stream:features><starttls/></stream:features>"},
};

/// Lines of an answer as the dialogue has to see them: the tag is its own, and what answers something else is left out.
std::string fitted(std::string_view protocol, std::string_view tag, std::string_view reply) {
  std::string out;
  while (!reply.empty()) {
    const std::size_t end = reply.find('\n');
    const std::string_view line = reply.substr(0, end == std::string_view::npos ? end : end + 1);
    reply.remove_prefix(line.size());
    const bool tagged = protocol == "imap" && line.starts_with(tag) && line.substr(tag.size()).starts_with(' ');
    // 670 and 691 answer STARTTLS, others only where they name it; 451 comes before a client is known.
    const auto has = [&](std::string_view word) { return line.find(word) != std::string_view::npos; };
    if (protocol == "irc" && !has(" 670 ") && !has(" 691 ") && !has("STARTTLS") && !has(" 451 ")) continue;
    out += tagged ? "a2" + std::string(line.substr(tag.size())) : std::string(line);
  }
  return out;
}

/// SOCKS 4: eight bytes, a zero and a code; 90 lets through.
std::optional<UpgradeStep> socks4_answer(base::ByteView reply) {
  if (reply.size() < 8 || reply[0] != 0 || reply[1] < 91 || reply[1] > 93) return std::nullopt;
  UpgradeStep out{.state = UpgradeState::refused};
  out.status = reply[1];
  out.detail = fmt::format("the proxy answers: {} ({})",
                           out.status == 91   ? "request rejected or failed"
                           : out.status == 92 ? "it cannot reach the client's identd"
                                              : "the client's identd names another user",
                           out.status);
  return out;
}

/// Three-digit replies: 250 to something else is no answer to this.
bool has_reply_codes(std::string_view protocol) {
  return protocol == "smtp" || protocol == "lmtp" || protocol == "ftp" || protocol == "nntp";
}

}  // namespace

RequestLine request_line(std::string_view line, std::string_view client, std::string_view server) {
  constexpr std::size_t longest = 80;
  if (line.size() < 4 || line.size() > longest) return {};
  if (base::equals_nocase(line, "STARTTLS")) return {by_greeting(client, server), {}};
  if (base::equals_nocase(line, "STLS")) return {"pop3", {}};
  for (const std::string_view word : {"AUTH TLS", "AUTH SSL", "AUTH TLS-C", "AUTH TLS-P"})  // RFC 4217 4, and what came before it
    if (base::equals_nocase(line, word)) return {"ftp", {}};
  const std::size_t blank = line.find(' ');
  if (blank != std::string_view::npos && blank > 0 && base::equals_nocase(base::trim(line.substr(blank)), "STARTTLS"))
    return {"imap", line.substr(0, blank)};
  return {};
}

std::string_view request_within(base::ByteView bytes, base::ByteView front) {
  if (front.empty()) return {};
  const std::string_view text = base::text(bytes);
  const auto has = [](std::string_view where, std::string_view word) { return where.find(word) != std::string_view::npos; };
  if (front[0] == '<' && has(text, "<starttls")) return has(base::text(front), "jabber:server") ? "xmpp-server" : "xmpp";  // RFC 6120 5.4.2
  if (front[0] == 0x30 && has(text, "1.3.6.1.4.1.1466.20037")) return "ldap";  // RFC 4511 4.14.1
  return connect_request(bytes) ? "http-connect" : std::string_view{};
}

std::string_view request_at_front(base::ByteView front) {
  // PostgreSQL's SSLRequest, which its GSSENCRequest may precede.
  static constexpr std::array<std::uint8_t, 8> ssl_request{0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f},
      gss_request{0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x30};
  if (begins(front, ssl_request) || (begins(front, gss_request) && begins(front.subspan(gss_request.size()), ssl_request)))
    return "postgres";
  if (rdp_request(front)) return "rdp";
  if (mysql_request(front)) return "mysql";
  if (socks5_request(front)) return "socks5";
  if (socks4_request(front)) return "socks4";
  return connect_request(front) ? "http-connect" : std::string_view{};
}

std::optional<UpgradeStep> answer_to(std::string_view protocol, std::string_view tag, base::ByteView reply) {
  if (protocol == "socks4") return socks4_answer(reply);
  const wire::UpgradeProtocol* known = wire::upgrade_protocol(protocol);
  if (!known || reply.empty()) return std::nullopt;
  const auto dialogue = known->begin({.host = "x", .port = 1, .user = "x", .password = "x"});
  dialogue->start();
  for (const Primer& primer : primers)
    if (primer.protocol == protocol) dialogue->feed(base::view(primer.words));
  UpgradeStep step;
  if (protocol == "mysql") {
    // The dialogue ends with its request. A server that refuses it then says so as it would have instead of greeting.
    base::Bytes error(reply.begin(), reply.end());
    if (error.size() > 3) error[3] = 0;
    step = dialogue->feed(error);
  } else {
    const bool lines = protocol == "imap" || protocol == "irc";
    step = dialogue->feed(lines ? base::view(fitted(protocol, tag, base::text(reply))) : reply);
  }
  const bool no = step.state == UpgradeState::refused || step.state == UpgradeState::not_offered;
  if (!no || (has_reply_codes(protocol) && step.status < 400)) return std::nullopt;
  return step;
}

}  // namespace whytls::sources::capture
