// SPDX-License-Identifier: Apache-2.0
// The record layer as bytes: RFC 8446 5.1, RFC 5246 6.2, and the two-byte header of SSL 2 (draft-hickman-netscape-ssl).
// Knows nothing of keys: a protected record is opaque here.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace whytls::wire {

enum class ContentType : std::uint8_t {
  change_cipher_spec = 20,
  alert = 21,
  handshake = 22,
  application_data = 23,
  heartbeat = 24,
  tls12_cid = 25,
  ack = 26
};

/// One record. `fragment` points into the input of the parser or into whatever the caller built it from.
struct Record {
  ContentType type = ContentType::handshake;
  std::uint16_t version = 0;
  base::ByteView fragment;
};

inline constexpr std::size_t record_header_size = 5;
/// 2^14 + 2048: what RFC 5246 6.2.3 lets a protected record be; longer ones are malformed.
inline constexpr std::size_t max_fragment = 16384 + 2048;

enum class Framing : std::uint8_t {
  record,      ///< `record` is set and `size` bytes were used
  incomplete,  ///< a plausible start; more bytes are needed (`size` says how many in all, if known)
  ssl2,        ///< a two-byte SSL 2 header: `fragment` is the SSL 2 message
  not_tls,     ///< the first bytes are no TLS record header
  oversized,   ///< a TLS header whose length is over max_fragment
};

struct Framed {
  Framing framing = Framing::incomplete;
  Record record;
  std::size_t size = 0;
};

/// Looks at the front of `input`. `first` is true at the start of a stream, where an SSL 2 header may stand. Allocates nothing.
Framed next_record(base::ByteView input, bool first);

/// Appends one record; splits `fragment` into records of at most `split` bytes (1 … 16384).
void write_records(base::Writer& out, ContentType type, std::uint16_t version, base::ByteView fragment, std::size_t split = 16384);

struct Alert {
  std::uint8_t level = 0;  ///< 1 warning, 2 fatal; anything else is kept
  std::uint8_t description = 0;
};
/// A clear alert is two bytes (RFC 8446 6); anything else is protected or malformed.
std::optional<Alert> parse_alert(base::ByteView fragment);
/// Seven bytes that are no TLS and yet have the shape of a record with an alert: its two bytes announced, a known description at the end.
/// That is what is left of one whose header was damaged on the way or never filled in.
std::optional<Alert> damaged_alert(base::ByteView bytes);
base::Bytes build_alert(Alert alert);

}  // namespace whytls::wire
