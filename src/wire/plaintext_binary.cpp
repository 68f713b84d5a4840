// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "base/text.h"
#include "wire/plaintext_answer.h"

namespace whytls::wire {
namespace {

constexpr std::uint8_t mysql_protocol = 10;
constexpr std::uint8_t mysql_error = 0xff;
constexpr unsigned mysql_client_ssl = 0x0800;

std::size_t mysql_length(const Answer& answer) {
  return answer.at(0) | static_cast<std::size_t>(answer.at(1)) << 8U | static_cast<std::size_t>(answer.at(2)) << 16U;
}

/// MySQL's initial handshake packet, HandshakeV10: the version up to a zero byte, then 4 + 8 + 1 bytes, then capabilities.
bool mysql_greeting(const Answer& answer, Plaintext& found) {
  if (answer.at(3) != 0 || answer.at(4) != mysql_protocol || mysql_length(answer) < 20 || mysql_length(answer) > 1024) return false;
  const std::size_t end = answer.text.find('\0', 5);
  if (end == std::string_view::npos || end == 5 || answer.at(5) < '0' || answer.at(5) > '9') return false;
  found.excerpt = answer.text.substr(5, end - 5);
  const unsigned capabilities = answer.at(end + 14) | static_cast<unsigned>(answer.at(end + 15)) << 8U;
  return is(found, "mysql", (capabilities & mysql_client_ssl) != 0 ? "mysql" : "");
}

/// An error packet before or after the greeting: error codes of the server are 1000 … 4999.
bool mysql_refusal(const Answer& answer, Plaintext& found) {
  const std::size_t length = mysql_length(answer);
  const unsigned code = answer.at(5) | static_cast<unsigned>(answer.at(6)) << 8U;
  if (answer.at(3) > 1 || answer.at(4) != mysql_error || length < 8 || length > 1024 || code < 1000 || code > 4999) return false;
  std::string_view words = answer.text.substr(7, length - 3);
  if (words.starts_with('#')) words.remove_prefix(std::min<std::size_t>(6, words.size()));  // the SQL state
  found.excerpt = words;
  return is(found, "mysql");
}

/// The X protocol's notice, which a server sends first on port 33060.
bool mysql_x(const Answer& answer, Plaintext& found) {
  static constexpr std::string_view hello("\x05\0\0\0\x0b\x08\x05\x1a\0", 9);
  return answer.text.starts_with(hello) && is(found, "mysql");
}

bool mysql(const Answer& answer, Plaintext& found) {
  if (answer.bytes.size() < 9) return false;
  return mysql_greeting(answer, found) || mysql_refusal(answer, found) || mysql_x(answer, found);
}

/// PostgreSQL 55.7: ErrorResponse ('E', length, 'S' and the severity), protocol 2's 'E' and text, an authentication request ('R'),
/// and the one byte that answers an SSLRequest.
bool postgres(const Answer& answer, Plaintext& found) {
  if (answer.text == "N" || answer.text == "S") return answer.on({5432, 5433, 6432}) && is(found, "postgres", "postgres");
  if (answer.text.starts_with("EFATAL:") || answer.text.starts_with("EERROR:")) return is(found, "postgres", "postgres");
  if (answer.bytes.size() < 9 || answer.at(1) != 0 || answer.at(2) != 0) return false;
  if (answer.at(0) == 'R')
    return answer.at(3) == 0 && answer.at(4) >= 8 && answer.at(5) == 0 && answer.at(6) == 0 && is(found, "postgres", "postgres");
  if (answer.at(0) != 'E' || (answer.at(5) != 'S' && answer.at(5) != 'V')) return false;
  const std::string_view severity = answer.text.substr(6, 5);
  if (severity != "FATAL" && severity != "ERROR" && severity != "PANIC") return false;
  const std::size_t message = answer.text.find(std::string_view("\0M", 2));
  if (message != std::string_view::npos) found.excerpt = answer.text.substr(message + 2, answer.text.find('\0', message + 2) - message - 2);
  return is(found, "postgres", "postgres");
}

/// [MS-RDPBCGR] 2.2.1.2: a TPKT header and an X.224 connection confirm.
bool rdp(const Answer& answer, Plaintext& found) {
  const std::size_t length = static_cast<std::size_t>(answer.at(2)) << 8U | answer.at(3);
  const bool confirm = answer.bytes.size() >= 11 && answer.at(0) == 3 && answer.at(1) == 0 && length >= 11 && length <= 64 &&
                       answer.at(4) + std::size_t{5} == length && (answer.at(5) & 0xf0U) == 0xd0U;
  return confirm && is(found, "rdp", "rdp");
}

/// RFC 4511 4.1.1: SEQUENCE, INTEGER messageID, then a response. An unsolicited one is the notice of disconnection (4.4.1).
bool ldap(const Answer& answer, Plaintext& found) {
  if (answer.at(0) != 0x30) return false;
  const std::size_t id = answer.at(1) < 0x80 ? 2 : 2 + (answer.at(1) & 0x7fU);
  if (id > 6 || answer.at(id) != 0x02 || answer.at(id + 1) != 1) return false;
  const std::uint8_t operation = answer.at(id + 3);
  const bool notice = operation == 0x78 && answer.has("1.3.6.1.4.1.1466.20036");
  const bool bind_response = operation == 0x61 && answer.bytes.size() >= id + 8;
  if (!notice && !bind_response) return false;
  found.excerpt = notice ? "notice of disconnection" : "bind response";
  return is(found, "ldap", "ldap");
}

/// AMQP 0-9-1 4.2.2, AMQP 1.0 2.2: the answer to an unknown header is the header that is wanted.
bool amqp(const Answer& answer, Plaintext& found) {
  if (!answer.text.starts_with("AMQP") || answer.bytes.size() < 8 || answer.at(4) > 3) return false;
  found.excerpt = "AMQP protocol header";
  return is(found, "amqp");
}

/// MQTT 3.1.1 3.2: CONNACK is four bytes with a return code of 0 … 5.
bool mqtt(const Answer& answer, Plaintext& found) {
  const bool connack = answer.bytes.size() == 4 && answer.at(0) == 0x20 && answer.at(1) == 2 && answer.at(2) <= 1 && answer.at(3) <= 5;
  return connack && is(found, "mqtt");
}

/// RFC 1928 3: a method (or none); SOCKS 4: a reply of eight bytes.
bool socks(const Answer& answer, Plaintext& found) {
  const bool fifth = answer.bytes.size() == 2 && answer.at(0) == 5 && (answer.at(1) <= 2 || answer.at(1) == 0xff);
  const bool fourth = answer.bytes.size() == 8 && answer.at(0) == 0 && answer.at(1) >= 0x5a && answer.at(1) <= 0x5d;
  return (fifth || fourth) && is(found, "socks");
}

/// RFC 854: IAC, then WILL, WON'T, DO or DON'T and an option; option numbers in use are small.
bool telnet(const Answer& answer, Plaintext& found) {
  const bool command =
      answer.bytes.size() >= 3 && answer.at(0) == 0xff && answer.at(1) >= 0xfb && answer.at(1) <= 0xfe && answer.at(2) <= 60;
  return command && is(found, "telnet");
}

constexpr Recogniser binaries[]{mysql, postgres, rdp, ldap, amqp, mqtt, socks, telnet};

}  // namespace

bool recognise_binary(const Answer& answer, Plaintext& found) {
  return std::any_of(std::begin(binaries), std::end(binaries), [&](Recogniser each) { return each(answer, found); });
}

}  // namespace whytls::wire
