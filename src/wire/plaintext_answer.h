// SPDX-License-Identifier: Apache-2.0
// An answer under examination, and the groups of recognisers that look at it. Private to wire.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "base/bytes.h"
#include "wire/plaintext.h"

namespace whytls::wire {

/// Borrows the caller's bytes. At most the first 4096 are looked at.
struct Answer {
  base::ByteView bytes;
  std::string_view text;  ///< the same bytes
  std::string_view line;  ///< up to the first line end, without it
  std::uint16_t port = 0;

  bool starts(std::string_view prefix) const;  ///< in any case
  bool has(std::string_view word) const;       ///< anywhere, in any case
  bool on(std::initializer_list<std::uint16_t> ports) const;
  std::uint8_t at(std::size_t index) const { return index < bytes.size() ? bytes[index] : std::uint8_t{0}; }
};

/// A recogniser fills `found` and returns true when it is sure.
using Recogniser = bool (*)(const Answer& answer, Plaintext& found);

bool recognise_web(const Answer& answer, Plaintext& found);       ///< HTTP and its relatives RTSP and SIP, XMPP
bool recognise_reply(const Answer& answer, Plaintext& found);     ///< three-digit replies: SMTP, LMTP, FTP, NNTP
bool recognise_greeting(const Answer& answer, Plaintext& found);  ///< other greetings and replies in text
bool recognise_binary(const Answer& answer, Plaintext& found);    ///< databases, directories, message brokers, proxies

/// Sets the protocol, and the upgrade that it implies; always true.
bool is(Plaintext& found, std::string_view protocol, std::string_view starttls = {});

}  // namespace whytls::wire
