// SPDX-License-Identifier: Apache-2.0
#include "observe/machine.h"

#include <array>
#include <vector>

#include "base/text.h"

namespace whytls::observe {
namespace {

using enum wire::HandshakeType;

struct Row {
  State from;
  wire::HandshakeType message;
  State to;
};

// RFC 5246 7.3 (with RFC 6066 8 and RFC 5077 3.3), server to client. Resumption goes from ServerHello to Finished.
constexpr std::array table12{
    Row{State::server_hello_12, certificate, State::certificate_12},
    Row{State::server_hello_12, server_key_exchange, State::key_exchange_12},
    Row{State::server_hello_12, new_session_ticket, State::ticket_12},
    Row{State::server_hello_12, finished, State::finished_12},
    Row{State::server_hello_12, server_hello_done, State::done_12},
    Row{State::certificate_12, certificate_status, State::status_12},
    Row{State::certificate_12, server_key_exchange, State::key_exchange_12},
    Row{State::certificate_12, certificate_request, State::request_12},
    Row{State::certificate_12, server_hello_done, State::done_12},
    Row{State::status_12, server_key_exchange, State::key_exchange_12},
    Row{State::status_12, certificate_request, State::request_12},
    Row{State::status_12, server_hello_done, State::done_12},
    Row{State::key_exchange_12, certificate_request, State::request_12},
    Row{State::key_exchange_12, server_hello_done, State::done_12},
    Row{State::request_12, server_hello_done, State::done_12},
    Row{State::done_12, new_session_ticket, State::ticket_12},
    Row{State::done_12, finished, State::finished_12},
    Row{State::ticket_12, finished, State::finished_12},
};

// RFC 8446 A.1, server to client. After its Finished a server may send tickets, key updates and late requests.
constexpr std::array table13{
    Row{State::server_hello_13, encrypted_extensions, State::extensions_13},
    Row{State::extensions_13, certificate_request, State::request_13},
    Row{State::extensions_13, certificate, State::certificate_13},
    Row{State::extensions_13, compressed_certificate, State::certificate_13},
    Row{State::extensions_13, finished, State::finished_13},
    Row{State::request_13, certificate, State::certificate_13},
    Row{State::request_13, compressed_certificate, State::certificate_13},
    Row{State::certificate_13, certificate_verify, State::verify_13},
    Row{State::verify_13, finished, State::finished_13},
    Row{State::finished_13, new_session_ticket, State::finished_13},
    Row{State::finished_13, key_update, State::finished_13},
    Row{State::finished_13, certificate_request, State::finished_13},
};

template <std::size_t N>
Step look_up(const std::array<Row, N>& table, State state, wire::HandshakeType message) {
  std::vector<std::string> expected;
  for (const Row& row : table) {
    if (row.from != state) continue;
    if (row.message == message) return {row.to, std::nullopt};
    expected.push_back(wire::handshake_type_name(row.message));
  }
  if (expected.empty()) expected.emplace_back("no handshake message");
  return {state, "expected " + base::join(expected, " or ") + ", got " + wire::handshake_type_name(message)};
}

}  // namespace

Step step(State state, wire::HandshakeType message, bool tls13, bool hello_retry_request) {
  if (message == hello_request && !tls13) return {state, std::nullopt};  // RFC 5246 7.4.1.1: at any time, ignored in a handshake
  if (state == State::start && message == hello_verify_request) return {state, std::nullopt};  // RFC 6347 4.2.1: any number of times
  if (state == State::start || state == State::retried) {
    if (message != server_hello) return {state, "expected server_hello, got " + wire::handshake_type_name(message)};
    if (!hello_retry_request) return {tls13 ? State::server_hello_13 : State::server_hello_12, std::nullopt};
    if (state == State::retried) return {state, "a second HelloRetryRequest"};  // RFC 8446 4.1.4
    return {State::retried, std::nullopt};
  }
  return tls13 ? look_up(table13, state, message) : look_up(table12, state, message);
}

}  // namespace whytls::observe
