// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/tls/framing.h"

#include <algorithm>
#include <array>
#include <utility>

namespace whytls::sources::capture {
namespace {

std::size_t u16(base::ByteView bytes, std::size_t at) { return static_cast<std::size_t>(bytes[at]) << 8U | bytes[at + 1]; }

/// MS-TDS 2.2.3.1: type, status, length with this header (big-endian), process, number, window.
constexpr std::size_t tds_header = 8;
constexpr std::uint8_t tds_prelogin = 0x12, tds_result = 0x04;

bool tds_frame(base::ByteView b) {
  return b.size() >= tds_header && (b[0] == tds_prelogin || b[0] == tds_result) && b[1] <= 1 && u16(b, 2) > tds_header;
}

/// OpenVPN's wire protocol: over TCP a length; then the operation in the upper five bits, and the session's id (8).
constexpr std::size_t vpn_length = 2, vpn_head = 1 + 8;
enum VpnOperation : std::uint8_t {
  reset_client_1 = 1,
  reset_server_1,
  soft_reset,
  control,
  acknowledge,
  data_1,
  reset_client_2,
  reset_server_2
};

bool vpn_reset(std::uint8_t first) {
  const unsigned operation = first >> 3U;
  return operation == reset_client_1 || operation == reset_server_1 || operation == reset_client_2 || operation == reset_server_2;
}

}  // namespace

std::optional<Framing> Framing::around(base::ByteView before) {
  if (before.size() < tds_header || !tds_frame(before.last(tds_header))) return std::nullopt;
  Framing out(Kind::tds);
  out.left_ = u16(before.last(tds_header), 2) - tds_header;
  return out;
}

/// A reset is the two ids, nothing acknowledged or one packet of the peer's, and what tls-auth adds: a digest of a usual length and a
/// number of eight bytes.
std::optional<Framing> Framing::at_start(base::ByteView b) {
  constexpr std::size_t empty = vpn_head + 1 + 4, answering = empty + 4 + 8;
  constexpr std::array<std::size_t, 6> additions{0, 16 + 8, 20 + 8, 32 + 8, 48 + 8, 64 + 8};
  if (b.size() < vpn_length + vpn_head || !vpn_reset(b[vpn_length])) return std::nullopt;
  const std::size_t size = u16(b, 0);
  for (const std::size_t added : additions) {
    if (size != empty + added && size != answering + added) continue;
    Framing out(Kind::openvpn);
    out.authenticated_ = added;
    return out;
  }
  return std::nullopt;
}

void Framing::feed(base::ByteView bytes, const Inner& inner) {
  if (over_) return;
  if (bare_) return inner(bytes);
  kind_ == Kind::tds ? feed_tds(bytes, inner) : feed_openvpn(bytes, inner);
}

void Framing::feed_tds(base::ByteView bytes, const Inner& inner) {
  while (!bytes.empty()) {
    if (left_ > 0) {
      const base::ByteView part = bytes.first(std::min(left_, bytes.size()));
      left_ -= part.size();
      bytes = bytes.subspan(part.size());
      inner(part);
      continue;
    }
    const std::size_t piece = std::min(tds_header - have_.size(), bytes.size());
    have_.insert(have_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(piece));
    bytes = bytes.subspan(piece);
    const bool framed = have_[0] == tds_prelogin || have_[0] == tds_result;
    if (framed && have_.size() < tds_header) return;
    if (!framed || !tds_frame(have_)) {  // behind the handshake the records stand alone
      bare_ = true;
      inner(base::Bytes(std::exchange(have_, {})));
      if (!bytes.empty()) inner(bytes);
      return;
    }
    left_ = u16(have_, 2) - tds_header;
    have_.clear();
  }
}

void Framing::feed_openvpn(base::ByteView bytes, const Inner& inner) {
  while (!bytes.empty()) {
    const std::size_t wanted = have_.size() < vpn_length ? vpn_length : vpn_length + u16(have_, 0);
    const std::size_t piece = std::min(wanted - have_.size(), bytes.size());
    have_.insert(have_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(piece));
    bytes = bytes.subspan(piece);
    if (have_.size() < vpn_length || have_.size() < vpn_length + u16(have_, 0)) continue;
    const base::ByteView payload = control_payload(base::ByteView(have_).subspan(vpn_length));
    if (!payload.empty()) inner(payload);
    have_.clear();
  }
}

/// Behind the head and what tls-auth adds: how many packets are acknowledged, their numbers (4), then the peer's session (8); this packet's
/// number (4); the bytes of TLS, in order as TCP is.
base::ByteView Framing::control_payload(base::ByteView packet) const {
  const std::size_t acknowledged_at = vpn_head + authenticated_;
  if (packet.size() <= acknowledged_at || packet[0] >> 3U != control) return {};
  const std::size_t acknowledged = packet[acknowledged_at];
  const std::size_t begin = acknowledged_at + 1 + 4 * acknowledged + (acknowledged > 0 ? 8 : 0) + 4;
  return begin < packet.size() ? packet.subspan(begin) : base::ByteView{};
}

}  // namespace whytls::sources::capture
