// SPDX-License-Identifier: Apache-2.0
// One connection to a fault server, and the ways in which it can be treated.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "net/stream.h"
#include "wire/handshake.h"

namespace whytls::lab {

struct Visit {
  net::Stream& stream;
  const net::CancelFlag& stop;
  net::Deadline deadline;                  ///< of the whole connection
  base::Bytes seen;                        ///< what was read and not yet used
  std::optional<wire::ClientHello> hello;  ///< set by read_hello()

  void write(base::ByteView bytes) const { stream.write(bytes, deadline); }
  void write(std::string_view text) const { write(base::view(text)); }
  /// More bytes to `seen`; false at the end.
  bool read();
  /// Reads a whole ClientHello (at most 64 KiB); false where there is none. `seen` keeps all of its bytes.
  bool read_hello();
  /// A line without its end, at most 4 KiB; nothing at the end or where it is no text.
  std::optional<std::string> read_line();
  /// False when the lab ends.
  bool wait(std::chrono::milliseconds time) const;
};

using Action = std::function<void(Visit&)>;
using Condition = std::function<bool(const Visit&)>;

// What may be done with a connection. All but the last two are told what to do after the ClientHello has been read.
Action reset();
Action close();
Action silence();
Action alert(std::uint8_t description);
/// One treatment where the ClientHello is of that kind, another else.
Action when(Condition condition, Action then, Action otherwise);
/// Says this at once and reads on, whatever comes.
Action say(std::string text);

bool offers_version(const Visit& visit, std::uint16_t version);
bool names(const Visit& visit, std::string_view server_name);
std::size_t size_of_hello(const Visit& visit);

}  // namespace whytls::lab
