// SPDX-License-Identifier: Apache-2.0
// How a watched conversation ended: what record sizes, TCP and the capture's own end say of it. RFC 8446 5.2, RFC 5246 6.2.3.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "observe/conversation.h"
#include "sources/capture/handshake.h"

namespace whytls::sources::capture {

/// Bytes that protection adds to a plaintext of that suite in TLS 1.3 (the inner content type included), and so the size of an alert
/// (two bytes more), of EndOfEarlyData (four more) and of a Finished (four and the hash's length more).
struct Sizes {
  std::size_t alert = 19, end_of_early_data = 21, finished = 53, empty_certificate = 25;
};
Sizes sizes_of(std::uint16_t suite);
/// JSSE fills each record of the handshake, alerts too, with 16 zeros (RFC 8446 5.4).
bool has_size(std::size_t record, std::size_t wanted);

/// What the protected records of TLS 1.3 after the ServerHello must be, by their sizes.
struct Flight {
  bool client_finished = false;     ///< a record of the client's that can hold its Finished
  bool client_alert = false;        ///< its first one is an alert: it refuses what the server sent
  bool client_certificate = false;  ///< it sends more than its Finished: a certificate, as it was asked
  bool client_certificate_empty = false;
  bool server_alert = false;            ///< after the client's Finished the server's first record is an alert
  bool server_went_on = false;          ///< it is something else: tickets, data
  bool server_alert_in_flight = false;  ///< the server's first protected record is an alert
};
Flight flight_of(const std::vector<observe::Event>& events, std::uint16_t suite);

/// Both sides finished, as far as it can be seen. TLS 1.3: the client's Finished went out. Before: both change_cipher_specs and a
/// protected handshake record behind each.
bool observed_established(const std::vector<observe::Event>& events, bool tls13, std::uint16_t suite);

/// Fills `ending`, `ended_by` and `ended_at`, and `sight.cut_off`.
void end_conversation(Handshake& handshake, StreamReader::Over why);

}  // namespace whytls::sources::capture
