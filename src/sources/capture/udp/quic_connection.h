// SPDX-License-Identifier: Apache-2.0
// Reads one QUIC connection: its Initials, which anyone can open, and with secrets what follows. RFC 9000, 9001, 9369.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "crypto/quic_protection.h"
#include "sources/capture/datagram.h"
#include "sources/capture/udp/context.h"
#include "sources/capture/udp/recorder.h"
#include "wire/gather.h"
#include "wire/quic.h"

namespace whytls::sources::capture::udp {

/// Keys of the Initials that carry one version and one destination connection id of the client.
struct InitialKeys {
  std::uint32_t version = 0;
  bool v2 = false;             ///< how packet types are numbered
  bool google_frames = false;  ///< T050, T051
  crypto::QuicLabels labels = crypto::QuicLabels::v1;
  base::Bytes connection_id;
  std::unique_ptr<crypto::QuicOpener> client, server;
};
/// The keys by which that packet is a client's Initial: of its version or, where that is not known, of any that it opens under.
std::optional<InitialKeys> keys_of_client(const wire::QuicPacket& packet);

class QuicConnection {
 public:
  /// `client` sent the Initial for which the keys were found.
  QuicConnection(const Context& context, End client, const Endpoint& opener, const Endpoint& answerer, InitialKeys keys,
                 const Moment& first);

  /// Whether a packet with a long header names this connection by its ids.
  bool knows(End from, const wire::QuicPacket& packet) const;
  /// Whether a short header does.
  bool knows(End from, base::ByteView packet) const;
  /// False: it is an Initial that could not be opened.
  bool feed(End from, const wire::QuicPacket& packet, const Moment& when);
  void feed_short(End from, base::ByteView packet, const Moment& when);
  /// The datagram whose packets were handed over.
  void datagram(End from, std::size_t size, const Moment& when);
  /// The client begins again with another version after a Version Negotiation packet.
  bool may_restart(End from) const;
  void restart(InitialKeys keys);

  /// Whether both are one: the same ClientHello under other keys, as it is sent again after a Retry (RFC 9000 17.2.5.2) that this capture
  /// lacks, or has too late.
  bool is_one_with(const QuicConnection& later) const;
  void absorb(QuicConnection&& later);

  void over(StreamReader::Over why);
  void unreachable(const IcmpError& error);
  bool settled() const { return !recorder_ || established() || recorder_->is_closed(); }
  bool v2() const { return initial_.back().v2; }
  End client() const { return client_; }
  bool busy() const { return recorder_ != nullptr; }
  std::size_t memory() const;

 private:
  enum Level : std::uint8_t { initial, handshake, application };
  static constexpr std::size_t levels = 3;

  /// One direction.
  struct Half {
    std::vector<base::Bytes> ids;  ///< by which the other side addresses it
    std::vector<wire::Gather> crypto;
    std::array<std::size_t, levels> read{};  ///< bytes of `crypto` that were handed out as messages
    std::unique_ptr<crypto::QuicOpener> handshake, application;
    std::uint32_t handshake_packets = 0, short_packets = 0;
  };
  /// A Handshake packet that could not be opened.
  struct Word {
    End from = End::opener;
    std::uint64_t packet = 0;
    bool after_client = false;  ///< the client had sent short headers before
  };
  struct Held {
    End from;
    Level level;
    Moment when;
    base::Bytes packet;
    std::size_t number_at;
  };

  bool open_initial(End from, const wire::QuicPacket& packet, const Moment& when);
  bool add_version(const wire::QuicPacket& packet);
  void on_protected(End from, Level level, base::ByteView packet, std::size_t number_at, const Moment& when);
  void on_retry(const wire::QuicPacket& packet);
  void on_versions(const wire::QuicPacket& packet);
  void on_frames(End from, Level level, base::ByteView payload, const Moment& when);
  void on_crypto(End from, Level level, const wire::QuicFrame& frame, const Moment& when);
  void on_message(End from, Level level, wire::HandshakeMessage&& message, const Moment& when);
  void on_close(End from, Level level, const wire::QuicFrame& frame, const Moment& when);
  void install_secrets(std::uint16_t suite);
  void release_held();
  bool established() const;
  std::optional<End> last_word() const;
  void on_early(const wire::QuicPacket& packet, const Moment& when);
  bool nothing_more_to_learn() const;
  void tell(StreamReader::Over why);
  void remember_id(End of, base::ByteView id);
  crypto::QuicOpener* opener(End from, Level level);
  Half& half(End end) { return halves_[index(end)]; }
  const Half& half(End end) const { return halves_[index(end)]; }

  const Context& context_;
  End client_;
  std::vector<InitialKeys> initial_;    ///< the newest last
  std::unique_ptr<Recorder> recorder_;  ///< empty once the handshake was told: what still comes belongs to that
  std::array<Half, 2> halves_;
  std::unique_ptr<crypto::QuicOpener> early_;
  Word word_;
  std::vector<Held> held_;  ///< packets that came before the secrets that open them
  base::Bytes client_random_;
  std::uint32_t version_ = 0;  ///< of the server's packets
  bool answered_ = false;      ///< the ServerHello was read
  bool negotiating_ = false;
  Secrets secrets_ = Secrets::none;
  std::uint64_t last_packet_ = 0;
  std::array<std::uint64_t, 2> last_of_{};  ///< each side's
};

}  // namespace whytls::sources::capture::udp
