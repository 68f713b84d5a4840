// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault cipher_weak_dh;
const Fault cipher_weak_dh{
    .id = "cipher.weak-dh",
    .title = "a server with Diffie-Hellman parameters of 1024 bits",
    .prepare = [](Workshop& shop) -> Scene {
      const Hierarchy hierarchy = issue(shop, Recipes().rsa());
      TlsSetup setup = hierarchy.setup();
      setup.highest = 0x0303;
      setup.ciphers = "DHE-RSA-AES128-GCM-SHA256";
      setup.dh_1024 = true;
      return scene(shop, hierarchy, setup);
    },
};

}  // namespace whytls::lab
