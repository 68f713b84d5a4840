// SPDX-License-Identifier: Apache-2.0
// Reads one TCP connection: finds TLS in it wherever it begins, and keeps the handshake until it is over. Both directions are read
// independently, so that one that is missing, late or damaged takes nothing from the other.
#pragma once

#include <memory>
#include <optional>

#include "sources/capture/handshake.h"
#include "sources/capture/stream.h"
#include "sources/capture/tls/finder.h"
#include "sources/capture/tls/record_stream.h"

namespace whytls::sources::capture {

class Decryptor;
class KeyLog;

struct TlsOptions {
  const KeyLog* keys = nullptr;  ///< must outlive the reader
  bool midway = true;            ///< connections whose beginning was not captured are looked at as well
};

class TlsReader final : public StreamReader {
 public:
  /// `sink` is called at most once, when the connection is over and TLS was seen in it, or its TCP connection failed to come about.
  TlsReader(const Endpoint& opener, const Endpoint& answerer, const Moment& first, std::uint64_t number, const TlsOptions& options,
            const HandshakeSink& sink);
  ~TlsReader() override;

  std::uint64_t bytes(End from, base::ByteView bytes, const Moment& when) override;
  void gap(End from, std::uint64_t missing, const Moment& when) override;
  void finished(End from, const Moment& when) override;
  void over(Over why, const TcpFacts& tcp) override;

 private:
  struct Half;
  enum class Mode : std::uint8_t { seeking, tls, foreign, done };

  std::uint64_t seek(Half& half, base::ByteView bytes, const Moment& when);
  void pass_over(Half& half, base::ByteView plaintext, const Moment& when);
  std::uint64_t begin_tls(Half& half, Opening opening, base::ByteView bytes, const Moment& when);
  std::uint64_t begin_ssl2(Half& half, base::ByteView bytes, const Moment& when);
  void settle_roles(const Half& half, bool is_client);

  void on_message(Half& half, wire::HandshakeMessage&& message, const Moment& when);
  void on_hello(Half& half, const wire::HandshakeMessage& message);
  void on_plain(Half& half, wire::ContentType type, base::ByteView fragment, const Moment& when);
  void on_protected(Half& half, wire::ContentType type, std::uint16_t version, std::size_t size, base::ByteView fragment,
                    const Moment& when);
  bool open_record(Half& half, wire::ContentType type, std::uint16_t version, base::ByteView fragment, const Moment& when);
  void look_for_keys(const wire::ServerHello& hello);
  void on_no_record(Half& half, base::ByteView bytes, const Moment& when);

  observe::Event& add(const Half& half, observe::Event::Kind kind, const Moment& when);
  observe::From side(const Half& half) const;
  void note_packet(const Moment& when);
  bool nothing_more_to_learn() const;
  std::vector<std::uint64_t> all_packets(const TcpFacts& tcp);
  void set_not_tls(Handshake& out) const;
  void judge_end(Handshake& out, Over why, const TcpFacts& tcp) const;
  bool established() const;
  bool has_keys() const;
  std::optional<End> by_port() const;
  bool worth_telling(const TcpFacts& tcp);

  Endpoint opener_, answerer_;
  Moment first_, last_;
  std::uint64_t number_;
  const TlsOptions* options_;
  const HandshakeSink* sink_;
  std::array<std::unique_ptr<Half>, 2> halves_;
  std::optional<End> client_;  ///< who is the client, once a hello says so
  bool tls_seen_ = false, hello_seen_ = false, server_hello_seen_ = false, tls13_ = false, ssl2_form_ = false, answered_plaintext_ = false;
  std::uint16_t version_ = 0, suite_ = 0;
  std::unique_ptr<Decryptor> decryptor_;
  std::vector<observe::Event> events_;
  std::vector<std::uint64_t> packets_;
  std::string malformed_;
  observe::From malformed_from_ = observe::From::server;
  base::Bytes not_tls_;
  observe::From not_tls_from_ = observe::From::server;
};

}  // namespace whytls::sources::capture
