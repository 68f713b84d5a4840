// SPDX-License-Identifier: Apache-2.0
// Reads the DTLS of one pair of endpoints: one handshake after the other. RFC 6347, RFC 9147, RFC 9146.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "crypto/dtls13_protection.h"
#include "sources/capture/datagram.h"
#include "sources/capture/decrypt/decryptor.h"
#include "sources/capture/udp/context.h"
#include "sources/capture/udp/recorder.h"
#include "wire/dtls.h"

namespace whytls::sources::capture::udp {

class DtlsFlow {
 public:
  DtlsFlow(const Context& context, const Endpoint& opener, const Endpoint& answerer) : context_(context), ends_{opener, answerer} {}

  /// What is no DTLS in between (STUN, RTP: RFC 7983) is passed over.
  void feed(End from, base::ByteView datagram, const Moment& when);
  /// Tells what is still going on.
  void over(StreamReader::Over why);
  void unreachable(const IcmpError& error);
  bool busy() const { return recorder_ != nullptr; }
  std::size_t memory() const;

 private:
  /// One direction.
  struct Half {
    wire::DtlsAssembler assembler;
    std::size_t handed_out = 0;                ///< messages
    base::Bytes first_hello;                   ///< the ClientHello of message_seq 0 as it was sent: one that differs begins a new handshake
    std::optional<std::size_t> connection_id;  ///< size of the one that this side asked for: RFC 9146 3
    bool changed_cipher = false, finished = false;
    bool application_epoch = false;  ///< DTLS 1.3
    std::unique_ptr<crypto::Dtls13Opener> handshake, application;
  };

  void begin(const Moment& when);
  void tell(StreamReader::Over why);
  void on_record(End from, const wire::DtlsRecord& record, base::ByteView header, const Moment& when);
  void on_fragments(End from, base::ByteView fragments, bool encrypted, const Moment& when);
  void on_clear(End from, const wire::DtlsRecord& record, const Moment& when);
  void on_protected(End from, const wire::DtlsRecord& record, base::ByteView header, const Moment& when);
  bool open_record(End from, const wire::DtlsRecord& record, const Moment& when);
  bool open_unified(End from, const wire::DtlsRecord& record, base::ByteView header, const Moment& when);
  void on_opened(End from, wire::ContentType type, base::ByteView plain, const Moment& when);
  void install_secrets(std::uint16_t suite);
  void drain(End from, bool encrypted, bool pass_over_holes);
  void on_message(End from, wire::DtlsAssembler::Message&& message, bool encrypted);
  void on_client_hello(End from, const wire::DtlsAssembler::Message& message);
  void on_server_hello(End from, const wire::HandshakeMessage& message);
  bool starts_anew(End from, const wire::DtlsFragment& fragment) const;
  std::size_t connection_id_for(End sender) const;
  bool established() const;
  bool nothing_more_to_learn() const;
  Half& half(End end) { return halves_[index(end)]; }
  const Half& half(End end) const { return halves_[index(end)]; }

  const Context& context_;
  std::array<Endpoint, 2> ends_;
  std::unique_ptr<Recorder> recorder_;  ///< empty once its handshake was told: what still comes belongs to that
  bool told_ = false;
  std::array<Half, 2> halves_;
  std::unique_ptr<Decryptor> decryptor_;  ///< up to DTLS 1.2
  Secrets secrets_ = Secrets::none;       ///< DTLS 1.3
  base::Bytes client_random_;
  bool tls13_ = false, offers_encrypt_then_mac_ = false;
};

}  // namespace whytls::sources::capture::udp
