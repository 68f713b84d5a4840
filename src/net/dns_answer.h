// SPDX-License-Identifier: Apache-2.0
// A DNS message, as far as TLSA and CAA records need it (RFC 1035 4, RFC 6698 2.1, RFC 8659 4.1). Bytes to values; knows no socket.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace whytls::net {

inline constexpr std::uint16_t dns_tlsa = 52, dns_caa = 257;

struct TlsaRecord {
  std::uint8_t usage = 0, selector = 0, matching = 0;
  base::Bytes data;
};

struct CaaRecord {
  bool critical = false;
  std::string tag, value;  ///< as they came: not printable by themselves
};

struct DnsAnswer {
  std::uint8_t code = 0;         ///< RCODE: 0 no error, 3 no such name
  bool validated = false;        ///< AD: whoever answered says that DNSSEC vouches for it (RFC 6840 5.8)
  std::string name;              ///< asked for, lower case, without the last dot
  std::uint16_t type = 0;        ///< asked for
  std::vector<TlsaRecord> tlsa;  ///< of that name, or of the one that its aliases lead to
  std::vector<CaaRecord> caa;
  std::optional<base::Malformed> failure;  ///< what is wrong with the message; what came before stays good
};

/// At most 64 records and 16 aliases are looked at.
DnsAnswer read_dns_answer(base::ByteView message);

}  // namespace whytls::net
