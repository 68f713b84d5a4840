// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/tls/finder.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "base/text.h"
#include "sources/capture/tls/record_stream.h"
#include "wire/plaintext.h"
#include "wire/record.h"

namespace whytls::sources::capture {
namespace {

using wire::ContentType;

constexpr std::uint8_t client_hello_type = 1, server_hello_type = 2;
constexpr std::size_t handshake_header = 4;

std::size_t u16(base::ByteView bytes, std::size_t at) { return static_cast<std::size_t>(bytes[at]) << 8U | bytes[at + 1]; }

bool is(base::ByteView bytes, ContentType type) { return bytes[0] == static_cast<std::uint8_t>(type); }

/// A handshake record whose first message is a hello. `strict`: the message's length and version fit as well.
Opening hello_at(base::ByteView bytes, bool strict) {
  constexpr std::size_t needed = wire::record_header_size + handshake_header + 2;
  constexpr std::size_t least_hello = 34 + 1;  // version, random, and at least the length of something
  if (bytes.size() <= wire::record_header_size || !plausible_header(bytes) || !is(bytes, ContentType::handshake)) return Opening::none;
  const std::uint8_t type = bytes[wire::record_header_size];
  if (u16(bytes, 3) == 0 || (type != client_hello_type && type != server_hello_type)) return Opening::none;
  const Opening found = type == client_hello_type ? Opening::client_hello : Opening::server_hello;
  if (!strict) return found;
  if (bytes.size() < needed) return Opening::none;
  const std::size_t length = static_cast<std::size_t>(bytes[6]) << 16U | u16(bytes, 7);
  // A ServerHello may share its record with what follows; a ClientHello fills its own, or goes on in the next.
  const bool fits = length >= least_hello && length < RecordStream::largest_message &&
                    (type == server_hello_type || length + handshake_header >= u16(bytes, 3));
  const bool tlcp = bytes[1] == 1 && bytes[9] == 1 && bytes[10] == 1;
  const bool version = bytes[9] == 3 || bytes[9] == 0x7f || tlcp;  // drafts of TLS 1.3 answered with 0x7fNN
  return fits && version ? found : Opening::none;
}

/// RFC 5246 E.2; draft-hickman-netscape-ssl. The lengths have to add up.
bool ssl2_client_hello(base::ByteView b) {
  constexpr std::size_t fixed = 11;
  if (b.size() < fixed || (b[0] & 0x80U) == 0 || b[2] != client_hello_type) return false;
  const std::size_t record = (u16(b, 0) & 0x7fffU);
  const bool version = (b[3] == 3 && b[4] <= 4) || (b[3] == 0 && b[4] == 2);
  const std::size_t specs = u16(b, 5), session = u16(b, 7), challenge = u16(b, 9);
  return version && specs > 0 && specs % 3 == 0 && session <= 32 && challenge >= 16 && challenge <= 32 &&
         9 + specs + session + challenge == record;
}

bool clear_alert(base::ByteView bytes) {
  return bytes.size() >= wire::record_header_size + 2 && plausible_header(bytes) && is(bytes, ContentType::alert) && u16(bytes, 3) == 2 &&
         (bytes[5] == 1 || bytes[5] == 2);
}

}  // namespace

Opening opening_at(base::ByteView bytes, bool at_start, bool midway) {
  if (bytes.empty()) return Opening::none;
  if (const Opening hello = hello_at(bytes, !at_start); hello != Opening::none) return hello;
  if (at_start && ssl2_client_hello(bytes)) return Opening::ssl2_client_hello;
  if (clear_alert(bytes)) return Opening::alert;
  // A record's header alone is five bytes: in the middle of anything they are an accident. More than one must fit, or one exactly.
  if (!midway || !plausible_header(bytes) || bytes[2] == 0 || u16(bytes, 3) == 0) return Opening::none;
  const std::size_t size = wire::record_header_size + u16(bytes, 3);
  const bool data =
      is(bytes, ContentType::application_data) || is(bytes, ContentType::handshake) || is(bytes, ContentType::change_cipher_spec);
  return data && plausible_chain(bytes) && (size <= bytes.size() || at_start) ? Opening::records : Opening::none;
}

std::optional<std::size_t> find_hello(base::ByteView bytes) {
  for (std::size_t at = 1; at < bytes.size(); ++at) {
    const void* found = std::memchr(bytes.data() + at, static_cast<int>(ContentType::handshake), bytes.size() - at);
    if (!found) return std::nullopt;
    at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - bytes.data());
    if (hello_at(bytes.subspan(at), true) != Opening::none) return at;
  }
  return std::nullopt;
}

