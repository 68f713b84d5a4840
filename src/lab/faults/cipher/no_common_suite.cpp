// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault cipher_no_common_suite;
const Fault cipher_no_common_suite{
    .id = "cipher.no-common-suite",
    .title = "a server of TLS 1.2 that has only Camellia",
    .prepare = [](Workshop& shop) -> Scene {
      const Hierarchy hierarchy = issue(shop, Recipes().rsa());
      TlsSetup setup = hierarchy.setup();
      setup.highest = 0x0303;
      setup.ciphers = "ECDHE-RSA-CAMELLIA256-SHA384";
      return scene(shop, hierarchy, setup);
    },
};

}  // namespace whytls::lab
