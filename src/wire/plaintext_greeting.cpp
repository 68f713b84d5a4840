// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <span>

#include "base/text.h"
#include "wire/plaintext_answer.h"

namespace whytls::wire {
namespace {

bool begins_with_any(const Answer& answer, std::span<const std::string_view> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(), [&](std::string_view prefix) { return answer.text.starts_with(prefix); });
}

/// RFC 4253 4.2; the sentences are what OpenSSH says instead when it is overrun.
bool ssh(const Answer& answer, Plaintext& found) {
  static constexpr std::array<std::string_view, 6> words{
      "SSH-2.0-", "SSH-1.99-", "SSH-1.5-", "Exceeded MaxStartups", "Not allowed at this time", "Invalid SSH identification string"};
  return begins_with_any(answer, words) && is(found, "ssh");
}

/// RFC 9051 7.1. A list of capabilities without STARTTLS says that there is no upgrade.
bool imap(const Answer& answer, Plaintext& found) {
  if (answer.starts("* BYE") || answer.starts("* BAD")) return is(found, "imap");
  if (!answer.starts("* OK") && !answer.starts("* PREAUTH")) return false;
  const bool upgrades = answer.starts("* OK") && (!answer.has("CAPABILITY ") || answer.has("STARTTLS"));
  return is(found, "imap", upgrades ? "imap" : "");
}

/// Redis answers a ClientHello, which it takes for an inline command, with an error; its words differ from POP3's.
bool redis(const Answer& answer, Plaintext& found) {
  static constexpr std::array<std::string_view, 10> words{
      "-ERR unknown command",   "-ERR wrong number", "-ERR Protocol error", "-ERR max number of clients",
      "-ERR unbalanced quotes", "-NOAUTH ",          "-DENIED Redis",       "-LOADING Redis",
      "-MISCONF Redis",         "-NOPERM "};
  const bool by_port = answer.on({6379, 6380, 26379}) && (answer.starts("-ERR ") || answer.starts("+OK") || answer.starts("+PONG"));
  return (begins_with_any(answer, words) || by_port) && is(found, "redis");
}

/// RFC 1939 3; response codes in brackets: RFC 2449 8, RFC 3206.
bool pop3(const Answer& answer, Plaintext& found) {
  if (answer.text.starts_with("+OK") && (answer.line.size() > 4 || answer.on({110, 995}))) return is(found, "pop3", "pop3");
  if (!answer.text.starts_with("-ERR")) return false;
  const bool sure = answer.on({110, 995}) || answer.has("POP3") || answer.starts("-ERR [SYS/") || answer.starts("-ERR [AUTH]") ||
                    answer.starts("-ERR [IN-USE]") || answer.starts("-ERR [LOGIN-DELAY]");
  return sure && is(found, "pop3");
}

/// RFC 5804 1.7: capabilities, each a quoted word on a line, closed by OK.
bool sieve(const Answer& answer, Plaintext& found) {
  static constexpr std::array<std::string_view, 4> words{"\"IMPLEMENTATION\"", "\"SIEVE\"", "\"SASL\"", "\"STARTTLS\""};
  if (!begins_with_any(answer, words)) return false;
  const bool whole = answer.has("\nOK");
  return is(found, "sieve", !whole || answer.has("\"STARTTLS\"") ? "sieve" : "");
}

/// RFC 2812 3.7.4 and the notices that servers send before registration.
bool irc(const Answer& answer, Plaintext& found) {
  const bool notice = answer.text.starts_with(":") &&
                      (answer.line.find(" NOTICE ") != std::string_view::npos || answer.line.find(" 451 ") != std::string_view::npos);
  if (notice || answer.text.starts_with("NOTICE AUTH :") || answer.text.starts_with("NOTICE * :")) return is(found, "irc", "irc");
  return answer.text.starts_with("ERROR :") && is(found, "irc");
}

bool memcached(const Answer& answer, Plaintext& found) {
  const bool sure =
      answer.text.starts_with("ERROR\r\n") || answer.text.starts_with("CLIENT_ERROR ") || answer.text.starts_with("SERVER_ERROR ");
  return sure && is(found, "memcached");
}

/// The PROXY protocol (HAProxy's proxy-protocol.txt 2.1), sent by a peer that should only receive it.
bool proxy_protocol(const Answer& answer, Plaintext& found) {
  static constexpr std::array<std::string_view, 3> words{"PROXY TCP4 ", "PROXY TCP6 ", "PROXY UNKNOWN"};
  static constexpr std::string_view version_2("\r\n\r\n\0\r\nQUIT\n", 12);
  if (answer.text.starts_with(version_2)) found.excerpt = "PROXY protocol, version 2";
  return (begins_with_any(answer, words) || answer.text.starts_with(version_2)) && is(found, "proxy-protocol");
}

/// RFC 6143 7.1.1: "RFB 003.008\n".
bool vnc(const Answer& answer, Plaintext& found) {
  return answer.text.starts_with("RFB 00") && answer.line.size() == 11 && answer.line[7] == '.' && is(found, "vnc");
}

constexpr Recogniser greetings[]{ssh, imap, redis, pop3, sieve, irc, memcached, proxy_protocol, vnc};

}  // namespace

bool recognise_greeting(const Answer& answer, Plaintext& found) {
  return std::any_of(std::begin(greetings), std::end(greetings), [&](Recogniser each) { return each(answer, found); });
}

}  // namespace whytls::wire
