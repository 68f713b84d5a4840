// SPDX-License-Identifier: Apache-2.0
// Record protection of DTLS 1.3 (RFC 9147 4): from a traffic secret to records in the clear. Opens only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "registry/registry.h"

namespace whytls::crypto {

class PacketEngine;

struct Dtls13Keys {
  base::Bytes key, iv, number;  ///< number: of the mask over the record number, RFC 9147 4.2.3
};
/// Empty members where the suite is none of DTLS 1.3's, or libcrypto lacks its cipher.
Dtls13Keys dtls13_keys(const registry::Suite& suite, base::ByteView secret);

/// Opens the records of one side in one epoch. A record that does not verify changes nothing.
class Dtls13Opener {
 public:
  /// nullptr: the suite is none of TLS 1.3's, or the secret does not fit it.
  static std::unique_ptr<Dtls13Opener> make(const registry::Suite& suite, base::ByteView secret);
  ~Dtls13Opener();
  Dtls13Opener(const Dtls13Opener&) = delete;
  Dtls13Opener& operator=(const Dtls13Opener&) = delete;

  struct Opened {
    std::uint8_t type = 0;  ///< of the content
    base::ByteView plain;   ///< holds until the next record is opened
  };
  /// `header` is the unified header (RFC 9147 4) as it was sent, `sealed` what follows; `connection_id` is the size of the id in it.
  std::optional<Opened> open(base::ByteView header, base::ByteView sealed, std::size_t connection_id);

 private:
  Dtls13Opener();

  std::unique_ptr<PacketEngine> engine_;
  base::Bytes header_, plain_;
  std::optional<std::uint64_t> largest_;
};

}  // namespace whytls::crypto
