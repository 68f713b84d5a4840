// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/history.h"

#include <algorithm>
#include <array>

namespace whytls::sources::capture {
namespace {

using enum wire::HandshakeType;
using observe::Event;

struct Row {
  wire::HandshakeType type;
  char letter;
};

// Zeek, base/protocols/ssl/main.zeek: the field ssl_history of SSL::Info.
constexpr std::array letters{
    Row{hello_request, 'h'},      Row{client_hello, 'c'},           Row{server_hello, 's'},        Row{hello_verify_request, 'v'},
    Row{new_session_ticket, 't'}, Row{end_of_early_data, 'e'},      Row{hello_retry_request, 'j'}, Row{encrypted_extensions, 'o'},
    Row{certificate, 'x'},        Row{compressed_certificate, 'x'}, Row{server_key_exchange, 'k'}, Row{certificate_request, 'r'},
    Row{server_hello_done, 'n'},  Row{certificate_verify, 'y'},     Row{client_key_exchange, 'g'}, Row{finished, 'f'},
    Row{certificate_url, 'w'},    Row{certificate_status, 'u'},     Row{supplemental_data, 'a'},   Row{key_update, 'p'},
    Row{message_hash, 'm'},
};

char letter_of(wire::HandshakeType type) {
  const auto* const row = std::find_if(letters.begin(), letters.end(), [&](const Row& each) { return each.type == type; });
  return row == letters.end() ? 'z' : row->letter;
}

/// SHA-256 of "HelloRetryRequest": RFC 8446 4.1.3. It stands behind the message's header and the version.
bool is_retry(const Event& event) {
  constexpr std::array<std::uint8_t, 4> front{0xcf, 0x21, 0xad, 0x74};
  constexpr std::size_t at = 6;
  if (event.type != server_hello || event.raw.size() < at + 32) return false;
  return std::equal(front.begin(), front.end(), event.raw.begin() + at) &&
         wire::parse_server_hello(base::ByteView(event.raw).subspan(4)).hello_retry_request();
}

char lower_letter_of(const Event& event) {
  switch (event.kind) {
    case Event::Kind::change_cipher_spec:
      return 'i';
    case Event::Kind::alert:
      return 'l';
    case Event::Kind::application_data:
      return 'd';
    case Event::Kind::handshake:
      break;
  }
  if (event.opaque) return 'q';
  return is_retry(event) ? 'j' : letter_of(event.type);
}

}  // namespace

char letter_of(const Event& event) {
  const char lower = lower_letter_of(event);
  return event.from == observe::From::client ? static_cast<char>(lower - 'a' + 'A') : lower;
}

std::string history_of(const std::vector<Event>& events, std::size_t limit) {
  std::string out;
  for (const Event& event : events) {
    const char letter = letter_of(event);
    const bool again = event.kind == Event::Kind::application_data && !out.empty() && out.back() == letter;
    if (!again && out.size() < limit) out.push_back(letter);
  }
  return out;
}

}  // namespace whytls::sources::capture
