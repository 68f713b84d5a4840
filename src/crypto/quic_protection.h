// SPDX-License-Identifier: Apache-2.0
// QUIC packet protection (RFC 9001 5, RFC 9369 3.3): from a secret to packets in the clear. Opens only: we watch QUIC and speak none.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "registry/registry.h"

namespace whytls::crypto {

/// The words in front of the labels of a version: "quic key" or "quicv2 key".
enum class QuicLabels : std::uint8_t { v1, v2 };

struct QuicKeys {
  base::Bytes key, iv, header;
};
/// RFC 9001 5.1. Empty members where libcrypto lacks the suite's cipher.
QuicKeys quic_keys(const registry::Suite& suite, base::ByteView secret, QuicLabels labels);

struct QuicInitialSecrets {
  base::Bytes client, server;
};
/// RFC 9001 5.2: anyone can derive them from the destination connection id of the client's first Initial.
QuicInitialSecrets quic_initial_secrets(base::ByteView salt, base::ByteView connection_id);

class PacketEngine;

/// Opens the packets of one side at one level. A packet that does not verify changes nothing.
class QuicOpener {
 public:
  /// nullptr: the suite is none of TLS 1.3's, or the secret does not fit it.
  static std::unique_ptr<QuicOpener> make(const registry::Suite& suite, base::ByteView secret, QuicLabels labels);
  ~QuicOpener();
  QuicOpener(const QuicOpener&) = delete;
  QuicOpener& operator=(const QuicOpener&) = delete;

  struct Opened {
    std::uint64_t number = 0;
    base::ByteView payload;  ///< frames; holds until the next packet is opened
  };
  /// `packet` is the whole packet, `number_at` where its number begins: behind the long header, or behind the connection id of a short
  /// one, whose key phase (RFC 9001 6) is followed.
  std::optional<Opened> open(base::ByteView packet, std::size_t number_at);
  /// The number of the next packet, where the ones before it were not seen.
  void expect(std::uint64_t number) { largest_ = number - 1; }

 private:
  QuicOpener();
  bool unmask(base::ByteView packet, std::size_t number_at);
  bool prepare_update();

  std::unique_ptr<PacketEngine> engine_, next_;  ///< next_: of the other key phase
  const registry::Suite* suite_ = nullptr;
  QuicLabels labels_ = QuicLabels::v1;
  base::Bytes secret_;
  base::Bytes header_;  ///< of the packet at hand, without its mask
  base::Bytes payload_;
  std::uint64_t number_ = 0;
  std::optional<std::uint64_t> largest_;
  bool phase_ = false;
};

}  // namespace whytls::crypto
