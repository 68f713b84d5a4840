// SPDX-License-Identifier: Apache-2.0
// How a client went that had completed a handshake: whether it may have looked at the certificate only then, and not liked it.
#pragma once

#include "sources/capture/handshake.h"

namespace whytls::sources::capture {

/// Of a client that sent no data. Firefox, Node, wget, git and curl (of names) judge after a handshake of TLS 1.2: they asked for a name,
/// go at once, and send an alert, which is hidden and waits for no answer, at most where they had come to speak a protocol. A monitor that
/// only looks says goodbye and offers none; a load balancer's check asks for no name; a spare connection waits for work before it goes.
bool may_have_refused(const Handshake& handshake);

/// An alert of the client comes before any of the server's and before its end: whoever closes then, the client went.
bool client_takes_leave(const Handshake& handshake);

}  // namespace whytls::sources::capture