namespace {

bool contains(std::string_view text, std::string_view word) { return text.find(word) != std::string_view::npos; }

bool begins(base::ByteView bytes, std::initializer_list<std::uint8_t> with) {
  return bytes.size() >= with.size() && std::equal(with.begin(), with.end(), bytes.begin());
}

/// What the client said in binary.
std::string_view binary_request(base::ByteView client, base::ByteView server) {
  static constexpr std::string_view ldap_start_tls = "1.3.6.1.4.1.1466.20037";                   // RFC 4511 4.14.1
  static constexpr std::array<std::uint8_t, 8> ssl_request{0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f};  // PostgreSQL's SSLRequest
  if (client.size() >= ssl_request.size() && std::equal(ssl_request.begin(), ssl_request.end(), client.begin())) return "postgres";
  if (begins(client, {5}) && (server.empty() || begins(server, {5}))) return "socks5";
  if (begins(client, {4, 1}) && (server.empty() || begins(server, {0}))) return "socks4";
  if (begins(client, {3, 0}) && client.size() >= 7 && (client[5] & 0xf0U) == 0xe0) return "rdp";  // TPKT, X.224 connection request
  if (contains(base::text(client), ldap_start_tls)) return "ldap";
  if (begins(client, {0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a}) || base::text(client).starts_with("PROXY "))
    return "proxy-protocol";
  const bool handshake_v10 = server.size() > 5 && server[3] == 0 && server[4] == 10;  // MySQL's initial handshake packet
  return handshake_v10 ? "mysql" : std::string_view{};
}

struct Dialogue {
  std::string_view name, asks, greets;  ///< lower case; what the client says, and what the server's first words hold
};
constexpr std::array dialogues{
    Dialogue{"http-connect", "connect ", ""}, Dialogue{"xmpp-server", "starttls", "jabber:server"},
    Dialogue{"xmpp", "<starttls", ""},        Dialogue{"ftp", "auth tls", ""},
    Dialogue{"ftp", "auth ssl", ""},          Dialogue{"pop3", "stls", ""},
    Dialogue{"imap", "starttls", "* "},       Dialogue{"lmtp", "lhlo", ""},
    Dialogue{"smtp", "starttls", "220"},      Dialogue{"sieve", "starttls", "\"implementation\""},
    Dialogue{"nntp", "starttls", "20"},       Dialogue{"irc", "starttls", "cap "},
    Dialogue{"irc", "starttls", ":"},         Dialogue{"smtp", "starttls", "250"},
    Dialogue{"irc", "starttls", ""},
};

}  // namespace

std::string upgrade_of(base::ByteView client, base::ByteView server, std::uint16_t port) {
  if (const std::string_view binary = binary_request(client, server); !binary.empty()) return std::string(binary);
  const std::string asked = base::lower(base::text(client)), greeted = base::lower(base::text(server));
  for (const Dialogue& d : dialogues)
    if (contains(asked, d.asks) && (d.greets.empty() || contains(greeted.substr(0, 256), d.greets))) return std::string(d.name);
  if (!server.empty()) return wire::recognise_plaintext(server, port).protocol;
  return client.empty() ? std::string() : wire::recognise_plaintext(client, port).protocol;
}

}  // namespace whytls::sources::capture
