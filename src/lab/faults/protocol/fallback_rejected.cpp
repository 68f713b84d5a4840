// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault protocol_fallback_rejected;
const Fault protocol_fallback_rejected{
    .id = "protocol.fallback-rejected",
    .title = "a server of TLS 1.3, asked by a client that marks its offer as a fallback",
    .prepare = [](Workshop& shop) -> Scene {
      const Sound server = sound(shop);
      // 0x5600: TLS_FALLBACK_SCSV (RFC 7507)
      return scene(shop, server.hierarchy, server.serve)
          .with({"--max-version", "tls1.2", "--ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256:0x5600"});
    },
};

}  // namespace whytls::lab
