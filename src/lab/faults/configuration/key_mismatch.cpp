// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault configuration_key_mismatch;
const Fault configuration_key_mismatch{
    .id = "configuration.key-mismatch",
    .title = "a server whose private key does not belong to its certificate",
    .prepare = [](Workshop& shop) -> Scene {
      const Hierarchy hierarchy = issue(shop);
      TlsSetup setup = hierarchy.setup();
      setup.key = mismatched_key(shop, setup.key, shop.key("ec-secp256r1", "another server"));
      return scene(shop, hierarchy, setup);
    },
};

}  // namespace whytls::lab
