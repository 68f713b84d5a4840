// SPDX-License-Identifier: Apache-2.0
// Records over a stream, in the clear and protected: turns them into messages, keeps the transcript's events, alerts and ending,
// and holds every bound against a hostile peer. Knows no handshake state.
#pragma once

#include <memory>
#include <string>

#include "crypto/record_cipher.h"
#include "net/stream.h"
#include "sources/probe/client.h"
#include "sources/probe/transcript.h"
#include "wire/handshake.h"
#include "wire/record.h"

namespace whytls::probe {

struct Incoming {
  enum class Kind : std::uint8_t {
    handshake,
    change_cipher_spec,
    application_data,
    ssl2,   ///< a version 2 message, in `data`
    ended,  ///< nothing more will come; the transcript says why
  };
  Kind kind = Kind::ended;
  wire::HandshakeMessage message;
  base::Bytes data;
};

class Channel {
 public:
  Channel(net::Stream& stream, const HandshakeOptions& options, Transcript& transcript);

  /// The next message, whole, within the step's deadline. Warnings are noted and passed over.
  Incoming next() { return next(patience()); }
  Incoming next(std::chrono::milliseconds patience);

  /// Written with the next `flush()`. Handshake messages become events here.
  void queue_handshake(base::ByteView message, std::size_t record_split = 0);
  void queue_change_cipher_spec();
  void queue_application_data(base::ByteView data);
  /// Bytes that are no TLS record (a version 2 hello); the event is the caller's.
  void queue_raw(base::ByteView bytes);
  bool flush(std::size_t segment_split = 0);
  void send_alert(std::uint8_t level, std::uint8_t description);

  void write_version(std::uint16_t version) { write_version_ = version; }
  void protect(std::unique_ptr<crypto::RecordCipher> cipher) { sealer_ = std::move(cipher); }
  void unprotect(std::unique_ptr<crypto::RecordCipher> cipher, bool tls13);
  bool protected_reading() const { return opener_ != nullptr; }

  /// Ends with a fatal alert of ours. `text` is one printable sentence.
  void fail(std::string text, std::uint8_t alert);
  /// Notes a broken rule and goes on.
  void note_violation(std::string text);
  bool ended() const { return ended_; }
  Microseconds now() const;
  void add_event(Event event);
  /// Reads what the kernel knows and closes the connection: in order when `orderly`.
  void close(bool orderly);

 private:
  std::chrono::milliseconds patience() const;
  bool fill(net::Deadline deadline);
  void not_tls(net::Deadline deadline);
  bool take_record(Incoming& out, net::Deadline deadline);
  bool take_ssl2(const wire::Framed& framed, Incoming& out);
  bool dispatch(std::uint8_t type, base::ByteView fragment, std::size_t wire_bytes, bool encrypted, Incoming& out);
  void alert(base::ByteView fragment, std::size_t wire_bytes, bool encrypted);
  bool open_record(const wire::Record& record, Incoming& out);
  bool next_message(Incoming& out);
  bool count_record(bool empty);
  void stop(net::End end);
  void queue(wire::ContentType type, base::ByteView fragment, std::size_t split);

  net::Stream& stream_;
  const HandshakeOptions& options_;
  Transcript& transcript_;
  net::Clock::time_point begun_;
  base::Bytes in_;
  std::size_t used_ = 0;
  base::Writer out_;
  wire::HandshakeAssembler assembler_;
  std::unique_ptr<crypto::RecordCipher> sealer_, opener_;
  bool tls13_ = false;
  bool first_ = true;
  bool ended_ = false;
  std::uint16_t write_version_ = 0x0301;
  std::size_t records_ = 0, empty_records_ = 0, warnings_ = 0, changes_ = 0, handshake_bytes_ = 0, kept_bytes_ = 0;
};

}  // namespace whytls::probe
