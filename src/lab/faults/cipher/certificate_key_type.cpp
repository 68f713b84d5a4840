// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault cipher_certificate_key_type;
const Fault cipher_certificate_key_type{
    .id = "cipher.certificate-key-type",
    .title = "a server with an RSA certificate, and a client that wants ECDSA",
    .prepare = [](Workshop& shop) -> Scene {
      const Hierarchy hierarchy = issue(shop, Recipes().rsa());
      return scene(shop, hierarchy, hierarchy.setup()).with({"--max-version", "tls1.2", "--ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256"});
    },
};

}  // namespace whytls::lab
