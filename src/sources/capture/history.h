// SPDX-License-Identifier: Apache-2.0
// A handshake at one glance: one letter for each message, as Zeek's ssl_history has them, so that both can be compared.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "observe/conversation.h"

namespace whytls::sources::capture {

/// Zeek's letter: upper case for the client, lower case for the server. HelloRetryRequest is told from ServerHello by its random; what is
/// opaque has no message type: its letter is that of the record that carries it ('d', 'l', 'i'; 'q' for a handshake record).
char letter_of(const observe::Event& event);

/// The letters of all events in order, at most `limit`. Protected data count once in a run of the same side.
std::string history_of(const std::vector<observe::Event>& events, std::size_t limit = 100);

}  // namespace whytls::sources::capture
