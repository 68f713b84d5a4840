// SPDX-License-Identifier: Apache-2.0
// What the records of both sides say, gathered until the connection is over: handshake messages, alerts and sizes of what is protected,
// in the order of the capture; opened where a key log has the secrets. It refuses to know what stood before TLS, and how TCP went.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sources/capture/handshake.h"
#include "sources/capture/tls/record_stream.h"

namespace whytls::sources::capture {

class Decryptor;
class KeyLog;
class Messages;

/// One direction of the TLS in a connection.
struct TlsSide : RecordSink {
  TlsSide(Messages& all, End which);

  void message(wire::HandshakeMessage&& message, const Moment& when) override;
  void plain_record(wire::ContentType type, base::ByteView fragment, const Moment& when) override;
  void protected_record(wire::ContentType type, std::uint16_t version, std::size_t size, base::ByteView fragment,
                        const Moment& when) override;
  void oversized(const Moment& when) override;

  Messages* messages;
  End end;
  RecordStream records;
  std::uint32_t protected_records = 0, application_records = 0;
  wire::HandshakeAssembler decrypted{RecordStream::largest_message};  ///< messages whose protection was removed
};

class Messages {
 public:
  /// Told of application data whose protection was removed; the bytes hold for the call.
  class DataSink {
   public:
    virtual ~DataSink() = default;
    virtual void data(End from, base::ByteView bytes, const Moment& when) = 0;
  };

  /// `keys` may be none; both must outlive it.
  Messages(const Moment& first, const KeyLog* keys, DataSink& data);
  ~Messages();

  /// Who is the client: the first word counts.
  void client_is(End end);
  std::optional<End> client() const { return client_; }
  observe::From side(End end) const { return end == client_.value_or(End::opener) ? observe::From::client : observe::From::server; }

  /// A hello in SSL 2's form, as one of TLS.
  void ssl2_hello(TlsSide& from, const wire::Ssl2ClientHello& hello, const Moment& when);
  bool ssl2_form() const { return ssl2_form_; }
  /// A SERVER-HELLO or ERROR of SSL 2, as a ServerHello with a Certificate and an alert; false: it is neither.
  bool ssl2_answer(TlsSide& from, base::ByteView message, const Moment& when);
  void malformed(End by, std::string what);
  void lost(End from);
  void note_packet(const Moment& when);

  std::optional<End> hello_from() const { return hello_from_; }  ///< whose ClientHello was seen
  bool server_hello_seen() const { return server_hello_seen_; }
  bool established() const;
  bool has_keys() const;
  bool malformed() const { return !malformed_.empty(); }

  /// All of it; spent then. `out.client` need not be set.
  void give(Handshake& out);

 private:
  friend struct TlsSide;

  void on_message(TlsSide& side, wire::HandshakeMessage&& message, const Moment& when);
  void on_hello(const TlsSide& side, const wire::HandshakeMessage& message);
  void on_plain(TlsSide& side, wire::ContentType type, base::ByteView fragment, const Moment& when);
  void on_protected(TlsSide& side, wire::ContentType type, std::uint16_t version, std::size_t size, base::ByteView fragment,
                    const Moment& when);
  bool open_record(TlsSide& side, wire::ContentType type, std::uint16_t version, base::ByteView fragment, const Moment& when);
  void on_opened_messages(TlsSide& side, base::ByteView bytes, const Moment& when);
  void look_for_keys(const wire::ServerHello& hello);
  observe::Event& add(const TlsSide& side, observe::Event::Kind kind, const Moment& when);
  bool full() const;

  Moment first_;
  const KeyLog* keys_;
  DataSink* data_;
  std::optional<End> client_, hello_from_;
  bool server_hello_seen_ = false, tls13_ = false, ssl2_form_ = false;
  std::uint16_t version_ = 0, suite_ = 0;
  std::unique_ptr<Decryptor> decryptor_;
  std::vector<observe::Event> events_;
  std::vector<std::uint64_t> packets_;
  std::string malformed_;
  End malformed_by_ = End::answerer;
};

}  // namespace whytls::sources::capture
