// SPDX-License-Identifier: Apache-2.0
// What an answer that is no TLS is: recognised by its first bytes. Pure; the probe and the capture reader share it.
#pragma once

#include <string>

#include "base/bytes.h"

namespace whytls::wire {

struct Plaintext {
  /// "http", "smtp", "ftp", "imap", "pop3", "ssh", "mysql", "postgres", "rdp", "xmpp", "ldap", "redis", "irc", "nntp", "sieve",
  /// "proxy-protocol", "tls-in-tls" (never from here: the caller decides it), "memcached", "socks", "rtsp", "sip", "amqp", "mqtt", "vnc",
  /// "telnet", "lmtp", "text" (readable, but nothing known), or "" where nothing is recognised.
  std::string protocol;
  /// Names the protocol of `--starttls` where this answer itself shows or implies that an upgrade is possible; else empty.
  std::string starttls;
  std::string excerpt;  ///< printable, at most 120 bytes
  int status = 0;       ///< HTTP status or three-digit reply code, or 0
  /// The server speaks TLS and got plaintext (nginx's "400 The plain HTTP request was sent to HTTPS port" and its like).
  bool says_tls_expected = false;
};

/// `answer` is what a peer sent first (or in answer to a ClientHello); `port` breaks ties between protocols that greet alike (220 …).
Plaintext recognise_plaintext(base::ByteView answer, std::uint16_t port);

}  // namespace whytls::wire
