// SPDX-License-Identifier: Apache-2.0
// Reads one TCP connection: finds TLS in it wherever it begins, and keeps the handshake until it is over. Both directions are read
// independently, so that one that is missing, late or damaged takes nothing from the other.
#pragma once

#include <memory>
#include <optional>

#include "sources/capture/handshake.h"
#include "sources/capture/stream.h"
#include "sources/capture/tls/finder.h"
#include "sources/capture/tls/framing.h"
#include "sources/capture/tls/messages.h"
#include "sources/capture/tls/prelude.h"

namespace whytls::sources::capture {

struct TlsOptions {
  const KeyLog* keys = nullptr;  ///< must outlive the reader
  bool midway = true;            ///< connections whose beginning was not captured are looked at as well
  std::uint8_t depth = 0;        ///< TLS connections around this one
};

class TlsReader final : public StreamReader, private Messages::DataSink {
 public:
  /// `sink` is called when the connection is over and TLS was seen in it, or was asked for and refused, or its TCP connection failed to
  /// come about: at most once for it, and once for each connection within it that the keys lay open.
  TlsReader(const Endpoint& opener, const Endpoint& answerer, const Moment& first, std::uint64_t number, const TlsOptions& options,
            const HandshakeSink& sink);
  ~TlsReader() override;

  std::uint64_t bytes(End from, base::ByteView bytes, const Moment& when) override;
  void gap(End from, std::uint64_t missing, const Moment& when) override;
  void finished(End from, const Moment& when) override;
  void over(Over why, const TcpFacts& tcp) override;

 private:
  struct Half;
  struct Nested;
  enum class Mode : std::uint8_t { seeking, tls, foreign, done };

  Half& half_of(End end);
  std::uint64_t feed(Half& half, base::ByteView bytes, const Moment& when);
  std::uint64_t seek(Half& half, base::ByteView bytes, const Moment& when);
  bool begin_framed(Half& half, base::ByteView bytes, const Moment& when);
  std::uint64_t begin_behind(Half& half, std::size_t at, base::ByteView bytes, const Moment& when);
  void pass_over(Half& half, base::ByteView plaintext, const Moment& when);
  std::uint64_t begin_tls(Half& half, Opening opening, base::ByteView bytes, const Moment& when);
  std::uint64_t begin_ssl2(Half& half, base::ByteView bytes, const Moment& when);
  std::uint64_t answer_ssl2(Half& half, base::ByteView bytes, const Moment& when);
  void on_no_record(Half& half, base::ByteView bytes, const Moment& when);
  void data(End from, base::ByteView bytes, const Moment& when) override;

  bool expects_tls(const Half& half) const;
  bool nothing_more_to_learn() const;
  std::optional<End> by_port() const;
  bool worth_telling(const TcpFacts& tcp);
  void tell(Over why, const TcpFacts& tcp);
  std::vector<std::uint64_t> all_packets(std::vector<std::uint64_t> out, const TcpFacts& tcp) const;
  void set_not_tls(Handshake& out) const;
  void judge_end(Handshake& out, Over why, const TcpFacts& tcp) const;

  Endpoint opener_, answerer_;
  Moment first_, last_;
  std::uint64_t number_;
  const TlsOptions* options_;
  const HandshakeSink* sink_;
  std::array<std::unique_ptr<Half>, 2> halves_;
  Messages messages_;
  std::unique_ptr<Prelude> prelude_;  ///< until TLS begins
  std::unique_ptr<Nested> nested_;
  std::optional<Refusal> refusal_;
  std::string_view requested_;  ///< by which protocol TLS was asked for
  bool tls_seen_ = false, answered_plaintext_ = false;
  base::Bytes not_tls_;
  End not_tls_from_ = End::answerer;
};

}  // namespace whytls::sources::capture
