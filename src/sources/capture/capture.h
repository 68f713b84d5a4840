// SPDX-License-Identifier: Apache-2.0
// A whole capture: packets in, handshakes out. The one place where links, TCP, UDP and their readers are put together.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sources/capture/decrypt/key_log.h"
#include "sources/capture/handshake.h"
#include "sources/capture/packet.h"

namespace whytls::sources::capture {

class Capture {
 public:
  /// `keys` may be filled while packets are fed; it must outlive the capture, and so must what `sink` uses.
  Capture(HandshakeSink sink, const KeyLog* keys);
  ~Capture();
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  void feed(const Packet& packet);
  /// Of a live capture: it is now that late (nanoseconds since 1970), also where no packet says so.
  void advance(std::int64_t now);
  /// The capture is over, and so are all its connections.
  void finish();

  /// Packets that could not be looked into, by what they are.
  std::vector<std::pair<std::string, std::uint64_t>> undecoded() const;
  std::uint64_t packets() const { return packets_; }
  std::uint64_t bytes() const { return bytes_; }  ///< on the wire
  std::uint64_t connections() const { return connections_; }
  std::size_t open_connections() const;  ///< of these, those that are being followed now
  std::uint64_t evicted() const;         ///< connections let go because there were too many
  const Moment& first() const { return first_; }
  const Moment& last() const { return last_; }

 private:
  struct Parts;

  HandshakeSink sink_;
  std::uint64_t packets_ = 0, bytes_ = 0, connections_ = 0;
  Moment first_, last_;
  std::unique_ptr<Parts> parts_;
};

}  // namespace whytls::sources::capture
