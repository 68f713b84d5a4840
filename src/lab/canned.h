// SPDX-License-Identifier: Apache-2.0
// A TLS 1.2 server's first flight, built message by message, for what no library sends. With RSA key exchange nothing in it is signed;
// the handshake ends when the client has found what is wrong.
#pragma once

#include <vector>

#include "lab/visit.h"

namespace whytls::lab {

struct Canned {
  std::vector<base::Bytes> chain;        ///< DER, or what is sent in its place
  std::uint16_t suite = 0x009c;          ///< TLS_RSA_WITH_AES_128_GCM_SHA256
  bool secure_renegotiation = true;      ///< RFC 5746
  std::vector<std::uint8_t> random_end;  ///< last bytes of the random
};
Action canned(const Canned& flight);

}  // namespace whytls::lab
