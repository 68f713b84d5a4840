// SPDX-License-Identifier: Apache-2.0
// QUIC as bytes: versions, headers of packets (RFC 8999, RFC 9000 17, RFC 9369 3.2) and frames (RFC 9000 19). What a packet protects
// is opaque here: crypto/quic_protection.h opens it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace whytls::wire {

/// How packets of a version are numbered and protected.
struct QuicVersion {
  std::uint32_t code = 0;
  std::string_view name;                ///< "QUIC v1", "QUIC draft 29" …
  std::array<std::uint8_t, 20> salt{};  ///< of the initial secrets: RFC 9001 5.2
  bool v2 = false;                      ///< packet types and labels of RFC 9369
  bool google_frames = false;           ///< T050 and T051: TLS in Google's own frames
};
/// Those whose handshake is TLS; nullptr for any other.
const QuicVersion* quic_version(std::uint32_t code);
std::span<const QuicVersion> quic_versions();
/// The name of a version, known or not: "QUIC v2", "Q046", "reserved (0x1a2a3a4a)", "0x12345678".
std::string quic_version_name(std::uint32_t code);
/// RFC 9000 15: a number that stands for no version, to keep others from relying on what they know.
bool is_reserved_quic_version(std::uint32_t code);
/// "Q046", "T051": the four letters of Google's numbers; empty for others.
std::string google_quic_name(std::uint32_t code);
/// Google's own versions, "Q043" to "Q050", whose handshake is no TLS: "Q046". nullopt for any other datagram.
std::optional<std::string> google_quic(base::ByteView datagram);

enum class QuicPacketType : std::uint8_t { initial, zero_rtt, handshake, retry, version_negotiation, one_rtt };

/// One packet. Views point into the datagram.
struct QuicPacket {
  QuicPacketType type = QuicPacketType::one_rtt;
  std::uint32_t version = 0;
  base::ByteView destination, source;  ///< connection ids; unknown in a short header
  base::ByteView token;                ///< of Initial and Retry
  base::ByteView bytes;                ///< the whole packet: header and protected payload
  std::size_t number_at = 0;           ///< where in `bytes` the packet number begins, under its mask
  base::ByteView versions;             ///< of Version Negotiation: four bytes each
};

inline constexpr std::size_t longest_connection_id = 20;

/// The packet with a long header at the front of a datagram, or of what is left of it; `v2` says how its types are numbered where the
/// version is not one of ours. nullopt: no long header, or one that does not fit.
std::optional<QuicPacket> next_quic_packet(base::ByteView datagram, bool v2 = false);

/// Whether a datagram can be the first one of a QUIC connection that a capture shows: an Initial of a known version, or of one that is not
/// known and as large as RFC 9000 14.1 demands. So strict that other protocols seldom pass; opening it decides.
bool begins_quic(base::ByteView datagram);

/// RFC 9000 16.
bool read_varint(base::Reader& reader, std::uint64_t& value, std::string_view field);
void write_varint(base::Writer& out, std::uint64_t value);

namespace quic_frame {
inline constexpr std::uint64_t padding = 0x00, ping = 0x01, ack = 0x02, ack_ecn = 0x03, crypto = 0x06, new_token = 0x07,
                               connection_close = 0x1c, application_close = 0x1d, handshake_done = 0x1e;
}  // namespace quic_frame

/// What matters of a frame: the others are read to find the next one.
struct QuicFrame {
  std::uint64_t type = 0;
  std::uint64_t offset = 0;  ///< crypto
  base::ByteView data;       ///< crypto; the reason phrase of a close
  std::uint64_t error = 0;   ///< of a close
};
/// nullopt at the end, and where a frame is malformed or of a type that is not known: then `reader.failure()` says so.
std::optional<QuicFrame> next_quic_frame(base::Reader& reader);

/// The same for Google's frames, as T050 and T051 still have them: CRYPTO comes out as `quic_frame::crypto`; at any frame but those of a
/// handshake reading ends without a failure.
std::optional<QuicFrame> next_google_frame(base::Reader& reader);

/// RFC 9000 20.1: "CONNECTION_REFUSED", "INVALID_TOKEN"; "CRYPTO_ERROR" for 0x0100 to 0x01ff; else the number in hex.
std::string quic_error_name(std::uint64_t error);

}  // namespace whytls::wire
