// SPDX-License-Identifier: Apache-2.0
// TLS inside the packets of another protocol within a TCP stream: takes the frames off. TDS carries the records of a handshake in packets
// of type 18 (MS-TDS 2.2.6.5), OpenVPN in its control channel. It refuses to know what the records say.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace whytls::sources::capture {

/// One direction.
class Framing {
 public:
  enum class Kind : std::uint8_t { tds, openvpn };

  /// The frames by which these first bytes of a stream are an OpenVPN peer's reset.
  static std::optional<Framing> at_start(base::ByteView bytes);
  /// The frame in which TLS stands that begins behind these bytes.
  static std::optional<Framing> around(base::ByteView before);
  explicit Framing(Kind kind) : kind_(kind) {}

  Kind kind() const { return kind_; }
  std::string_view name() const { return kind_ == Kind::tds ? "tds" : "openvpn"; }

  using Inner = std::function<void(base::ByteView)>;
  /// The next bytes of the stream; what they carry is handed on. Where frames end, as TDS's do with the handshake, the rest goes on as it
  /// is.
  void feed(base::ByteView bytes, const Inner& inner);
  /// Bytes are missing: frames cannot be told any more.
  void lost() { over_ = true; }

 private:
  void feed_tds(base::ByteView bytes, const Inner& inner);
  void feed_openvpn(base::ByteView bytes, const Inner& inner);
  base::ByteView control_payload(base::ByteView packet) const;

  Kind kind_;
  bool over_ = false, bare_ = false;
  base::Bytes have_;               ///< the beginning of a frame that is not whole
  std::size_t left_ = 0;           ///< of the frame that is being handed on
  std::size_t authenticated_ = 0;  ///< bytes that OpenVPN's tls-auth puts behind the session's id
};

}  // namespace whytls::sources::capture
