// SPDX-License-Identifier: Apache-2.0
// What is said in plaintext on the way to TLS: finds the request for it (STARTTLS and its like, HTTP CONNECT, SOCKS) and reads the answer
// with the same dialogues that the live probe speaks. It matters where TLS never begins: was it asked for, and refused?
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sources/capture/handshake.h"

namespace whytls::sources::capture {

class Prelude {
 public:
  /// The next plaintext of an end, in the order of the capture.
  void take(End from, base::ByteView bytes, const Moment& when);

  /// The protocol of the request that was made; empty: none.
  std::string_view request() const { return ask_ ? ask_->protocol : std::string_view{}; }
  /// Whose request it is; meaningful where there is one.
  End asked_by() const { return ask_ ? ask_->by : End::opener; }
  /// The request that was made and answered with a no. Who never asks is refused nothing.
  std::optional<Refusal> refusal() const;

 private:
  struct Said {
    base::Bytes front;  ///< its first bytes
    std::string line;   ///< the beginning of a line whose end has not come
    std::uint64_t seen = 0;
  };
  struct Ask {
    End by{};
    std::string_view protocol;  ///< as in wire/upgrade.h, or "socks4"
    std::string tag;            ///< of IMAP
    base::Bytes reply;
    Moment at, answered;
    bool went_on = false;  ///< whoever asked goes on without
  };

  std::optional<Ask> request_in(const Said& said, const Said& peer, base::ByteView bytes, std::string_view line) const;
  static std::string_view last_line(Said& said, base::ByteView bytes);
  void begin(Ask&& ask);
  static std::optional<Refusal> refusal_of(const Ask& ask);

  std::array<Said, 2> said_;
  std::optional<Ask> ask_;
  std::optional<Refusal> before_;  ///< an earlier request that was refused
};

}  // namespace whytls::sources::capture
