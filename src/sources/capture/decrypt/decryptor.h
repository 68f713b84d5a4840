// SPDX-License-Identifier: Apache-2.0
// Removes record protection from one watched connection with the secrets of a key log, SSL 3's successors up to TLS 1.3 and DTLS 1.0
// and 1.2. It never guesses: what does not verify under a key is not opened.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "crypto/record_cipher.h"
#include "observe/conversation.h"
#include "sources/capture/decrypt/key_log.h"
#include "sources/capture/handshake.h"

namespace whytls::sources::capture {

struct Plain {
  wire::ContentType type{};  ///< TLS 1.3: the inner one
  base::Bytes bytes;
};

/// What was negotiated, as the hellos say it.
struct Negotiated {
  base::ByteView client_random, server_random;
  std::uint16_t version = 0;      ///< as chosen by the server: 0x0301 … 0x0304, 0xfeff, 0xfefd
  std::uint16_t suite = 0;        ///< code point
  bool encrypt_then_mac = false;  ///< both hellos have the extension (22): RFC 7366
};

class Decryptor {
 public:
  /// nullptr: the key log has nothing for this connection, or the suite is none that can be opened.
  static std::unique_ptr<Decryptor> of(const KeyLog& secrets, const Negotiated& negotiated);

  /// The next protected record of a side, in its order: up to TLS 1.2 each one after its ChangeCipherSpec, in TLS 1.3 each one of the
  /// outer type application_data. `version` is that of the record's header. nullopt: it does not open (early data whose secret is not
  /// there, a wrong secret, damage); the next ones may.
  std::optional<Plain> open(observe::From from, wire::ContentType type, std::uint16_t version, base::ByteView fragment);
  /// DTLS: the same with epoch (16 bits) and sequence number (48) as the record says them.
  std::optional<Plain> open_at(observe::From from, std::uint64_t sequence, wire::ContentType type, std::uint16_t version,
                               base::ByteView fragment);
  /// Records of this side are missing: the sequence number is to be found again.
  void lost(observe::From from) { side(from).after_gap = true; }
  /// Useless: records came for which there are secrets, and none of them could be opened.
  Secrets use() const;

 private:
  /// Keys of one stage of one side: early data, handshake, application; up to TLS 1.2 there is one.
  struct Stage {
    base::Bytes secret;  ///< TLS 1.3 application: for key updates
    std::unique_ptr<crypto::RecordCipher> cipher;
    std::uint64_t next = 0;  ///< sequence number
  };
  struct Side {
    std::vector<Stage> stages;  ///< those still to come; the first is in use
    std::uint32_t opened = 0, refused = 0;
    bool after_gap = false;
    bool whole = false;  ///< secrets of the handshake are there: its records must open
  };

  struct Protected {
    wire::ContentType type;
    std::uint16_t version;
    base::ByteView fragment;
  };

  Decryptor(const registry::Suite& suite, std::uint16_t version) : suite_(suite), version_(version) {}
  bool add_stage(observe::From from, base::ByteView traffic_secret);
  bool add_traffic(const KeyLog& secrets, base::ByteView client_random);
  bool add_block(const KeyLog& secrets, const Negotiated& negotiated);
  Side& side(observe::From from) { return sides_[static_cast<std::size_t>(from)]; }
  static std::optional<Plain> try_stage(Stage& stage, std::uint64_t sequence, const Protected& record);
  std::optional<Plain> try_from(const Side& one, Stage& stage, const Protected& record) const;
  std::optional<Plain> open_later_stage(Side& one, const Protected& record) const;
  static void note(Side& one, bool opened);
  std::optional<Stage> updated(const Stage& stage) const;

  const registry::Suite& suite_;
  std::uint16_t version_;  ///< the TLS version whose rules hold: DTLS 1.2 has those of TLS 1.2
  std::array<Side, 2> sides_;
};

}  // namespace whytls::sources::capture
