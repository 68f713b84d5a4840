// SPDX-License-Identifier: Apache-2.0
// Record protection in one direction, TLS 1.0 to 1.3: fragments in, fragments out. Knows no socket and no message.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "registry/registry.h"

namespace whytls::crypto {

/// Bytes that one direction of a suite needs from the key block (RFC 5246 6.3) or the traffic secret (RFC 8446 7.3).
struct KeySizes {
  std::size_t mac = 0, key = 0, iv = 0;
};
struct DirectionKeys {
  base::Bytes mac, key, iv;
};
struct KeyBlock {
  DirectionKeys client, server;
};

/// nullopt: libcrypto lacks the cipher, or the suite's form is none of ours (export, GOST, SSL 3).
std::optional<KeySizes> key_sizes(const registry::Suite& suite, std::uint16_t version);

/// RFC 5246 6.3 and RFC 2246 6.3; `version` is TLS 1.0 to 1.2.
std::optional<KeyBlock> key_block(const registry::Suite& suite, std::uint16_t version, base::ByteView master, base::ByteView client_random,
                                  base::ByteView server_random);
/// RFC 8446 7.3.
std::optional<DirectionKeys> traffic_keys(const registry::Suite& suite, base::ByteView traffic_secret);

struct Opened {
  std::uint8_t type = 0;  ///< TLS 1.3: the inner one
  base::Bytes plain;
};

/// Counts its records itself. One object seals or opens, not both.
class RecordCipher {
 public:
  virtual ~RecordCipher() = default;
  /// The fragment of the record whose header will say `outer_type()` and `version`.
  virtual std::optional<base::Bytes> seal(std::uint8_t type, std::uint16_t version, base::ByteView plain) = 0;
  /// nullopt: bad_record_mac.
  virtual std::optional<Opened> open(std::uint8_t type, std::uint16_t version, base::ByteView fragment) = 0;
  /// The sequence number of the next record: for who saw only some of them, and for DTLS, where the record says it.
  virtual void continue_at(std::uint64_t sequence) = 0;
  /// The content type in the clear: application_data in TLS 1.3, else that of the content.
  virtual std::uint8_t outer_type(std::uint8_t type) const { return type; }
};

enum class Direction : std::uint8_t { seal, open };
/// nullptr where `key_sizes` has no answer or the keys do not fit. `encrypt_then_mac`: RFC 7366, CBC only.
std::unique_ptr<RecordCipher> make_record_cipher(const registry::Suite& suite, std::uint16_t version, const DirectionKeys& keys,
                                                 Direction direction, bool encrypt_then_mac);

}  // namespace whytls::crypto
