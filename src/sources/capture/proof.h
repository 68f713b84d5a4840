// SPDX-License-Identifier: Apache-2.0
// What can be proved of a watched handshake without asking anybody: whether the server's signature holds, and what is wrong with a client's
// certificate that went over the wire in the clear (up to TLS 1.2, or with the keys).
#pragma once

#include "evidence/evidence.h"
#include "sources/capture/handshake.h"

namespace whytls::sources::capture {

/// signature_verifies, of a ServerKeyExchange (RFC 5246 7.4.3) or, with the keys, a CertificateVerify (RFC 8446 4.4.3); nothing where it,
/// the certificate or a hello is not visible.
evidence::Evidence server_signature_facts(const Handshake& handshake);

/// What the client's certificate says of itself, by the time of the capture, and whether it is what the server asked for (RFC 5246 7.4.4).
evidence::Evidence client_certificate_facts(const Handshake& handshake);

}  // namespace whytls::sources::capture
