// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault cipher_psk_required;
const Fault cipher_psk_required{
    .id = "cipher.psk-required",
    .title = "a server that takes pre-shared keys only",
    .prepare = [](Workshop& shop) -> Scene {
      TlsSetup setup;
      setup.highest = 0x0303;
      setup.ciphers = "PSK";
      setup.psk_only = true;
      return scene(shop, issue(shop), setup);
    },
};

}  // namespace whytls::lab
