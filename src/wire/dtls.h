// SPDX-License-Identifier: Apache-2.0
// TLS over datagrams as bytes: record headers of DTLS 1.0 and 1.2 (RFC 6347 4.1), with connection ids (RFC 9146 4), of DTLS 1.3
// (RFC 9147 4), and handshake messages in fragments (RFC 6347 4.2.2, RFC 9147 5.2), put together into messages as TLS has them.
// Knows no keys and no time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "base/bytes.h"
#include "wire/gather.h"
#include "wire/handshake.h"
#include "wire/record.h"

namespace whytls::wire {

/// What OpenSSL spoke before RFC 4347 was out, and Cisco's AnyConnect still does.
inline constexpr std::uint16_t dtls_before_rfc = 0x0100;
inline constexpr std::size_t dtls_header_size = 13, dtls_fragment_header_size = 12;

/// `fragment` points into the input. Of a unified header (DTLS 1.3, always protected) the type is hidden, the epoch has two bits and
/// the sequence number is encrypted.
struct DtlsRecord {
  ContentType type = ContentType::application_data;
  bool unified = false;
  std::uint16_t version = 0;   ///< 0: unified header
  std::uint16_t epoch = 0;     ///< unified: its two low bits
  std::uint64_t sequence = 0;  ///< 48 bits; 0 in a unified header
  base::ByteView fragment;
  std::size_t size = 0;  ///< of the record, header included
};

/// The record at the front of `input`; `connection_id` is the size of the one that the receiver asked for (RFC 9146 3). nullopt: no
/// record, or one that does not fit into the datagram.
std::optional<DtlsRecord> next_dtls_record(base::ByteView input, std::size_t connection_id = 0);

/// Whether a datagram can be the beginning of DTLS: records from end to end, the first one a whole, well-formed handshake fragment in
/// the clear. So strict that other protocols do not pass.
bool begins_dtls(base::ByteView datagram);

/// RFC 6347 4.2.2: `body` is the part of the message at `offset`.
struct DtlsFragment {
  HandshakeType type{};
  std::uint32_t length = 0;  ///< of the whole message's body
  std::uint16_t sequence = 0;
  std::uint32_t offset = 0;
  base::ByteView body;
};
std::optional<DtlsFragment> read_dtls_fragment(base::Reader& reader);

/// A message in TLS form: header of four bytes and body. Of a ClientHello the field `cookie` (RFC 6347 4.2.1) is taken out, so that
/// whoever reads ClientHellos can read it; one that is malformed before or in it stays as it is.
HandshakeMessage tls_form(HandshakeType type, base::ByteView body);

/// RFC 6347 4.2.1.
struct HelloVerifyRequest {
  std::uint16_t version = 0;
  base::Bytes cookie;
  std::optional<base::Malformed> malformed;
};
HelloVerifyRequest parse_hello_verify_request(base::ByteView body);

/// Where a fragment stood, for the caller's use: handed back with the message that it completes.
struct DtlsMark {
  std::uint64_t packet = 0;
  std::int64_t at = 0;
};

/// Puts the fragments of one side together, in whatever order, split or number they come. Bounded: what is too long or too far ahead is
/// dropped, and `dropped()` says so.
class DtlsAssembler {
 public:
  static constexpr std::size_t longest = std::size_t{1} << 18U;  ///< of a message: a chain of a hundred certificates
  static constexpr std::uint16_t furthest = 16;                  ///< messages ahead of the next one: more than any flight has

  struct Message {
    std::uint16_t sequence = 0;
    HandshakeMessage message;
    DtlsMark mark;         ///< of the fragment after which it could be read
    std::size_t size = 0;  ///< of its body as it was sent
    base::Bytes sent;      ///< of a ClientHello: its body as it was sent
  };

  /// False: it belongs to a message that was handed out before.
  bool add(const DtlsFragment& fragment, DtlsMark mark = {});
  /// The next message in the order of their numbers; nullopt where it is not whole.
  std::optional<Message> next();
  /// Passes over what is not whole: for when the rest will not come any more.
  std::optional<Message> next_whole();
  /// Whether a message stands ready behind a hole.
  bool waiting() const { return !partial_.empty(); }
  bool dropped() const { return dropped_; }
  std::size_t missing() const;  ///< bytes of messages of which only a part came
  std::size_t memory() const;

 private:
  struct Partial {
    HandshakeType type{};
    std::uint32_t length = 0;
    Gather body{longest};
    DtlsMark mark;
    bool begun = false, whole = false;
  };
  using Partials = std::map<std::uint16_t, Partial>;
  Message take(Partials::iterator which);

  Partials partial_;
  std::uint16_t next_ = 0;
  DtlsMark last_;
  bool dropped_ = false;
};

}  // namespace whytls::wire
