// SPDX-License-Identifier: Apache-2.0
// What was said only because the connection was over, or is a piece of something else: it explains nothing, and is left out of judgement.
#pragma once

#include "sources/capture/handshake.h"

namespace whytls::sources::capture {

/// A peer may send an alert because the connection was closed on it: OpenSSL decode_error, JSSE handshake_failure. It explains nothing. Of
/// a server only what OpenSSL, GnuTLS and JSSE say is taken for that, behind its ServerHello: with half a connection left it may still
/// refuse.
bool answers_the_end(const Handshake& handshake, const observe::Event& event);
/// The last alert only says that the connection was closed.
bool ends_in_an_answer(const Handshake& handshake);

/// Bytes of the server that look like no TLS because they are a piece of it: some before them are lost, or the first record never came
/// whole.
bool piece_of_tls(const Handshake& handshake);

/// The conversation without all that.
observe::Conversation judged_conversation(const Handshake& handshake);

}  // namespace whytls::sources::capture
