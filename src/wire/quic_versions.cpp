// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "wire/quic.h"

namespace whytls::wire {
namespace {

using Salt = std::array<std::uint8_t, 20>;

constexpr Salt draft_22{0x7f, 0xbc, 0xdb, 0x0e, 0x7c, 0x66, 0xbb, 0xe9, 0x2a, 0x96,
                        0xcd, 0x21, 0x51, 0x9e, 0xbd, 0x7a, 0x02, 0x06, 0x44, 0xae};
constexpr Salt draft_23{0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7,
                        0xd2, 0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02};
constexpr Salt draft_29{0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97,
                        0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99};
// RFC 9001 5.2, since draft 33.
constexpr Salt v1{0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a};
// RFC 9369 3.3.1, and the draft before its number was fixed.
constexpr Salt v2{0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93, 0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9};
constexpr Salt v2_draft{0xa7, 0x07, 0xc2, 0x03, 0xa5, 0x9b, 0x47, 0x18, 0x4a, 0x1d,
                        0x62, 0xca, 0x57, 0x04, 0x06, 0xea, 0x7a, 0xe3, 0xe5, 0xd3};
// Chromium, quic/core/crypto/crypto_utils.cc: Google's numbers for IETF QUIC with TLS.
constexpr Salt t050{0x7f, 0xf5, 0x79, 0xe5, 0xac, 0xd0, 0x72, 0x91, 0x55, 0x80, 0x30, 0x4c, 0x43, 0xa2, 0x36, 0x7c, 0x60, 0x48, 0x83, 0x10};
constexpr Salt t051{0x7a, 0x4e, 0xde, 0xf4, 0xe7, 0xcc, 0xee, 0x5f, 0xa4, 0x50, 0x6c, 0x19, 0x12, 0x4f, 0xc8, 0xcc, 0xda, 0x6e, 0x03, 0x3d};

// The likeliest first: an unknown version is tried with them in this order.
constexpr std::array versions{
    QuicVersion{0x00000001, "QUIC v1", v1},
    QuicVersion{0x6b3343cf, "QUIC v2", v2, true},
    QuicVersion{0xff00001d, "QUIC draft 29", draft_29},
    QuicVersion{0xff00001b, "QUIC draft 27", draft_23},
    QuicVersion{0x709a50c4, "QUIC v2 draft", v2_draft, true},
    QuicVersion{0xff000016, "QUIC draft 22", draft_22},
    QuicVersion{0x54303530, "T050", t050, false, true},
    QuicVersion{0x54303531, "T051", t051, false, true},
    QuicVersion{0xff000017, "QUIC draft 23", draft_23},
    QuicVersion{0xff000018, "QUIC draft 24", draft_23},
    QuicVersion{0xff000019, "QUIC draft 25", draft_23},
    QuicVersion{0xff00001a, "QUIC draft 26", draft_23},
    QuicVersion{0xff00001c, "QUIC draft 28", draft_23},
    QuicVersion{0xff00001e, "QUIC draft 30", draft_29},
    QuicVersion{0xff00001f, "QUIC draft 31", draft_29},
    QuicVersion{0xff000020, "QUIC draft 32", draft_29},
    QuicVersion{0xff000021, "QUIC draft 33", v1},
    QuicVersion{0xff000022, "QUIC draft 34", v1},
    // Facebook's mvfst.
    QuicVersion{0xfaceb001, "mvfst draft 22", draft_22},
    QuicVersion{0xfaceb002, "mvfst draft 27", draft_23},
    QuicVersion{0xfaceb00e, "mvfst experimental", draft_23},
};

struct Error {
  std::uint64_t code;
  std::string_view name;
};
// RFC 9000 20.1, RFC 9368 5.
constexpr std::array errors{
    Error{0x00, "NO_ERROR"},
    Error{0x01, "INTERNAL_ERROR"},
    Error{0x02, "CONNECTION_REFUSED"},
    Error{0x03, "FLOW_CONTROL_ERROR"},
    Error{0x04, "STREAM_LIMIT_ERROR"},
    Error{0x05, "STREAM_STATE_ERROR"},
    Error{0x06, "FINAL_SIZE_ERROR"},
    Error{0x07, "FRAME_ENCODING_ERROR"},
    Error{0x08, "TRANSPORT_PARAMETER_ERROR"},
    Error{0x09, "CONNECTION_ID_LIMIT_ERROR"},
    Error{0x0a, "PROTOCOL_VIOLATION"},
    Error{0x0b, "INVALID_TOKEN"},
    Error{0x0c, "APPLICATION_ERROR"},
    Error{0x0d, "CRYPTO_BUFFER_EXCEEDED"},
    Error{0x0e, "KEY_UPDATE_ERROR"},
    Error{0x0f, "AEAD_LIMIT_REACHED"},
    Error{0x10, "NO_VIABLE_PATH"},
    Error{0x11, "VERSION_NEGOTIATION_ERROR"},
};

}  // namespace

const QuicVersion* quic_version(std::uint32_t code) {
  const auto* const found = std::find_if(versions.begin(), versions.end(), [&](const QuicVersion& each) { return each.code == code; });
  return found == versions.end() ? nullptr : found;
}

std::span<const QuicVersion> quic_versions() { return versions; }

bool is_reserved_quic_version(std::uint32_t code) { return (code & 0x0f0f0f0fU) == 0x0a0a0a0aU; }

std::string quic_version_name(std::uint32_t code) {
  if (const QuicVersion* const known = quic_version(code)) return std::string(known->name);
  if (std::string google = google_quic_name(code); !google.empty()) return google;
  return is_reserved_quic_version(code) ? fmt::format("reserved ({:#010x})", code) : fmt::format("{:#010x}", code);
}

std::string quic_error_name(std::uint64_t error) {
  if (error >= 0x100 && error <= 0x1ff) return "CRYPTO_ERROR";
  const auto* const found = std::find_if(errors.begin(), errors.end(), [&](const Error& each) { return each.code == error; });
  return found != errors.end() ? std::string(found->name) : fmt::format("{:#x}", error);
}

}  // namespace whytls::wire
