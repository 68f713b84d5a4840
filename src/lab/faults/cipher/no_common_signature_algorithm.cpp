// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault cipher_no_common_signature_algorithm;
const Fault cipher_no_common_signature_algorithm{
    .id = "cipher.no-common-signature-algorithm",
    .title = "a server of TLS 1.2 that signs with SHA-1 only",
    .prepare = [](Workshop& shop) -> Scene {
      const Hierarchy hierarchy = issue(shop, Recipes().rsa());
      TlsSetup setup = hierarchy.setup();
      setup.highest = 0x0303;
      setup.ciphers = "ECDHE-RSA-AES128-GCM-SHA256";
      setup.signature_algorithms = "RSA+SHA1";
      return scene(shop, hierarchy, setup);
    },
};

}  // namespace whytls::lab
