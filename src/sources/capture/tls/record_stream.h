// SPDX-License-Identifier: Apache-2.0
// One direction of a TLS stream from its first record on: ordered bytes in, records and handshake messages out (RFC 8446 5.1). Bodies
// that cannot be read are counted, never copied. It refuses to know the other direction.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "sources/capture/packet.h"
#include "wire/handshake.h"
#include "wire/record.h"

namespace whytls::sources::capture {

/// What a RecordStream found. Views hold for the call only.
class RecordSink {
 public:
  virtual ~RecordSink() = default;
  virtual void message(wire::HandshakeMessage&& message, const Moment& when) = 0;
  /// A change_cipher_spec, a heartbeat, or an alert in the clear.
  virtual void plain_record(wire::ContentType type, base::ByteView fragment, const Moment& when) = 0;
  /// A record under protection, whole: its fragment is empty unless `keep_protected` was asked for.
  virtual void protected_record(wire::ContentType type, std::uint16_t version, std::size_t size, base::ByteView fragment,
                                const Moment& when) = 0;
  /// From here on it is no TLS: `bytes` as far as they are at hand. Nothing more follows from this stream.
  virtual void no_record(base::ByteView bytes, const Moment& when) = 0;
  /// A handshake message over our bound: it and all behind it is passed over.
  virtual void oversized(const Moment& when) = 0;
};

class RecordStream {
 public:
  explicit RecordStream(RecordSink& sink) : sink_(&sink), assembler_(largest_message) {}

  /// Returns how many bytes that follow need not be seen, which then must not be fed: the next ones are those behind them.
  std::uint64_t feed(base::ByteView bytes, const Moment& when);
  /// Whoever feeds this passes on what is returned; else 0 is.
  void may_skip(bool may) { may_skip_ = may; }
  /// Bytes that never come. Reading goes on at the next record that can be recognised.
  void gap(std::uint64_t missing);

  /// The same, unless a ClientHello comes: where the ServerHello was not seen, the change_cipher_spec may be that of TLS 1.3 (RFC 8446
  /// D.4).
  void protect_unless_hello() { undecided_ = true; }
  void protect() { protected_ = true; }             ///< what follows the current record is under protection
  void keep_protected(bool keep) { keep_ = keep; }  ///< somebody has keys: hand over the fragments
  bool mid_message() const { return left_ > 0 || have_ > 0 || assembler_.pending() > 0; }
  /// Bytes of a record or message that is not whole.
  std::size_t unfinished() const { return have_ + (left_ > 0 ? size_ - left_ : 0) + assembler_.pending(); }

  static constexpr std::size_t largest_message = std::size_t{256} * 1024;

 private:
  bool take_header(base::ByteView& bytes, const Moment& when);
  void begin_record();
  void end_record(const Moment& when);
  void take_body(base::ByteView piece, const Moment& when);
  void hand_over_messages(const Moment& when);
  /// The rest of the record has passed by.
  void pass_skipped(const Moment& when);
  /// Where the next record may begin, after bytes were lost.
  bool find_again(base::ByteView& bytes);

  RecordSink* sink_;
  wire::HandshakeAssembler assembler_;
  base::Bytes fragment_;
  std::array<std::uint8_t, wire::record_header_size> head_{};
  std::size_t have_ = 0;  ///< bytes of the header; 5 while its body is read
  std::size_t left_ = 0, size_ = 0;
  std::uint32_t opaque_records_ = 0;
  wire::ContentType type_{};
  std::uint16_t version_ = 0;
  bool protected_ = false, undecided_ = false, opaque_ = false, keep_ = false, over_ = false, lost_ = false, broken_message_ = false;
  bool may_skip_ = false, skipping_ = false;
};

/// Whether a record with this header can be: its type is known, its major version 3, its length within bounds.
bool plausible_header(base::ByteView bytes);
/// Whether bytes are records that follow one another to their end, by their headers: at least one whole header, none implausible.
bool plausible_chain(base::ByteView bytes);

}  // namespace whytls::sources::capture
